"""What is compared: each peer with orders made for its rules and with random ones, with and without other caps."""

from __future__ import annotations

from decimal import Decimal

from .backtrader_scenarios import backtrader_filler_orders, backtrader_orders
from .history import History
from .model import Case
from .random_orders import SIMPLE_TYPES, TRAILING_TYPES, RandomOrders
from .zipline_scenarios import product_is_exact, zipline_orders

RANDOM_ORDERS = 300
# All volumes in the fixture are multiples of ten, so a tenth of them is whole. A 32nd is not. It is exact in binary,
# which matters because the peers compute it in floating point and this is about their rules.
ODD_SHARE = 1 / 32


def all_cases(history: History) -> list[Case]:
    """Every case, scenarios before random orders."""
    zipline_random = RandomOrders(history, 1, SIMPLE_TYPES, groups=False, usable=named_exactly).orders(RANDOM_ORDERS)
    backtrader_random = RandomOrders(history, 2, SIMPLE_TYPES + TRAILING_TYPES, groups=True).orders(RANDOM_ORDERS)
    return [
        Case("zipline", "zipline", zipline_orders(history)),
        Case("zipline-random", "zipline", zipline_random),
        Case("zipline-odd-share", "zipline", zipline_random, ODD_SHARE),
        Case("backtrader", "backtrader", backtrader_orders(history)),
        Case("backtrader-filler", "backtrader", backtrader_filler_orders(history), 0.1),
        Case("backtrader-random", "backtrader", backtrader_random),
        Case("backtrader-odd-share", "backtrader", backtrader_random, ODD_SHARE),
    ]


def named_exactly(price: Decimal) -> bool:
    """Whether zipline can hold an order at exactly this price; see the rule `binary_tick_product`."""
    return price * 100 == int(price * 100) and product_is_exact(price)
