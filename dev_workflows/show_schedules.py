#!/usr/bin/env python3
"""Runs TWAP, VWAP, POV and iceberg in both modes on the real bars, and shows the planned schedule beside what filled.

TRAINING fills in the simulator; PRODUCTION goes through the broker's protocol to a simulated gateway that replays the same bars.
The daily bars of the fixtures are stated at their sessions, 14:30 to 21:00 UTC. Prints a table for each order and writes
`schedules.svg`. Ends with 1 where an order ran ahead of its schedule or did not fill as it should. Needs a build; takes about a minute.
"""

import argparse
import csv
import gzip
import os
import re
import sqlite3
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START = "2004-06-15T15:00:00Z"
DAYS = 7
ORDERS = [
    # name, ticker, quantity, algorithm, parameters
    ("twap", "MSFT", 7_000, "twap", f"duration={DAYS}d slices=7"),
    ("vwap", "AAPL", 7_000, "vwap", f"duration={DAYS}d slices=28 days=20"),
    ("pov", "IBM", 60_000, "pov", f"share=0.002 every=6h duration={DAYS}d finish=market"),
    ("iceberg", "MSFT", 7_000, "iceberg", f"display=1500 duration={DAYS}d"),
]
CONFIGURATION = """{
  account: { cash: 50000000 }, simulation: { volume_limit: 0.05, slippage: { model: "fixed_bps", bps: 5 } },
  brokers: { ibkr: { host: "127.0.0.1", port: PORT, client_id: 17, account: "DU123" } },
  live: { permit: true, account: "DU123" }, production: { timeout: "168h", price_max_age: "168h" },
}
"""


def moment(text):
    return datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")


def session_bars(folder):
    """The bars of three months at their sessions; returns the path, and the volumes by ticker."""
    path, volumes = folder / "bars.csv", {}
    with gzip.open(ROOT / "fixtures/bars/us-daily.csv.gz", "rt") as source, open(path, "w", newline="") as target:
        out = csv.writer(target)
        out.writerow(["ticker", "timestamp", "open", "high", "low", "close", "volume"])
        for row in csv.DictReader(source):
            if row["ticker"] in ("AAPL", "IBM", "MSFT") and "2004-05-03" <= row["timestamp"] <= "2004-07-30":
                start = row["timestamp"] + "T14:30:00Z"
                out.writerow([row["ticker"], start] + [row[name] for name in ("open", "high", "low", "close", "volume")])
                volumes.setdefault(row["ticker"], []).append((moment(start), float(row["volume"])))
    return path, volumes


def write_orders(folder):
    path = folder / "orders.csv"
    with open(path, "w", newline="") as target:
        out = csv.writer(target)
        out.writerow("as_of order_ref ticker side quantity order_type time_in_force algorithm algorithm_parameters".split())
        for name, ticker, quantity, algorithm, parameters in ORDERS:
            out.writerow([START, name, ticker, "BUY", quantity, "MARKET", "DAY", algorithm, parameters])
    return path


def run(command, **options):
    print("$", " ".join(str(part) for part in command), file=sys.stderr)
    code = subprocess.run([str(part) for part in command], stdout=subprocess.DEVNULL, **options).returncode
    # 1: an order expired with a rest, which is shown.
    if code not in (0, 1):
        raise SystemExit(f"ended with {code}")


def train(execution, folder, bars, orders):
    configuration = folder / "training.json"
    configuration.write_text(CONFIGURATION.replace("PORT", "4002"))
    database = folder / "training.db"
    run([execution, "apply", "--mode", "training", "--db", database, "--bars", bars, "--interval", "390m", "--orders", orders,
         "--config", configuration])
    return database


