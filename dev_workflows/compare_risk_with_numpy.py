#!/usr/bin/env python3
"""Compare the risk figures of `execution risk` with numpy, scipy and pandas on the repository's real bars.

    python3 dev_workflows/compare_risk_with_numpy.py                          # needs the release build
    python3 dev_workflows/compare_risk_with_numpy.py --execution .build/debug/execution

The example's targets are applied to thirteen years of daily bars. Then value at risk (historical and parametric), correlations,
drawdown and Kelly are computed twice: by the product from its databases, and here from the CSV files and the rows of the runtime
database; so are the figures of the gate's verdicts that LIMITS.md shows. numpy, scipy and pandas are installed once into a virtual environment under `.build/`.

Exit code 0: every figure agrees to 1e-9 relative; 1: one does not; 2: something could not be run.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sqlite3
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
BUILD = REPOSITORY / ".build"
BARS = REPOSITORY / "fixtures/bars/us-daily.csv.gz"
ACTIONS = REPOSITORY / "fixtures/corporate-actions.csv"
EXAMPLE = REPOSITORY / "fixtures/example"
PINNED = "numpy==2.4.6 scipy==1.17.1 pandas==3.1.1"
TOLERANCE = 1e-9

# Level, horizon in days, days looked back.
SETTINGS = [(0.99, 1, 250), (0.95, 1, 250), (0.975, 10, 500), (0.9, 5, 60), (0.999, 1, 3000), (0.5, 1, 33)]
# Long, short and hedged portfolios.
PORTFOLIOS = [
    {"AAPL": 100, "IBM": 50, "MSFT": 1000, "GOOG": 10, "FB": 70},
    {"AAPL": -100, "IBM": -50},
    {"AAPL": 250, "MSFT": -3000, "IBM": 12.5, "GOOG": -7, "FB": 0.25},
    {"GOOG": 1},
]


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--execution", type=Path, default=BUILD / "release" / "execution", metavar="PATH",
                        help="the service's binary (default: .build/release/execution)")
    return parser.parse_args()


def run_inside_environment() -> None:
    """Start this script again in an environment that has the packages; make the environment if it is missing."""
    folder = BUILD / "numpy"
    python = folder / "bin" / "python"
    stamp = folder / "requirements.txt"
    if not (python.exists() and stamp.exists() and stamp.read_text(encoding="ascii") == PINNED):
        print(f"making {folder} …", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *PINNED.split()], check=True)
        # Last, so that an interrupted installation is done again.
        stamp.write_text(PINNED, encoding="ascii")
    os.execv(python, [str(python), *sys.argv])


class Comparison:
    """Figures of the product beside those of the libraries."""

    def __init__(self) -> None:
        self.count = 0
        self.worst = 0.0
        self.differing: list[str] = []

    def compare(self, name: str, product: float | None, library: float | None) -> None:
        """Note two figures; None is a figure that there is not."""
        self.count += 1
        if product is None or library is None:
            if product is not library:
                self.differing.append(f"{name}: {product} here, {library} there")
            return
        difference = 0.0 if product == library else abs(product - library) / max(abs(product), abs(library))
        self.worst = max(self.worst, difference)
        if not difference <= TOLERANCE:
            self.differing.append(f"{name}: {product!r} here, {library!r} there")


def adjusted_returns(closes: "pandas.DataFrame") -> "pandas.DataFrame":
    """Returns of split-adjusted closes on every date but the first; zero where a ticker has none."""
    actions = pandas.read_csv(ACTIONS)
    splits = actions[actions["kind"] == "split"]
    adjusted = closes.copy()
    for split in splits.itertuples():
        if split.ticker in adjusted:
            adjusted.loc[adjusted.index < split.ex_date, split.ticker] /= float(split.value)
    returns = {ticker: adjusted[ticker].dropna().pct_change() for ticker in adjusted}
    return pandas.DataFrame(returns, index=adjusted.index).iloc[1:]


def compare_portfolio(comparison, name, report, closes, quantities, level, horizon, window) -> None:
    """Value at risk and correlations of what is held."""
    closes = closes[sorted(quantities)].dropna(how="all")
    all_returns = adjusted_returns(closes).tail(window)
    returns = all_returns.fillna(0).to_numpy()
    prices = closes.ffill().iloc[-1]
    values = numpy.array([quantities[ticker] * prices[ticker] for ticker in closes])
    scenarios = returns @ values
    root = math.sqrt(horizon)
    historical = max(-numpy.quantile(scenarios, 1 - level), 0) * root
    parametric = scipy.stats.norm.ppf(level) * scenarios.std(ddof=1) * root
    comparison.compare(f"{name} historical", report["var"]["historical"], float(historical))
    comparison.compare(f"{name} parametric", report["var"]["parametric"], float(parametric))
    assert report["days"] == len(scenarios), name
    for place, position in enumerate(report["positions"]):
        ticker = closes.columns[place]
        assert position["ticker"] == ticker, name
        own = returns[:, place] * values[place]
        rest = scenarios - own
        # Where nothing else is held, there is nothing to correlate.
        library = None if len(values) == 1 else float(scipy.stats.pearsonr(own, rest).statistic)
        comparison.compare(f"{name} value of {ticker}", position["value"], float(values[place]))
        comparison.compare(f"{name} correlation of {ticker}", position["correlation"], library)
        assert position["observations"] == int(all_returns[ticker].notna().sum()), f"{name} {ticker}"


def equity_curve(database: sqlite3.Connection, closes: "pandas.DataFrame") -> "pandas.Series":
    """Cash and positions at the closes, on every date that has one."""
    def read(sql: str) -> "pandas.DataFrame":
        return pandas.read_sql_query(sql, database)

    changes = read("""
        SELECT substr(bar_timestamp, 1, 10) AS date, ticker, CASE direction WHEN 'BUY' THEN size ELSE -size END AS change
        FROM trades
        UNION ALL SELECT substr(timestamp, 1, 10), ticker, change FROM position_adjustments""")
    cash = read("""
        SELECT substr(coalesce(t.bar_timestamp, c.timestamp), 1, 10) AS date, c.amount
        FROM cash_entries c LEFT JOIN trades t USING (trade_id)""")
    held = changes.pivot_table(index="date", columns="ticker", values="change", aggfunc="sum").fillna(0).cumsum()
    held = held.reindex(closes.index, method="ffill").fillna(0)
    balance = cash.groupby("date")["amount"].sum().cumsum().reindex(closes.index, method="ffill").fillna(0)
    return balance + (held * closes[held.columns].ffill().fillna(0)).sum(axis=1)


def compare_drawdown(comparison, report, equity) -> None:
    """The fall of the book's equity."""
    fall = 1 - equity / equity.cummax()
    drawdown = report["drawdown"]
    comparison.compare("equity", report["equity"], float(equity.iloc[-1]))
    comparison.compare("deepest drawdown", drawdown["maximum"], float(fall.max()))
    comparison.compare("drawdown now", drawdown["current"], float(fall.iloc[-1]))
    trough = fall.idxmax()
    assert drawdown["trough_on"] == trough, "trough"
    assert drawdown["peak_on"] == equity.loc[:trough].idxmax(), "peak"
    assert drawdown["days"] == len(equity), "days"


