"""Play orders through this project's command line and read the trades back with SQL."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from pathlib import Path

from make_fixtures import BARS_FILE

from .model import Case, Fill, write_order_csv

RUN_ID = "peer-comparison"
# The run was carried out; 1 says that not every order was filled, which many of these are made for.
DONE, INCOMPLETE = 0, 1
# The peers' accounts are never short of cash, and neither is this one.
CASH = 1_000_000_000_000

TRADES = """
    SELECT orders.order_ref, substr(trades.bar_timestamp, 1, 10), abs(trades.size), trades.price
    FROM trades JOIN orders ON orders.order_id = trades.order_id
    WHERE trades.run_id = ?
    ORDER BY trades.bar_timestamp
"""


def play(case: Case, execution: Path, folder: Path) -> list[Fill]:
    """Run `execution apply` on a fresh database in `folder` and return its fills."""
    database, orders, config = folder / "training.db", folder / "orders.csv", folder / "execution.json"
    for leftover in folder.glob(f"{database.name}*"):
        leftover.unlink()
    write_order_csv(case.orders, orders)
    config.write_text(json.dumps({"account": {"cash": CASH}, "simulation": case.simulation}), encoding="ascii")
    command = [execution, "apply", "--mode", "training", "--db", database, "--bars", BARS_FILE, "--orders", orders,
               "--config", config, "--run-id", RUN_ID]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in (DONE, INCOMPLETE):
        raise RuntimeError(f"{' '.join(map(str, command))}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return read_trades(database)


def read_trades(database: Path) -> list[Fill]:
    """The run's trades under the order references that we gave."""
    connection = sqlite3.connect(database)
    try:
        rows = connection.execute(TRADES, (RUN_ID,)).fetchall()
    finally:
        connection.close()
    return [Fill(ref, bar, whole(size), price) for ref, bar, size, price in rows]


def whole(size: float) -> int:
    """A size in whole shares; a fraction would be a difference, so it may not be rounded away."""
    if size != int(size):
        raise RuntimeError(f"a trade of {size} shares")
    return int(size)
