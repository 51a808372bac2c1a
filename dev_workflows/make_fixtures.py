#!/usr/bin/env python3
"""Write the real daily bars and the corporate actions under `fixtures/`.

The bars come from the PyPI package `bokeh_sampledata`, the only thing needed beyond the standard library:

    python3 -m pip install bokeh_sampledata==2026.1
    python3 dev_workflows/make_fixtures.py            # writes, then checks
    python3 dev_workflows/make_fixtures.py --check    # checks the files that are there, needs no package

Splits and dividends are not typed in by hand: they are read off the adjusted closes (see `implied_action`) and then
compared with a short list of actions that are public knowledge. The same package version gives the same rows, and with
the usual zlib the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import struct
import sys
import zlib
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
BARS_FILE = FIXTURES / "bars" / "us-daily.csv.gz"
ACTIONS_FILE = FIXTURES / "corporate-actions.csv"

TICKERS = ("AAPL", "FB", "GOOG", "IBM", "MSFT")
BAR_COLUMNS = ("ticker", "timestamp", "open", "high", "low", "close", "volume", "adjusted_close")
ACTION_COLUMNS = ("ticker", "ex_date", "kind", "value")
EXPECTED_PACKAGE_VERSION = "2026.1"

# Adjusted closes carry 12 decimals of a number that was computed in floating point, so two neighbouring factors that
# should be equal differ by about 1e-9. A real action moves the factor by 1e-3 or more.
FACTOR_NOISE = 1e-6
# No split in the data is smaller than 3:2 and no dividend larger than a fifth of the price.
SMALLEST_SPLIT = 1.25
# A dividend must come out within this of a whole hundredth of a cent, or it is refused rather than guessed.
DIVIDEND_TOLERANCE = 5e-5

# Public knowledge that the derivation has to reproduce: (ticker, ex_date, kind) -> value at that time, per share.
KNOWN_ACTIONS = {
    ("AAPL", "2000-06-21", "split"): "2",
    ("AAPL", "2005-02-28", "split"): "2",
    ("MSFT", "2003-02-18", "split"): "2",
    ("MSFT", "2003-02-19", "dividend"): "0.08",   # its first dividend ever
    ("MSFT", "2004-11-15", "dividend"): "3.08",   # 3.00 special and 0.08 regular share an ex-date
    ("AAPL", "2012-08-09", "dividend"): "2.65",   # its first since 1995
}


@dataclass(frozen=True)
class Bar:
    """One daily bar, as printed in the file, so that writing and reading do not change a digit."""

    ticker: str
    date: str
    open: str
    high: str
    low: str
    close: str
    volume: int
    adjusted_close: str

    @property
    def factor(self) -> float:
        """How many times larger the traded close is than the adjusted one."""
        return float(self.close) / float(self.adjusted_close)


@dataclass(frozen=True)
class Action:
    """A split (value: new shares per old) or a cash dividend (value: currency per share on the ex-date)."""

    ticker: str
    ex_date: str
    kind: str
    value: str


# --- reading the package ---------------------------------------------------------------------------------------------


def read_package() -> list[Bar]:
    """All bars of the package, by ticker, then date."""
    try:
        from bokeh_sampledata import stocks
    except ImportError:
        sys.exit(f"needs the package: python3 -m pip install bokeh_sampledata=={EXPECTED_PACKAGE_VERSION}")
    warn_of_other_version()
    return [bar for ticker in TICKERS for bar in bars_of_series(ticker, getattr(stocks, ticker))]


def warn_of_other_version() -> None:
    """Older versions of the package hold other numbers (partly adjusted prices), so the bytes would change."""
    from importlib.metadata import version

    found = version("bokeh_sampledata")
    if found != EXPECTED_PACKAGE_VERSION:
        print(f"warning: bokeh_sampledata {found}, the fixtures were made with {EXPECTED_PACKAGE_VERSION}",
              file=sys.stderr)


def bars_of_series(ticker: str, series: dict) -> list[Bar]:
    """Turn the package's columns into rows."""
    rows = zip(series["date"], series["open"], series["high"], series["low"], series["close"], series["volume"],
               series["adj_close"])
    return [Bar(ticker, date, plain(o), plain(h), plain(l), plain(c), int(volume), plain(adjusted))
            for date, o, h, l, c, volume, adjusted in rows]