def closed_trades(database: sqlite3.Connection, strategy: str) -> list[float]:
    """Profits of a strategy's round trips as shares of what was put in."""
    rows = pandas.read_sql_query("""
        SELECT ticker, CASE direction WHEN 'BUY' THEN size ELSE -size END AS size, price, commission, NULL AS ratio, timestamp,
               trade_id
        FROM trades WHERE strategy_id = ?
        UNION ALL SELECT ticker, 0, 0, 0, ratio, timestamp, 0 FROM position_adjustments WHERE kind = 'SPLIT'
        ORDER BY timestamp, trade_id""", database, params=[strategy])
    gains = []
    for _, fills in rows.groupby("ticker"):
        held = flow = invested = 0.0
        for fill in fills.itertuples():
            if not math.isnan(fill.ratio):
                held = float(math.trunc(held * fill.ratio))
                continue
            closing = math.copysign(min(abs(held), abs(fill.size)), fill.size) if held * fill.size < 0 else 0.0
            opening = fill.size - closing
            cost = round(fill.commission * closing / fill.size, 6)
            if closing:
                held += closing
                flow -= fill.price * closing + cost
                if held == 0:
                    gains.append(flow / invested)
                    flow = invested = 0.0
            if opening:
                held += opening
                flow -= fill.price * opening + fill.commission - cost
                invested += fill.price * abs(opening)
    return gains


def compare_kelly(comparison, report, database) -> None:
    """Kelly of every strategy."""
    for strategy in report["strategies"]:
        gains = numpy.array(closed_trades(database, strategy["strategy_id"]))
        wins, losses = gains[gains > 0], gains[gains < 0]
        chance = len(wins) / (len(wins) + len(losses))
        ratio = wins.mean() / -losses.mean()
        assert strategy["closed_trades"] == len(wins) + len(losses), "closed trades"
        comparison.compare("chance", strategy["chance"], chance)
        comparison.compare("payoff ratio", strategy["payoff_ratio"], float(ratio))
        comparison.compare("kelly", strategy["kelly"], float(chance - (1 - chance) / ratio))


