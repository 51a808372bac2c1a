"""Play orders through zipline-reloaded; runs inside the peers' environment.

    python -m peers.run_zipline ORDERS.json FILLS.json [VOLUME_LIMIT]

zipline's own loop (`TradingAlgorithm`), blotter and default slippage model (5 basis points; a tenth of the volume, or
VOLUME_LIMIT) do the work. Only the bars come from memory, because a bundle stores prices with three decimals.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import numpy
import pandas
import sqlalchemy

# zipline touches deprecated parts of its libraries on import.
warnings.filterwarnings("ignore")

from zipline.algorithm import TradingAlgorithm  # noqa: E402
from zipline.assets import AssetDBWriter, AssetFinder  # noqa: E402
from zipline.data.data_portal import DataPortal  # noqa: E402
from zipline.data.in_memory_daily_bars import InMemoryDailyBarReader  # noqa: E402
from zipline.finance.blotter import SimulationBlotter  # noqa: E402
from zipline.finance.commission import NoCommission  # noqa: E402
from zipline.finance.metrics import load as load_metrics  # noqa: E402
from zipline.finance.slippage import FixedBasisPointsSlippage  # noqa: E402
from zipline.finance.trading import SimulationParameters  # noqa: E402
from zipline.utils.calendar_utils import get_calendar  # noqa: E402

from make_fixtures import read_bars  # noqa: E402

from .model import Fill, Order, read_orders, write_fills  # noqa: E402

DEFAULT_VOLUME_LIMIT = 0.1
FIELDS = ("open", "high", "low", "close", "volume")


class MemoryBars(InMemoryDailyBarReader):
    """zipline's in-memory reader, with the one lookup that a backtest needs and that is broken in the original."""

    def get_value(self, sid, dt, field):
        """A field of a bar; no volume where there is no bar."""
        value = self._frames[field].loc[dt, int(sid)]
        return 0 if field == "volume" and numpy.isnan(value) else value


class RecordingBlotter(SimulationBlotter):
    """zipline's blotter, keeping every transaction it makes."""

    def __init__(self, volume_limit: float) -> None:
        super().__init__(equity_slippage=FixedBasisPointsSlippage(volume_limit=volume_limit),
                         equity_commission=NoCommission())
        self.record = []

    def get_transactions(self, bar_data):
        """As in the original."""
        transactions, commissions, closed = super().get_transactions(bar_data)
        self.record += transactions
        return transactions, commissions, closed


def frames() -> dict[str, pandas.DataFrame]:
    """One table per field: sessions down, tickers across."""
    bars = pandas.DataFrame([vars(bar) for bar in read_bars()])
    bars["date"] = pandas.to_datetime(bars["date"])
    return {name: bars.pivot(index="date", columns="ticker", values=name).astype(float) for name in FIELDS}


def asset_finder(tables: dict[str, pandas.DataFrame]) -> AssetFinder:
    """An asset database in memory. Assets end a year after the data, so that none is closed automatically."""
    closes = tables["close"]
    equities = pandas.DataFrame({
        "symbol": closes.columns,
        "start_date": [closes[ticker].first_valid_index() for ticker in closes.columns],
        "end_date": closes.index[-1] + pandas.Timedelta(days=365),
        "exchange": "NYSE",
    }, index=range(len(closes.columns)))
    exchanges = pandas.DataFrame([{"exchange": "NYSE", "canonical_name": "NYSE", "country_code": "US"}])
    engine = sqlalchemy.create_engine("sqlite://")
    AssetDBWriter(engine).write(equities=equities, exchanges=exchanges)
    return AssetFinder(engine)


def data_portal(tables: dict[str, pandas.DataFrame], finder: AssetFinder, calendar) -> DataPortal:
    """zipline's data portal over the bars in memory, without splits: orders and bars are both as traded."""
    sids = range(len(tables["close"].columns))
    by_sid = {name: table.set_axis(sids, axis="columns") for name, table in tables.items()}
    reader = MemoryBars(by_sid, calendar, pandas.Series("USD", index=sids))
    return DataPortal(finder, calendar, by_sid["close"].index[0], equity_daily_reader=reader,
                      last_available_session=by_sid["close"].index[-1])


class Script:
    """The algorithm: on each session, after the fills of its bar, cancel and place what the orders say."""

    def __init__(self, orders: list[Order]) -> None:
        self.orders = orders
        self.ids: dict[str, str] = {}
        self.assets = {}

    def initialize(self, algorithm) -> None:
        """Look the tickers up once."""
        self.assets = {ticker: algorithm.symbol(ticker) for ticker in sorted({o.ticker for o in self.orders})}

    def handle_data(self, algorithm, data) -> None:
        """What happens in a session."""
        today = algorithm.get_datetime().date().isoformat()
        for order in self.orders:
            if order.cancel_at == today:
                algorithm.cancel_order(self.ids[order.order_ref])
            if order.as_of == today:
                self.ids[order.order_ref] = self.place(algorithm, order)

    def place(self, algorithm, order: Order) -> str:
        """Place one order and return the peer's id for it."""
        amount = order.quantity if order.is_buy else -order.quantity
        placed = algorithm.order(self.assets[order.ticker], amount, limit_price=order.number("limit_price"),
                                 stop_price=order.number("stop_price"))
        assert placed is not None, f"{order.order_ref} was not accepted"
        return placed


def run(orders: list[Order], volume_limit: float) -> list[Fill]:
    """Play the orders over all sessions and return every fill."""
    refuse_what_the_peer_lacks(orders)
    tables = frames()
    first, last = tables["close"].index[0], tables["close"].index[-1]
    calendar = get_calendar("XNYS")
    script, blotter = Script(orders), RecordingBlotter(volume_limit)
    TradingAlgorithm(
        sim_params=SimulationParameters(first, last, calendar, capital_base=1e12),
        data_portal=data_portal(tables, asset_finder(tables), calendar),
        initialize=script.initialize,
        handle_data=script.handle_data,
        blotter=blotter,
        metrics_set=load_metrics("none"),
        benchmark_returns=pandas.Series(0.0, index=tables["close"].index),
    ).run()
    refs = {peer_id: ref for ref, peer_id in script.ids.items()}
    assert len(refs) == len(orders), "an order was never placed: its as_of is not a session"
    return [Fill(refs[t.order_id], t.dt.date().isoformat(), abs(int(t.amount)), float(t.price))
            for t in blotter.record]


def refuse_what_the_peer_lacks(orders: list[Order]) -> None:
    """zipline knows four order types that are good till cancelled, and no groups."""
    for order in orders:
        known = order.order_type in ("MARKET", "LIMIT", "STOP", "STOP_LIMIT") and order.time_in_force == "GTC"
        assert known and not (order.parent_ref or order.oca_group), f"zipline has no such order: {order}"


if __name__ == "__main__":
    write_fills(run(read_orders(Path(sys.argv[1])), float(sys.argv[3]) if len(sys.argv) > 3 else DEFAULT_VOLUME_LIMIT),
                Path(sys.argv[2]))
