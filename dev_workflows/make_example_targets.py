#!/usr/bin/env python3
"""Write `fixtures/example/targets.csv`: what a small research job would hand to this service.

    python3 dev_workflows/make_example_targets.py

The strategy is a stand-in, chosen because it is short and because its output has everything a real one has: entries,
exits to zero, changes of size, two regimes, two versions of its profile, and a universe that grows as companies list.
On the last trading day of each month, from closes up to and including that day:

* candidates are the listed tickers with six months of history, ranked by their six-month return;
* the regime is `turbulent` when the universe's volatility over the last month is above its median of the last two
  years, else `calm`;
* a calm month holds the best three candidates that rose, a turbulent month the best one at half the weight;
* profile v1 weighs them equally, v2 (from 2007) by the inverse of their volatility.

Everything that is listed gets a row, so that a ticker that is no longer wanted is sold by its weight of 0.
"""

from __future__ import annotations

import csv
import math
import statistics
from dataclasses import dataclass
from pathlib import Path

from make_fixtures import FIXTURES, TICKERS, Bar, read_bars

TARGETS_FILE = FIXTURES / "example" / "targets.csv"
COLUMNS = ("as_of", "ticker", "target_weight", "decision_id", "strategy_id", "profile_version_id", "regime_id",
           "universe_id")

STRATEGY_ID = "momentum-6m"
MOMENTUM_DAYS = 126
VOLATILITY_DAYS = 21
REGIME_DAYS = 504
SECOND_PROFILE_FROM = "2007"
# Two percent stay in cash, so that fees and an open above the last close do not make the account borrow.
INVESTED = {"calm": 0.98, "turbulent": 0.49}
HOLDINGS = {"calm": 3, "turbulent": 1}
# Weights are cut, never rounded up, so that their sum stays below the invested part.
WEIGHT_STEP = 10_000


@dataclass(frozen=True)
class Market:
    """Adjusted closes by ticker and date. Only their ratios count, so later adjustments do not leak into a decision."""

    dates: list[str]
    closes: dict[str, dict[str, float]]

    @classmethod
    def of(cls, bars: list[Bar]) -> "Market":
        """Index the bars."""
        closes: dict[str, dict[str, float]] = {ticker: {} for ticker in TICKERS}
        for bar in bars:
            closes[bar.ticker][bar.date] = float(bar.adjusted_close)
        return cls(sorted({bar.date for bar in bars}), closes)

    def listed(self, date: str) -> list[str]:
        """The tickers that trade on a date."""
        return [ticker for ticker in TICKERS if date in self.closes[ticker]]

    def window(self, ticker: str, end: str, days: int) -> list[float] | None:
        """The last `days` + 1 closes up to and including `end`, or None if the ticker is younger than that."""
        last = self.dates.index(end)
        if last < days:
            return None
        found = [self.closes[ticker].get(date) for date in self.dates[last - days:last + 1]]
        return None if None in found else found


def month_ends(dates: list[str]) -> list[str]:
    """The last trading day of each month that is over; the month in which the data stop does not count."""
    return [day for day, following in zip(dates, dates[1:]) if day[:7] != following[:7]]


def returns(closes: list[float]) -> list[float]:
    """Simple returns from close to close."""
    return [b / a - 1 for a, b in zip(closes, closes[1:])]


def momentum(market: Market, ticker: str, date: str) -> float | None:
    """Return over six months."""
    window = market.window(ticker, date, MOMENTUM_DAYS)
    return None if window is None else window[-1] / window[0] - 1


def volatility(market: Market, ticker: str, date: str) -> float | None:
    """Standard deviation of daily returns over a month."""
    window = market.window(ticker, date, VOLATILITY_DAYS)
    return None if window is None else statistics.stdev(returns(window))


def universe_volatility(market: Market, date: str) -> float | None:
    """Mean of the tickers' volatilities, or None before any has a month of history."""
    known = [v for ticker in TICKERS if (v := volatility(market, ticker, date)) is not None]
    return statistics.fmean(known) if known else None


def regimes(market: Market) -> dict[str, str]:
    """The regime at each month's end, each judged against the past only."""
    daily = {date: v for date in market.dates if (v := universe_volatility(market, date)) is not None}
    known_dates, known = list(daily), list(daily.values())
    result = {}
    for date in month_ends(market.dates):
        if date in daily:
            end = known_dates.index(date) + 1
            past = known[max(0, end - REGIME_DAYS):end]
            result[date] = "turbulent" if daily[date] > statistics.median(past) else "calm"
    return result


def chosen(market: Market, date: str, regime: str) -> list[str]:
    """The best risers, as many as the regime allows; ties go to the alphabet."""
    scores = {ticker: score for ticker in market.listed(date)
              if (score := momentum(market, ticker, date)) is not None and score > 0}
    return sorted(scores, key=lambda ticker: (-scores[ticker], ticker))[:HOLDINGS[regime]]


def weights(market: Market, date: str, regime: str) -> dict[str, float]:
    """Target weight of every listed ticker."""
    held = chosen(market, date, regime)
    shares = {t: 1.0 if profile_version(date) == "v1" else 1 / volatility(market, t, date) for t in held}
    total = sum(shares.values())
    return {t: cut(INVESTED[regime] * shares[t] / total) if t in shares else 0.0 for t in market.listed(date)}


def cut(weight: float) -> float:
    """Drop what is beyond four decimals."""
    return math.floor(weight * WEIGHT_STEP) / WEIGHT_STEP


def profile_version(date: str) -> str:
    """Which version of the strategy's profile was in force."""
    return "v1" if date < SECOND_PROFILE_FROM else "v2"


def rows(market: Market):
    """The lines of the file: one batch for each month from the first in which momentum is known."""
    for date, regime in regimes(market).items():
        if any(momentum(market, ticker, date) is not None for ticker in TICKERS):
            lineage = (f"{STRATEGY_ID}/{date[:7]}", STRATEGY_ID, f"{STRATEGY_ID}-{profile_version(date)}", regime,
                       f"us-tech-{len(market.listed(date))}")
            for ticker, weight in weights(market, date, regime).items():
                yield (date, ticker, format(weight, "g"), *lineage)


def write_targets(path: Path = TARGETS_FILE) -> int:
    """Write the file and return its number of rows."""
    lines = list(rows(Market.of(read_bars())))
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="ascii", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(lines)
    return len(lines)


if __name__ == "__main__":
    print(f"{write_targets()} targets written")