def plain(number: float) -> str:
    """The shortest text that reads back as the same double, never in exponent form, no trailing zeros."""
    text = format(Decimal(repr(float(number))), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


# --- checking bars ---------------------------------------------------------------------------------------------------


def violations(bars: list[Bar]) -> list[str]:
    """Everything the importer would refuse, as readable sentences; an empty list means the bars are clean."""
    problems = []
    seen: dict[str, str] = {}
    for bar in bars:
        problems += [f"{bar.ticker} {bar.date}: {problem}" for problem in problems_of_bar(bar)]
        if bar.date <= seen.get(bar.ticker, ""):
            problems.append(f"{bar.ticker} {bar.date}: not after the row before it")
        seen[bar.ticker] = bar.date
    return problems


def problems_of_bar(bar: Bar) -> list[str]:
    """What is wrong with one bar taken alone."""
    o, h, l, c = (Decimal(text) for text in (bar.open, bar.high, bar.low, bar.close))
    checks = (
        (h >= max(o, l, c), f"high {h} is below open, low or close"),
        (l <= min(o, h, c), f"low {l} is above open, high or close"),
        (min(o, h, l, c) > 0, "a price is not positive"),
        (bar.volume >= 0, f"volume {bar.volume} is negative"),
    )
    return [message for holds, message in checks if not holds]


# --- corporate actions, from the adjusted closes ---------------------------------------------------------------------


def derive_actions(bars: list[Bar]) -> list[Action]:
    """Every split and dividend that the adjusted closes imply, by date, then ticker."""
    actions = []
    for before, ex_day in neighbours(bars):
        action = implied_action(before, ex_day)
        if action is not None:
            actions.append(action)
    return sorted(actions, key=lambda action: (action.ex_date, action.ticker, action.kind))


def neighbours(bars: list[Bar]):
    """Pairs of consecutive bars of one ticker."""
    return ((a, b) for a, b in zip(bars, bars[1:]) if a.ticker == b.ticker)


def implied_action(before: Bar, ex_day: Bar) -> Action | None:
    """The action between two bars, or None.

    The source multiplies all earlier prices by 1/ratio for a split and by C / (C + dividend) for a dividend, where C is
    the close of the *ex-date* (not of the day before). So with jump = factor before / factor after, a split's ratio is
    the jump, and a dividend is C * (jump - 1).
    """
    jump = before.factor / ex_day.factor
    if abs(jump - 1) < FACTOR_NOISE:
        return None
    if jump >= SMALLEST_SPLIT:
        return Action(ex_day.ticker, ex_day.date, "split", whole_ratio(jump, ex_day))
    return Action(ex_day.ticker, ex_day.date, "dividend", rounded_dividend(jump, ex_day))


def whole_ratio(jump: float, ex_day: Bar) -> str:
    """The split ratio as a whole number; anything else in this data would be a surprise worth stopping for."""
    ratio = round(jump)
    if abs(jump - ratio) > FACTOR_NOISE * ratio:
        sys.exit(f"{ex_day.ticker} {ex_day.date}: {jump} is not a whole split ratio")
    return str(ratio)


def rounded_dividend(jump: float, ex_day: Bar) -> str:
    """The dividend in dollars; dividends are declared in hundredths of a cent at the finest."""
    exact = float(ex_day.close) * (jump - 1)
    declared = round(exact, 4)
    if declared <= 0 or abs(exact - declared) > DIVIDEND_TOLERANCE:
        sys.exit(f"{ex_day.ticker} {ex_day.date}: {exact} does not look like a dividend")
    return plain(declared)


def check_actions(bars: list[Bar], actions: list[Action]) -> None:
    """Assert that the actions explain the adjusted closes, all of them and in full, and print the splits.

    Two directions: what is publicly known must be in the list, and rebuilding the adjustment factor from the list
    alone, backwards from the last bar, must give back every adjusted close of the file.
    """
    found = {(a.ticker, a.ex_date, a.kind): a.value for a in actions}
    for key, value in KNOWN_ACTIONS.items():
        assert found.get(key) == value, f"{key}: expected {value}, found {found.get(key)}"
    print_splits(bars, actions)
    for ticker, worst in worst_rebuild_errors(bars, actions).items():
        print(f"{ticker:5} adjusted closes rebuilt from the actions: worst relative difference {worst:.1e}")
        assert worst < 1e-9, f"{ticker}: the actions do not explain the adjusted closes"


def print_splits(bars: list[Bar], actions: list[Action]) -> None:
    """Show for each split that the traded close halves while the adjusted close moves on."""
    for before, ex_day in neighbours(bars):
        for action in actions:
            if (action.ticker, action.ex_date, action.kind) == (ex_day.ticker, ex_day.date, "split"):
                jump = before.factor / ex_day.factor
                assert abs(jump - float(action.value)) < FACTOR_NOISE * jump
                print(f"{action.ticker:5} {action.ex_date} split {action.value}:1  close {before.close} -> "
                      f"{ex_day.close}, close/adjusted falls by {jump:.6f}")


def worst_rebuild_errors(bars: list[Bar], actions: list[Action]) -> dict[str, float]:
    """Per ticker, the largest relative difference between the file's adjusted closes and those rebuilt from actions."""
    by_ticker: dict[str, list[Bar]] = defaultdict(list)
    for bar in bars:
        by_ticker[bar.ticker].append(bar)
    return {ticker: worst_rebuild_error(series, [a for a in actions if a.ticker == ticker])
            for ticker, series in by_ticker.items()}


def worst_rebuild_error(series: list[Bar], actions: list[Action]) -> float:
    """Walk back from the last bar, whose factor also holds what happened after the end of the data."""
    by_date = defaultdict(list)
    for action in actions:
        by_date[action.ex_date].append(action)
    factor, worst = series[-1].factor, 0.0
    for bar in reversed(series):
        rebuilt = float(bar.close) / factor
        worst = max(worst, abs(rebuilt / float(bar.adjusted_close) - 1))
        for action in by_date[bar.date]:
            factor *= adjustment(action, bar)
    return worst


def adjustment(action: Action, ex_day: Bar) -> float:
    """By how much an action divides all closes before its ex-date."""
    if action.kind == "split":
        return float(action.value)
    return (float(ex_day.close) + float(action.value)) / float(ex_day.close)


# --- files -----------------------------------------------------------------------------------------------------------


def write_bars(bars: list[Bar], path: Path = BARS_FILE) -> None:
    """Write the bars as gzipped CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(BAR_COLUMNS)
    writer.writerows((b.ticker, b.date, b.open, b.high, b.low, b.close, b.volume, b.adjusted_close) for b in bars)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(reproducible_gzip(text.getvalue().encode("ascii")))


def reproducible_gzip(data: bytes) -> bytes:
    """Gzip whose header holds no time, no file name and no operating system.

    `gzip.compress(mtime=0)` would nearly do, but the operating system byte it writes differs between Python versions.
    """
    header = b"\x1f\x8b\x08\x00" + struct.pack("<I", 0) + b"\x02\xff"
    deflater = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = deflater.compress(data) + deflater.flush()
    return header + body + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def read_bars(path: Path = BARS_FILE) -> list[Bar]:
    """Read the file that `write_bars` wrote."""
    with gzip.open(path, "rt", encoding="ascii", newline="") as file:
        return [Bar(row["ticker"], row["timestamp"], row["open"], row["high"], row["low"], row["close"],
                    int(row["volume"]), row["adjusted_close"]) for row in csv.DictReader(file)]


def write_actions(actions: list[Action], path: Path = ACTIONS_FILE) -> None:
    """Write the split and dividend file."""
    with open(path, "w", encoding="ascii", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(ACTION_COLUMNS)
        writer.writerows((a.ticker, a.ex_date, a.kind, a.value) for a in actions)


def read_actions(path: Path = ACTIONS_FILE) -> list[Action]:
    """Read the file that `write_actions` wrote."""
    with open(path, encoding="ascii", newline="") as file:
        return [Action(**row) for row in csv.DictReader(file)]


def check_files() -> None:
    """Check what is on disk: clean bars, and actions that explain the adjusted closes."""
    bars, actions = read_bars(), read_actions()
    problems = violations(bars)
    if problems:
        sys.exit("\n".join(problems))
    check_actions(bars, actions)
    kinds = [action.kind for action in actions]
    print(f"{len(bars)} bars, {kinds.count('split')} splits, {kinds.count('dividend')} dividends: all consistent")


def main() -> None:
    """Write the fixtures unless only a check is asked for, then check what is on disk."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="only check the files that are there")
    if not parser.parse_args().check:
        bars = read_package()
        write_bars(bars)
        write_actions(derive_actions(bars))
    check_files()


if __name__ == "__main__":
    main()
