/* What W1 costs a C program: the yardstick of dev_workflows/BENCHMARKS.md.
 *
 * Reads the bars of a historical database and the targets of a CSV file, applies the one rule that W1 needs (market orders at
 * the next open plus or minus 5 bps, 10 % of the bar's volume, what is left goes on and is cancelled by the next target,
 * commission of 0.005 a share and at least 1.00 an order), and writes the trades in one transaction, with two indices.
 *
 *     cc -O2 -o /tmp/reference dev_workflows/benchmark/reference.c -lsqlite3
 *     /tmp/reference W1-bars.db W1-input.csv trades.db      (without the last word it writes nothing)
 */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TICKERS = 500, DAYS = 2520 };
static const int64_t E8 = 100000000, SPAN = 10000000000000, OFFSET = 5000000000000;

struct bar { int64_t start, open, volume; };
struct order { int64_t number, remaining, filled, paid; int executions; };

static struct bar bars[TICKERS][DAYS];
static char names[TICKERS][8];
static int64_t positions[TICKERS];
static struct order orders[TICKERS];

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void check(int result, sqlite3 *db) {
    if (result == SQLITE_OK || result == SQLITE_ROW || result == SQLITE_DONE) return;
    fprintf(stderr, "%s\n", sqlite3_errmsg(db));
    exit(1);
}

static void read_bars(const char *path) {
    sqlite3 *db;
    sqlite3_stmt *series, *rows;
    check(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL), NULL);
    check(sqlite3_exec(db, "PRAGMA mmap_size = 1073741824", NULL, NULL, NULL), db);
    check(sqlite3_prepare_v2(db, "SELECT series_id, ticker FROM bar_series JOIN instruments USING (instrument_id) ORDER BY ticker",
                             -1, &series, NULL), db);
    check(sqlite3_prepare_v2(db, "SELECT bar_key, open_e8, high_e8, low_e8, close_e8, volume_e8 FROM bar_rows "
                                 "WHERE bar_key BETWEEN ?1 AND ?2 ORDER BY bar_key", -1, &rows, NULL), db);
    for (int ticker = 0; ticker < TICKERS && sqlite3_step(series) == SQLITE_ROW; ticker++) {
        int64_t first = sqlite3_column_int64(series, 0) * SPAN;
        strncpy(names[ticker], (const char *)sqlite3_column_text(series, 1), 7);
        sqlite3_bind_int64(rows, 1, first);
        sqlite3_bind_int64(rows, 2, first + SPAN - 1);
        for (int day = 0; day < DAYS && sqlite3_step(rows) == SQLITE_ROW; day++) {
            struct bar *bar = &bars[ticker][day];
            bar->start = sqlite3_column_int64(rows, 0) - first - OFFSET;
            bar->open = sqlite3_column_int64(rows, 1);
            bar->volume = sqlite3_column_int64(rows, 5);
        }
        sqlite3_reset(rows);
    }
    sqlite3_finalize(series);
    sqlite3_finalize(rows);
    sqlite3_close(db);
}

static void format_time(int64_t ms, char *text) {
    time_t seconds = ms / 1000;
    struct tm parts;
    gmtime_r(&seconds, &parts);
    strftime(text, 32, "%Y-%m-%dT%H:%M:%S.000Z", &parts);
}

static sqlite3 *open_trades(const char *path, sqlite3_stmt **insertion) {
    sqlite3 *db;
    remove(path);
    check(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL), NULL);
    check(sqlite3_exec(db,
        "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536;"
        "CREATE TABLE trades (trade_id INTEGER PRIMARY KEY, timestamp TEXT, ticker TEXT, direction TEXT, order_id INTEGER,"
        " decision_id TEXT, run_id TEXT, mode TEXT, account TEXT, execution_id TEXT, fill_rule TEXT, bar_timestamp TEXT,"
        " ambiguous INTEGER, size_e8 INTEGER, price_e8 INTEGER, commission_e6 INTEGER, slippage_e6 INTEGER);"
        "CREATE INDEX trades_of_run ON trades (run_id, ticker, timestamp);"
        "CREATE INDEX trades_of_order ON trades (order_id); BEGIN", NULL, NULL, NULL), db);
    check(sqlite3_prepare_v2(db, "INSERT INTO trades VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", -1, insertion, NULL), db);
    sqlite3_bind_text(*insertion, 7, "run-255983caeac5", -1, SQLITE_STATIC);
    sqlite3_bind_text(*insertion, 8, "TRAINING", -1, SQLITE_STATIC);
    sqlite3_bind_text(*insertion, 9, "SIMULATED", -1, SQLITE_STATIC);
    sqlite3_bind_text(*insertion, 11, "market_open", -1, SQLITE_STATIC);
    sqlite3_bind_int64(*insertion, 13, 0);
    return db;
}