def compare_verdicts(comparison, run, history, folder, closes) -> None:
    """What the gate found, in the orders of dev_workflows/LIMITS.md: the figure with the whole order, of a million."""
    equity, held = 1_000_000.0, 300 * closes["AAPL"].loc["2012-05-31"]
    returns = adjusted_returns(closes.loc[:"2012-05-31"])[["AAPL", "GOOG"]].tail(250).to_numpy()
    lost = returns[:, 0] * held
    cases = [
        ("var", "var: { max_share: 0.005 }", -numpy.quantile(lost, 0.01) / equity),
        ("var", "var: { max_share: 0.005, method: 'parametric' }", scipy.stats.norm.ppf(0.99) * lost.std(ddof=1) / equity),
        ("max_correlation", "max_correlation: 0.1", scipy.stats.pearsonr(returns[:, 1], returns[:, 0]).statistic),
        ("strategies.max_risk_share", "strategies: { momentum: { max_risk_share: 0.005 } }", -numpy.quantile(lost, 0.01) / equity),
    ]
    targets = folder / "week.csv"
    targets.write_text("as_of,ticker,target_quantity,strategy_id\n" + "".join(
        f"2012-05-31,{ticker},{quantity},momentum\n" for ticker, quantity in [("AAPL", 300), ("GOOG", 250)]))
    for number, (limit, text, library) in enumerate(cases):
        config, database = folder / "limit.json", folder / f"limit-{number}.db"
        config.write_text(f"{{ risk: {{ {text} }} }}")
        run("apply", "--mode", "training", "--db", database, "--bars", history, "--targets", targets, "--config", config)
        rows = sqlite3.connect(database).execute(
            "SELECT observed FROM risk_decisions WHERE binding_limit = ? ORDER BY order_id LIMIT 1", [limit])
        comparison.compare(f"verdict of {text}", rows.fetchone()[0], float(library))


def compare_verdict_on_drawdown(comparison, run, history, folder) -> None:
    """What the gate found of a fall, beside the marks of a book that held 23,540 shares of FB from 36.528 on."""
    targets, config, database = folder / "falls.csv", folder / "falls.json", folder / "falls.db"
    targets.write_text("as_of,ticker,target_weight\n2012-05-18,FB,0.9\n2012-05-21,IBM,0.05\n")
    config.write_text("{ risk: { max_drawdown: 0.05 } }")
    run("apply", "--mode", "training", "--db", database, "--bars", history, "--targets", targets, "--config", config)
    connection = sqlite3.connect(database)
    bought = connection.execute("SELECT size, size * price + commission FROM trades WHERE ticker = 'FB'").fetchone()
    close = pandas.read_csv(BARS).query("ticker == 'FB' and timestamp == '2012-05-21'")["close"].iloc[0]
    equity = pandas.Series([1_000_000.0, 1_000_000.0 - bought[1] + bought[0] * close])
    observed = connection.execute("SELECT observed FROM risk_decisions WHERE binding_limit = 'max_drawdown'").fetchone()[0]
    comparison.compare("verdict of max_drawdown", observed, float((1 - equity / equity.cummax()).iloc[-1]))


def compare(execution: Path, folder: Path) -> Comparison:
    """Run the product and compare everything."""
    def run(*words: object) -> str:
        process = subprocess.run([execution, *map(str, words)], capture_output=True, text=True)
        if process.returncode > 1:
            sys.exit(f"execution {' '.join(map(str, words))} failed:\n{process.stderr}")
        return process.stdout

    history, runtime = folder / "history.db", folder / "runtime.db"
    run("bars", "import", "--db", history, BARS, "--actions", ACTIONS)
    run("apply", "--mode", "training", "--db", runtime, "--bars", history, "--targets", EXAMPLE / "targets.csv",
        "--config", EXAMPLE / "execution.json", "--run-id", "example")
    closes = pandas.read_csv(BARS).pivot(index="timestamp", columns="ticker", values="close")
    database = sqlite3.connect(runtime)
    comparison = Comparison()

    held = dict(database.execute("SELECT ticker, size FROM positions WHERE size <> 0"))
    for level, horizon, window in SETTINGS:
        words = ("--level", level, "--horizon", horizon, "--window", window, "--format", "json")
        name = f"{level} {horizon} {window}"
        book = json.loads(run("risk", "--bars", history, "--db", runtime, *words))
        compare_drawdown(comparison, book, equity_curve(database, closes))
        compare_kelly(comparison, book, database)
        for number, quantities in enumerate(PORTFOLIOS + [held]):
            file = folder / "positions.csv"
            file.write_text("ticker,quantity\n" + "".join(f"{t},{q}\n" for t, q in sorted(quantities.items())))
            report = json.loads(run("risk", "--bars", history, "--positions", file, *words))
            compare_portfolio(comparison, f"{name}, portfolio {number}", report, closes, quantities, level, horizon, window)
    compare_verdicts(comparison, run, history, folder, closes)
    compare_verdict_on_drawdown(comparison, run, history, folder)
    return comparison


def main() -> int:
    """Compare, and say what differs."""
    execution = arguments().execution.resolve()
    if not execution.exists():
        print(f"{execution} is not there; build it: swift build -c release --product execution", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        comparison = compare(execution, Path(folder))
    for line in comparison.differing:
        print(line)
    print(f"{comparison.count} figures, {len(comparison.differing)} differ by more than {TOLERANCE}; "
          f"the largest relative difference is {comparison.worst:.1e}")
    return 1 if comparison.differing else 0


if __name__ == "__main__":
    if Path(sys.prefix) != BUILD / "numpy":
        arguments()
        run_inside_environment()
    import numpy
    import pandas
    import scipy.stats

    sys.exit(main())
