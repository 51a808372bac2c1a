"""Orders and fills, as both sides of the comparison exchange them."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from pathlib import Path

BUY, SELL = "BUY", "SELL"

# Columns of the service's order file. `Order.shows` is for this comparison only and stays out of it.
CSV_COLUMNS = ("as_of", "order_ref", "ticker", "side", "quantity", "order_type", "limit_price", "stop_price",
               "trail_amount", "trail_percent", "limit_offset", "time_in_force", "good_till", "parent_ref", "oca_group",
               "cancel_at")


@dataclass
class Order:
    """One order. Prices are decimal text, so that the peer and the service read the very same figure."""

    order_ref: str
    ticker: str
    as_of: str
    side: str
    quantity: int
    order_type: str
    limit_price: str = ""
    stop_price: str = ""
    trail_amount: str = ""
    trail_percent: str = ""
    limit_offset: str = ""
    time_in_force: str = "GTC"
    good_till: str = ""
    parent_ref: str = ""
    oca_group: str = ""
    cancel_at: str = ""
    shows: str = ""

    @property
    def is_buy(self) -> bool:
        """Whether the order buys."""
        return self.side == BUY

    def number(self, name: str) -> float | None:
        """A price or distance as the double that a peer works with, or None if it is blank."""
        text = getattr(self, name)
        return float(text) if text else None


@dataclass(frozen=True)
class Fill:
    """One execution: the date of the bar, whole shares, price."""

    order_ref: str
    bar: str
    quantity: int
    price: float


@dataclass(frozen=True)
class Case:
    """One run of one peer: its orders, and the settings under which the service has to agree with it."""

    name: str
    peer: str
    orders: list[Order]
    # Share of a bar's volume that may be filled; None is the peer's own default.
    volume_limit: float | None = None

    @property
    def simulation(self) -> dict:
        """The `simulation` section of the configuration."""
        section = {"preset": self.peer}
        return section if self.volume_limit is None else section | {"volume_limit": self.volume_limit}


def opposite(side: str) -> str:
    """The other side."""
    return SELL if side == BUY else BUY


def text(price: Decimal | int) -> str:
    """A price as an order file would have it: no exponent, no trailing zeros."""
    digits = format(Decimal(price), "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def write_order_csv(orders: list[Order], path: Path) -> None:
    """Write the service's order file."""
    with open(path, "w", encoding="ascii", newline="") as file:
        writer = csv.DictWriter(file, CSV_COLUMNS, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(order) for order in orders)


def write_orders(orders: list[Order], path: Path) -> None:
    """Write orders for a peer's runner."""
    path.write_text(json.dumps([asdict(order) for order in orders]), encoding="ascii")


def read_orders(path: Path) -> list[Order]:
    """Read what `write_orders` wrote."""
    return [Order(**values) for values in json.loads(path.read_text(encoding="ascii"))]


def write_fills(fills: list[Fill], path: Path) -> None:
    """Write a runner's result."""
    path.write_text(json.dumps([asdict(fill) for fill in fills]), encoding="ascii")


def read_fills(path: Path) -> list[Fill]:
    """Read what `write_fills` wrote."""
    return [Fill(**values) for values in json.loads(path.read_text(encoding="ascii"))]


def by_ref(fills: list[Fill]) -> dict[str, list[Fill]]:
    """Fills per order, in the order of their bars."""
    result: dict[str, list[Fill]] = {}
    for fill in sorted(fills, key=lambda fill: fill.bar):
        result.setdefault(fill.order_ref, []).append(fill)
    return result


assert set(CSV_COLUMNS) == {f.name for f in fields(Order)} - {"shows"}
