"""The fixture's bars, with ways to find the days that make an order interesting."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Callable

from make_fixtures import read_bars

from .model import BUY


@dataclass(frozen=True)
class Day:
    """One bar with exact prices. `before` is the ticker's previous bar, None on its first."""

    ticker: str
    date: str
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: int
    before: "Day | None"

    @property
    def range(self) -> Decimal:
        """High minus low."""
        return self.high - self.low

    @property
    def tenth(self) -> int:
        """A tenth of the volume in whole shares: the cap of both peers as they are run here."""
        return self.volume // 10

    @property
    def in_cents(self) -> bool:
        """Whether all four prices are whole cents."""
        return all(price * 100 == int(price * 100) for price in (self.open, self.high, self.low, self.close))

    def best(self, side: str) -> Decimal:
        """The extreme that a limit order of this side hopes for: the low for a buy."""
        return self.low if side == BUY else self.high

    def worst(self, side: str) -> Decimal:
        """The extreme that triggers a stop order of this side: the high for a buy."""
        return self.high if side == BUY else self.low


class History:
    """All bars by ticker."""

    def __init__(self) -> None:
        self.days: dict[str, list[Day]] = {}
        self.position: dict[tuple[str, str], int] = {}
        for bar in read_bars():
            series = self.days.setdefault(bar.ticker, [])
            before = series[-1] if series else None
            self.position[bar.ticker, bar.date] = len(series)
            series.append(Day(bar.ticker, bar.date, Decimal(bar.open), Decimal(bar.high), Decimal(bar.low),
                              Decimal(bar.close), bar.volume, before))

    def day(self, ticker: str, date: str) -> Day:
        """The bar of a date."""
        return self.days[ticker][self.position[ticker, date]]

    def later(self, day: Day, count: int) -> Day:
        """The bar `count` bars after one."""
        return self.days[day.ticker][self.position[day.ticker, day.date] + count]

    def find(self, ticker: str, start: str, wanted: Callable[[Day], bool]) -> Day:
        """The first bar on or after `start` (and not within the first two of the ticker) for which `wanted` holds."""
        for day in self.days[ticker][2:]:
            if day.date >= start and wanted(day):
                return day
        raise LookupError(f"no bar of {ticker} from {start} fits")
