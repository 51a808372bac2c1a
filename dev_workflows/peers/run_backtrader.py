"""Play orders through backtrader; runs inside the peers' environment.

    python -m peers.run_backtrader ORDERS.json FILLS.json [VOLUME_LIMIT]

With VOLUME_LIMIT, say 0.1, its broker fills at most that share of a bar's volume for each order (`FixedBarPerc`).

Each ticker gets its own Cerebro. With several data feeds in one, backtrader also matches orders against the last bar of
an instrument that has none at the moment.
"""

from __future__ import annotations

import datetime
import sys
from collections import defaultdict
from pathlib import Path

import backtrader
import pandas

from make_fixtures import Bar, read_bars

from .model import Fill, Order, read_orders, write_fills

TYPES = {
    "MARKET": backtrader.Order.Market,
    "LIMIT": backtrader.Order.Limit,
    "STOP": backtrader.Order.Stop,
    "STOP_LIMIT": backtrader.Order.StopLimit,
    "TRAILING_STOP": backtrader.Order.StopTrail,
    "TRAILING_STOP_LIMIT": backtrader.Order.StopTrailLimit,
}
# So much that backtrader's checks of cash never decide anything.
CASH = 1e15


class Script(backtrader.Strategy):
    """The strategy: on each bar, after its fills, cancel and place what the orders say."""

    params = {"orders": ()}

    def __init__(self) -> None:
        self.placed: dict[str, backtrader.Order] = {}
        self.leaders: dict[str, backtrader.Order] = {}
        self.last_child: dict[str, str] = {}
        for order in self.p.orders:
            if order.parent_ref:
                self.last_child[order.parent_ref] = order.order_ref

    def next(self) -> None:
        """What happens on a bar."""
        today = self.data.datetime.date(0).isoformat()
        for order in self.p.orders:
            if order.cancel_at == today:
                self.cancel(self.placed[order.order_ref])
            if order.as_of == today:
                self.placed[order.order_ref] = self.place(order)

    def place(self, order: Order) -> backtrader.Order:
        """Place one order. A bracket is handed over with its last child, as backtrader wants it."""
        send = self.buy if order.is_buy else self.sell
        placed = send(size=order.quantity, exectype=TYPES[order.order_type], valid=valid(order),
                      oco=self.leaders.get(order.oca_group), parent=self.placed.get(order.parent_ref),
                      transmit=self.completes_a_bracket(order), **self.prices(order))
        if order.oca_group:
            self.leaders.setdefault(order.oca_group, placed)
        return placed

    def completes_a_bracket(self, order: Order) -> bool:
        """False for a parent and for all its children but the last."""
        if order.parent_ref:
            return self.last_child[order.parent_ref] == order.order_ref
        return order.order_ref not in self.last_child

    def prices(self, order: Order) -> dict:
        """The price arguments in backtrader's terms: `price` is the trigger if there is one, else the limit."""
        if order.order_type.startswith("TRAILING"):
            return self.trailing_prices(order)
        limit, stop = order.number("limit_price"), order.number("stop_price")
        if order.order_type == "STOP_LIMIT":
            return {"price": stop, "plimit": limit}
        return {"price": stop if stop is not None else limit}

    def trailing_prices(self, order: Order) -> dict:
        """backtrader trails from a reference price, where our orders name the first stop level, or none.

        The limit's distance is given to it as the distance between `price` and `plimit`.
        """
        amount, percent = order.number("trail_amount"), order.number("trail_percent")
        reference = self.reference(order, amount, None if percent is None else percent / 100)
        result = {"price": reference, "trailamount": amount, "trailpercent": None if percent is None else percent / 100}
        offset = order.number("limit_offset")
        if offset is not None:
            result["plimit"] = reference + offset if order.is_buy else reference - offset
        return result

    def reference(self, order: Order, amount: float | None, fraction: float | None) -> float:
        """The price that the first level is a trail away from: this bar's close, unless the level is given."""
        level = order.number("stop_price")
        if level is None:
            return self.data.close[0]
        sign = 1 if order.is_buy else -1
        return level - sign * amount if amount is not None else level / (1 + sign * fraction)

    def stop(self) -> None:
        """After the last bar: nothing may have failed for want of cash, and everything must have been placed."""
        assert len(self.placed) == len(self.p.orders), "an order was never placed: its as_of is not a session"
        for ref, order in self.placed.items():
            assert order.status not in (order.Margin, order.Rejected), f"{ref}: {order.getstatusname()}"


def valid(order: Order) -> datetime.datetime | None:
    """A date is good to its end; bars are stamped with its beginning."""
    if not order.good_till:
        return None
    return datetime.datetime.combine(datetime.date.fromisoformat(order.good_till), datetime.time(23, 59, 59))


def feed(bars: list[Bar]) -> backtrader.feeds.PandasData:
    """A ticker's bars as a data feed."""
    rows = [(float(b.open), float(b.high), float(b.low), float(b.close), float(b.volume)) for b in bars]
    return backtrader.feeds.PandasData(dataname=pandas.DataFrame(
        rows, columns=["open", "high", "low", "close", "volume"], index=pandas.to_datetime([b.date for b in bars])))


def run_ticker(bars: list[Bar], orders: list[Order], volume_limit: float | None) -> list[Fill]:
    """Play one ticker's orders over its bars."""
    cerebro = backtrader.Cerebro(stdstats=False)
    cerebro.adddata(feed(bars))
    cerebro.addstrategy(Script, orders=orders)
    cerebro.broker.set_cash(CASH)
    if volume_limit is not None:
        cerebro.broker.set_filler(backtrader.fillers.FixedBarPerc(perc=100 * volume_limit))
    script = cerebro.run()[0]
    return [Fill(ref, backtrader.num2date(bit.dt).date().isoformat(), abs(int(bit.size)), float(bit.price))
            for ref, order in script.placed.items() for bit in order.executed.exbits]


def run(orders: list[Order], volume_limit: float | None) -> list[Fill]:
    """Play all orders and return every fill."""
    bars, wanted = defaultdict(list), defaultdict(list)
    for bar in read_bars():
        bars[bar.ticker].append(bar)
    for order in orders:
        assert order.time_in_force in ("GTC", "GTD"), f"backtrader has no such order: {order}"
        wanted[order.ticker].append(order)
    return [fill for ticker in wanted for fill in run_ticker(bars[ticker], wanted[ticker], volume_limit)]


if __name__ == "__main__":
    write_fills(run(read_orders(Path(sys.argv[1])), float(sys.argv[3]) if len(sys.argv) > 3 else None),
                Path(sys.argv[2]))
