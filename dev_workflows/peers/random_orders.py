"""Orders nobody thought of: drawn from a seed, near the market, at sizes around the cap, often close together."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Callable

from .book import cents, sign
from .history import Day, History
from .model import BUY, SELL, Order, opposite, text

SIMPLE_TYPES = ("MARKET", "LIMIT", "STOP", "STOP_LIMIT")
TRAILING_TYPES = ("TRAILING_STOP", "TRAILING_STOP_LIMIT")
LONGEST_LIFE = 40


class RandomOrders:
    """A seeded source. Only `Random.random` is used: its numbers are the same in every version of Python."""

    def __init__(self, history: History, seed: int, types: tuple[str, ...], groups: bool,
                 usable: Callable[[Decimal], bool] = lambda price: True) -> None:
        self.history = history
        self.usable = usable
        self.random = Random(seed).random
        self.types = types
        self.groups = groups
        self.days = [day for series in history.days.values() for day in series[2:-LONGEST_LIFE - 2]]
        self.made: list[Order] = []

    def orders(self, count: int) -> list[Order]:
        """At least `count` orders, by time of decision."""
        while len(self.made) < count:
            self.add_something(self.pick(self.days))
        return sorted(self.made, key=lambda order: order.as_of)

    # Drawing

    def pick(self, choices):
        """One of several."""
        return choices[int(self.random() * len(choices))]

    def chance(self, probability: float) -> bool:
        """True that often."""
        return self.random() < probability

    def price_near(self, price: Decimal, percent: float) -> Decimal:
        """A price up to some percent away, in cents."""
        return cents(price * Decimal(str(round(1 + (2 * self.random() - 1) * percent / 100, 6))))

    def quantity(self, day: Day) -> int:
        """Mostly small, at times several times what a bar can fill."""
        return 1 + int(self.random() ** 4 * day.volume * 0.4)

    # Making

    def add_something(self, day: Day) -> None:
        """A single order, a few for one bar, or a group."""
        kind = self.random()
        if self.groups and kind < 0.15:
            self.add_bracket(day)
        elif self.groups and kind < 0.3:
            self.add_group(day)
        else:
            for _ in range(self.pick((1, 1, 2, 4))):
                self.add(day, self.pick((BUY, SELL)), self.pick(self.types), self.quantity(day), **self.lifetime(day))

    def add(self, day: Day, side: str, order_type: str, quantity: int, **values) -> Order:
        """One order whose first bar is `day`."""
        order = Order(order_ref=f"r{len(self.made) + 1:04}-{order_type.lower()}", ticker=day.ticker,
                      as_of=day.before.date, side=side, quantity=quantity, order_type=order_type, shows="random",
                      **self.prices(day, side, order_type), **values)
        self.made.append(order)
        return order

    def prices(self, day: Day, side: str, order_type: str) -> dict[str, str]:
        """What the type needs; at times exactly a price of the bar, to hit the equalities."""
        if order_type in TRAILING_TYPES:
            return self.trail(day, order_type)
        limit, stop = self.level(day), self.level(day)
        if order_type == "STOP_LIMIT" and self.chance(0.7):
            limit = cents(stop * (1 + sign(side) * Decimal("0.01")))
        return {name: text(price) for name, price in (("limit_price", limit), ("stop_price", stop))
                if name.split("_")[0].upper() in order_type}

    def level(self, day: Day) -> Decimal:
        """A limit or a stop."""
        exact = self.pick((day.open, day.high, day.low, day.close))
        if self.chance(0.2) and self.usable(exact):
            return exact
        return self.price_near(day.before.close, 4)

    def trail(self, day: Day, order_type: str) -> dict[str, str]:
        """A trail by amount or percent, and a limit offset."""
        percent = 1 + int(self.random() * 8)
        values = {"trail_percent": str(percent)}
        if self.chance(0.5):
            values = {"trail_amount": text(cents(day.before.close * percent / 100))}
        if order_type == "TRAILING_STOP_LIMIT":
            values["limit_offset"] = text(cents(day.before.close * Decimal(str(round(self.random() * 0.01, 6)))))
        return values

    def lifetime(self, day: Day) -> dict[str, str]:
        """Until cancelled in some bars, or for groups' sake expiring, or for ever."""
        kind, last = self.random(), self.history.later(day, int(self.random() * LONGEST_LIFE)).date
        if kind < 0.4:
            return {"cancel_at": last}
        if kind < 0.6 and self.groups:
            return {"time_in_force": "GTD", "good_till": last}
        return {}

    def add_group(self, day: Day) -> None:
        """Two or three orders of which one cancels the others."""
        side, quantity = self.pick((BUY, SELL)), self.quantity(day)
        name = f"oco-{len(self.made) + 1:04}"
        for _ in range(self.pick((2, 2, 3))):
            self.add(day, side, self.pick(self.types[1:]), quantity, oca_group=name, **self.lifetime(day))

    def add_bracket(self, day: Day) -> None:
        """A parent and two exits."""
        side, quantity = self.pick((BUY, SELL)), self.quantity(day)
        parent = self.add(day, side, self.pick(self.types), quantity, **self.lifetime(day))
        for order_type in self.pick((("STOP", "LIMIT"), ("LIMIT", "STOP"), ("TRAILING_STOP", "LIMIT"))):
            self.add(day, opposite(side), order_type, quantity, parent_ref=parent.order_ref, **self.lifetime(day))