def produce(execution, folder, bars, orders, speed):
    configuration = folder / "production.json"
    configuration.write_text(CONFIGURATION.replace("PORT", "4002"))
    gateway = subprocess.Popen(
        [str(part) for part in (
            execution, "gateway", "--bars", bars, "--interval", "390m", "--from", START[:10], "--speed", speed, "--port", 0,
            "--account", "DU123", "--config", configuration)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        line = gateway.stdout.readline()
        port = re.search(r"(?:127\.0\.0\.1:|port )(\d+)", line)
        if not port:
            raise SystemExit(f"the gateway says no port: {line}")
        configuration.write_text(CONFIGURATION.replace("PORT", port.group(1)))
        database = folder / "production.db"
        run([execution, "apply", "--mode", "production", "--broker", "ibkr", "--account", "DU123", "--db", database, "--orders",
             orders, "--bars", bars, "--interval", "390m", "--config", configuration, "--run-id", "schedules", "--live", "--yes"],
            env={**os.environ, "EXEC_DRY_RUN": "0"})
        return database
    finally:
        gateway.terminate()
        gateway.wait()


def read(database):
    """By name: when it began, its children, and its fills with what had filled by then."""
    connection = sqlite3.connect(database)
    found = {}
    for name, started in connection.execute("SELECT order_ref, algorithm_started_at FROM orders WHERE algorithm IS NOT NULL"):
        children = connection.execute(
            "SELECT child_number, ordered_at, ordered, filled, child_status, coalesce(child_reason, ''), filled_so_far "
            "FROM algorithm_schedule WHERE order_ref = ? ORDER BY child_number", [name]).fetchall()
        fills = connection.execute(
            "SELECT t.timestamp, sum(t.size) OVER (ORDER BY t.trade_id) FROM trades t JOIN orders o USING (order_id) "
            "WHERE o.order_ref = ? ORDER BY t.trade_id", [name]).fetchall()
        found[name] = (moment(started), children, [(moment(at), size) for at, size in fills])
    return found


def planned(order, start, fills, volumes):
    """The schedule as steps: what is to have been ordered in all from each moment on."""
    name, ticker, quantity, _, parameters = order
    words = dict(part.split("=") for part in parameters.split())
    window = timedelta(days=DAYS)
    if name in ("twap", "vwap"):
        count = int(words["slices"])
        weights = [1.0] * count
        if name == "vwap":
            weights = [in_session(start + window * k / count, start + window * (k + 1) / count) for k in range(count)]
        steps, total = [], 0.0
        for k, weight in enumerate(weights):
            total += weight
            steps.append((start + window * k / count, quantity * total / sum(weights)))
        return steps
    if name == "pov":
        steps, total = [(start, 0.0)], 0.0
        for begin, volume in volumes[ticker]:
            if start <= begin < start + window:
                total += volume * float(words["share"])
                steps.append((begin + timedelta(minutes=390), min(quantity, total)))
        return steps
    display = float(words["display"])
    return [(start, min(quantity, display))] + [(at, min(quantity, done + display)) for at, done in fills]


def in_session(begin, end):
    """Seconds of a span within the sessions: what the curve of these bars knows of the time of day."""
    seconds, day = 0.0, begin.replace(hour=0, minute=0, second=0)
    while day < end:
        first, last = day + timedelta(hours=14, minutes=30), day + timedelta(hours=21)
        seconds += max(0.0, (min(end, last) - max(begin, first)).total_seconds())
        day += timedelta(days=1)
    return seconds


def level(steps, at):
    return max([size for time, size in steps if time <= at], default=0.0)


def print_tables(results, volumes):
    for order in ORDERS:
        for mode, found in results.items():
            start, children, fills = found[order[0]]
            print(f"\n{order[0]} {order[2]:,} {order[1]} ({order[4]}), {mode}, from {start}")
            print(f"  {'child':>5}  {'ordered at':19}  {'ordered':>8}  {'filled':>8}  {'in all':>8}  {'planned':>8}  end")
            steps = planned(order, start, fills, volumes)
            for number, at, size, filled, status, reason, so_far in children:
                print(f"  {number:>5}  {moment(at)}  {size:>8,.0f}  {filled:>8,.0f}  {so_far:>8,.0f}  "
                      f"{level(steps, moment(at)):>8,.0f}  {status.lower()} {reason}")


def findings(results, volumes):
    """What contradicts the schedules, each a sentence."""
    found = []
    for mode, by_name in results.items():
        for order in ORDERS:
            name, quantity = order[0], order[2]
            start, children, fills = by_name[name]
            place = f"{name} in {mode}"
            steps = planned(order, start, fills, volumes)
            if [child[0] for child in children] != list(range(1, len(children) + 1)) or not children:
                found.append(f"{place}: its children are numbered {[child[0] for child in children]}")
            before = 0.0
            for number, at, size, filled, *_, so_far in children:
                if before + size > quantity:
                    found.append(f"{place}: child {number} orders {size:,.0f} when {before:,.0f} of {quantity:,} have filled")
                # The end of POV is to bring the rest whatever has traded.
                is_finish = name == "pov" and number == len(children)
                # Both are rounded to whole shares.
                if before + size > level(steps, moment(at)) + 1 and not is_finish:
                    found.append(f"{place}: child {number} brings it to {before + size:,.0f} when {level(steps, moment(at)):,.0f} are planned")
                before = so_far
            # The gateway's clock runs thousands of times as fast as this machine's, whose delays cost it the last slices.
            least = quantity if mode == "TRAINING" else 0.9 * quantity
            if before < least or sum(child[3] for child in children) != before:
                found.append(f"{place}: {before:,.0f} of {quantity:,} filled")
    return found


def draw(results, volumes, path):
    width, height, left, top, gap = 430, 150, 70, 56, 62
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{2 * (width + left) + 90}" height="{4 * (height + gap) + top + 20}" '
             'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>',
             f'<text x="{left}" y="24" font-size="16">Planned (grey) and filled (blue) shares on the real bars of June 2004; ticks are '
             'the children</text>']
    for column, (mode, found) in enumerate(results.items()):
        for row, order in enumerate(ORDERS):
            x0, y0 = left + column * (width + left + 40), top + row * (height + gap)
            start, children, fills = found[order[0]]
            end = start + timedelta(days=DAYS + 1)

            def point(at, size):
                x = x0 + width * max(0, (at - start).total_seconds()) / (end - start).total_seconds()
                return f"{min(x, x0 + width):.1f},{y0 + height * (1 - size / order[2]):.1f}"

            def steps_of(steps):
                points, last = [point(start, 0)], 0
                for at, size in steps:
                    points += [point(at, last), point(at, size)]
                    last = size
                return " ".join(points + [point(end, last)])

            parts.append(f'<text x="{x0}" y="{y0 - 8}" font-size="11">{mode}: {order[0]} {order[2]:,} {order[1]}, {order[4]}</text>')
            parts.append(f'<rect x="{x0}" y="{y0}" width="{width}" height="{height}" fill="none" stroke="#ccc"/>')
            for share in (0, 0.5, 1):
                y = y0 + height * (1 - share)
                parts.append(f'<text x="{x0 - 6}" y="{y + 4:.0f}" text-anchor="end" fill="#666">{order[2] * share:,.0f}</text>')
            for day in range(DAYS + 2):
                x = x0 + width * day / (DAYS + 1)
                label = (start + timedelta(days=day)).strftime("%a %d")
                parts.append(f'<text x="{x:.0f}" y="{y0 + height + 16}" text-anchor="middle" fill="#666" font-size="10">{label}</text>')
            for number, at, *_ in children:
                x = point(moment(at), 0).split(",")[0]
                parts.append(f'<path d="M{x} {y0 + height}v-6" stroke="#c60"/>')
            schedule = planned(order, start, fills, volumes)
            parts.append(f'<polyline points="{steps_of(schedule)}" fill="none" stroke="#999" stroke-width="2" stroke-dasharray="5 3"/>')
            parts.append(f'<polyline points="{steps_of(fills)}" fill="none" stroke="#06c" stroke-width="2"/>')
    path.write_text("\n".join(parts + ["</svg>\n"]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--execution", type=Path, default=ROOT / ".build/release/execution", help="the program that is run")
    parser.add_argument("--folder", type=Path, default=ROOT / ".build/schedules", help="where databases and the picture go")
    parser.add_argument("--speed", type=int, default=15_000, help="how fast the gateway replays")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in ("training.db", "production.db"):
        for path in options.folder.glob(name + "*"):
            path.unlink()
    bars, volumes = session_bars(options.folder)
    orders = write_orders(options.folder)
    results = {
        "TRAINING": read(train(options.execution, options.folder, bars, orders)),
        "PRODUCTION": read(produce(options.execution, options.folder, bars, orders, options.speed)),
    }
    for name in ("training.db", "production.db"):
        run([options.execution, "verify", "--db", options.folder / name])
    print_tables(results, volumes)
    draw(results, volumes, options.folder / "schedules.svg")
    print(f"\nthe picture is {options.folder / 'schedules.svg'}")
    contradictions = findings(results, volumes)
    print("\n".join(contradictions) if contradictions else "every order kept to its schedule, in both modes")
    return 1 if contradictions else 0


if __name__ == "__main__":
    sys.exit(main())