static int64_t fills, total_cash;

static void fill(struct order *order, int ticker, const struct bar *bar, const char *time, const char *decision,
                 sqlite3_stmt *insertion) {
    int64_t room = (int64_t)((__int128)bar->volume * 100000000 / 1000000000) / E8 * E8;
    int64_t side = order->remaining > 0 ? 1 : -1;
    int64_t wanted = llabs(order->remaining);
    int64_t quantity = wanted < room ? wanted : room;
    if (quantity == 0) return;
    __int128 numerator = (__int128)bar->open * (1000000000 + side * 500000);
    int64_t price = (int64_t)((numerator + 500000000) / 1000000000);
    order->filled += quantity;
    int64_t due = order->filled / E8 * 5000 > 1000000 ? order->filled / E8 * 5000 : 1000000;
    int64_t commission = due - order->paid;
    order->paid = due;
    int64_t slippage = (int64_t)(((__int128)llabs(price - bar->open) * quantity + 5000000000) / 10000000000);
    total_cash -= side * (int64_t)(((__int128)price * quantity + 5000000000) / 10000000000) + commission;
    order->remaining -= side * quantity;
    positions[ticker] += side * quantity;
    order->executions++;
    fills++;
    if (!insertion) return;
    char execution[40];
    int length = snprintf(execution, sizeof execution, "%lld.%d", (long long)order->number, order->executions);
    sqlite3_bind_int64(insertion, 1, 1000000000 + fills);
    sqlite3_bind_text(insertion, 2, time, 24, SQLITE_STATIC);
    sqlite3_bind_text(insertion, 3, names[ticker], -1, SQLITE_STATIC);
    sqlite3_bind_text(insertion, 4, side > 0 ? "BUY" : "SELL", -1, SQLITE_STATIC);
    sqlite3_bind_int64(insertion, 5, 1000000000 + order->number);
    sqlite3_bind_text(insertion, 6, decision, -1, SQLITE_STATIC);
    sqlite3_bind_text(insertion, 10, execution, length, SQLITE_STATIC);
    sqlite3_bind_text(insertion, 12, time, 24, SQLITE_STATIC);
    sqlite3_bind_int64(insertion, 14, quantity);
    sqlite3_bind_int64(insertion, 15, price);
    sqlite3_bind_int64(insertion, 16, commission);
    sqlite3_bind_int64(insertion, 17, slippage);
    sqlite3_step(insertion);
    sqlite3_reset(insertion);
}

int main(int count, char **words) {
    if (count < 3) {
        fprintf(stderr, "usage: reference BARS.db TARGETS.csv [TRADES.db]\n");
        return 64;
    }
    double start = now();
    read_bars(words[1]);
    double read = now();
    FILE *targets = fopen(words[2], "r");
    if (!targets) return 1;
    sqlite3_stmt *insertion = NULL;
    sqlite3 *db = count > 3 ? open_trades(words[3], &insertion) : NULL;
    char line[128], time[32], decision[64] = "";
    int64_t number = 0;
    if (!fgets(line, sizeof line, targets)) return 1;
    for (int day = 0; day < DAYS; day++) {
        format_time(bars[0][day].start, time);
        for (int ticker = 0; ticker < TICKERS; ticker++)
            if (orders[ticker].remaining) fill(&orders[ticker], ticker, &bars[ticker][day], time, decision, insertion);
        if (day % 5) continue;
        for (int ticker = 0; ticker < TICKERS && fgets(line, sizeof line, targets); ticker++) {
            int64_t target = strtoll(strrchr(line, ',') + 1, NULL, 10) * E8;
            orders[ticker] = (struct order){.number = ++number, .remaining = target - positions[ticker]};
        }
        snprintf(decision, sizeof decision, "run-255983caeac5:%s", time);
    }
    double played = now();
    if (db) {
        check(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), db);
        sqlite3_finalize(insertion);
        sqlite3_close(db);
    }
    printf("bars read %.2f s, rules%s %.2f s, commit %.2f s, total %.2f s; %lld orders, %lld fills, cash moved %lld e-6\n",
           read - start, db ? " and inserts" : "", played - read, now() - played, now() - start, (long long)number,
           (long long)fills, (long long)total_cash);
    return 0;
}
