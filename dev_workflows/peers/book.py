"""A growing set of orders, each placed on real bars that make it interesting."""

from __future__ import annotations

import datetime
import itertools
from decimal import ROUND_HALF_UP, Decimal
from typing import Callable

from .history import Day, History
from .model import BUY, Order, text

CENT = Decimal("0.01")
# Scenarios take turns on the tickers and move on in time, so that orders of one rarely meet those of another.
FIRST_DATES = {"AAPL": "2000-04-03", "IBM": "2000-04-17", "MSFT": "2000-05-01", "GOOG": "2004-11-01"}
DAYS_BETWEEN = 35
LAST_DATE = "2012-06-01"


def cents(price: Decimal) -> Decimal:
    """A price to the nearest cent."""
    return price.quantize(CENT, ROUND_HALF_UP)


def sign(side: str) -> int:
    """+1 for a buy, -1 for a sell."""
    return 1 if side == BUY else -1


class Book:
    """Collects orders and hands out places in time."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.orders: list[Order] = []
        self.tickers = itertools.cycle(FIRST_DATES)
        self.next_date = dict(FIRST_DATES)

    def day(self, wanted: Callable[[Day], bool] = lambda day: True) -> Day:
        """A day that fits, on the next ticker, some time after the last one that was handed out there."""
        for ticker in itertools.islice(self.tickers, len(FIRST_DATES)):
            start = self.next_date[ticker]
            if start <= LAST_DATE and (found := self.try_find(ticker, start, wanted)):
                self.next_date[ticker] = plus_days(found.date, DAYS_BETWEEN)
                return found
        raise LookupError("no ticker has such a day any more")

    def try_find(self, ticker: str, start: str, wanted: Callable[[Day], bool]) -> Day | None:
        """The first fitting day within two years, so that one rare day does not use a ticker up."""
        try:
            found = self.history.find(ticker, start, wanted)
        except LookupError:
            return None
        return found if found.date < min(plus_days(start, 730), LAST_DATE) else None

    def add(self, name: str, day: Day, side: str, order_type: str, shows: str = "", quantity: int = 1000,
            **values) -> Order:
        """Add an order whose first bar is `day`: it is decided on the bar before.

        `cancel_after` and `good_for` count bars from that first bar; prices may be given as `Decimal`.
        """
        for name_of_count, column in (("cancel_after", "cancel_at"), ("good_for", "good_till")):
            if name_of_count in values:
                values[column] = self.history.later(day, values.pop(name_of_count)).date
        if "good_till" in values:
            values["time_in_force"] = "GTD"
        prices = {key: text(value) if isinstance(value, (Decimal, int)) else value for key, value in values.items()}
        order = Order(order_ref=f"{len(self.orders) + 1:03}-{name}", ticker=day.ticker, as_of=day.before.date,
                      side=side, quantity=quantity, order_type=order_type, shows=shows, **prices)
        self.orders.append(order)
        return order

    def finished(self) -> list[Order]:
        """All orders by time of decision; those of one date keep the order in which they were added."""
        return sorted(self.orders, key=lambda order: order.as_of)


def plus_days(date: str, count: int) -> str:
    """A date some calendar days on."""
    return (datetime.date.fromisoformat(date) + datetime.timedelta(days=count)).isoformat()
