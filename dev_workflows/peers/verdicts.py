"""Compare the fills of a peer and of the service, order by order."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Callable

from .history import History
from .model import Case, Fill, Order, by_ref
from .zipline_scenarios import product_is_exact

PRICE_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Verdict:
    """How one order went on both sides. `difference` is empty if they agree, `rule` names what explains it if not."""

    order: Order
    peer: list[Fill]
    ours: list[Fill]
    difference: str = ""
    rule: str = ""

    @property
    def is_unexplained(self) -> bool:
        """Whether this fails the comparison."""
        return bool(self.difference) and not self.rule


@dataclass(frozen=True)
class Rule:
    """A difference that is meant. `covers` has to recognise it from the bars, not from the fact that fills differ."""

    name: str
    peer: str
    why: str
    covers: Callable[[Order, list[Fill], list[Fill], History], bool]


def price_is_missed_by_binary_product(order: Order, peer: list[Fill], ours: list[Fill], history: History) -> bool:
    """We fill first, on a bar whose close is exactly the order's price, and that price is one zipline cannot hold.

    Its product is only ever too high, which delays stops of buyers and limits of sellers and nothing else.
    """
    price = Decimal((order.stop_price if order.is_buy else order.limit_price) or 0)
    if not ours or price == 0 or product_is_exact(price):
        return False
    first = history.day(order.ticker, ours[0].bar)
    return first.close == price and not any(fill.bar <= first.date for fill in peer)


RULES = (
    Rule("binary_tick_product", "zipline",
         "zipline computes an order's price as 0.01 * cents in binary, which for about one price in eight is a little "
         "above the price itself; a close that equals a sell limit or a buy stop is then missed. Decimals do not "
         "miss it.",
         price_is_missed_by_binary_product),
)


def compare(case: Case, peer_fills: list[Fill], our_fills: list[Fill], history: History) -> list[Verdict]:
    """A verdict for each order of a case."""
    peer, ours = by_ref(peer_fills), by_ref(our_fills)
    strangers = set(ours) - {order.order_ref for order in case.orders}
    if strangers:
        raise RuntimeError(f"fills of unknown orders: {sorted(strangers)}")
    return [judge(case, order, peer.get(order.order_ref, []), ours.get(order.order_ref, []), history)
            for order in case.orders]


def judge(case: Case, order: Order, peer: list[Fill], ours: list[Fill], history: History) -> Verdict:
    """The verdict on one order."""
    difference = first_difference(peer, ours)
    rule = explanation(case, order, peer, ours, history) if difference else ""
    return Verdict(order, peer, ours, difference, rule)


def first_difference(peer: list[Fill], ours: list[Fill]) -> str:
    """Where two lists of fills part, in words; empty if they do not."""
    for theirs, our in zip(peer, ours):
        if (theirs.bar, theirs.quantity) != (our.bar, our.quantity):
            return f"peer {shown(theirs)}, here {shown(our)}"
        if abs(our.price - theirs.price) > PRICE_TOLERANCE * abs(theirs.price):
            return f"peer {shown(theirs)}, here at {our.price:.10g}"
    if len(peer) > len(ours):
        return f"peer {shown(peer[len(ours)])}, nothing here"
    if len(ours) > len(peer):
        return f"peer nothing, here {shown(ours[len(peer)])}"
    return ""


def explanation(case: Case, order: Order, peer: list[Fill], ours: list[Fill], history: History) -> str:
    """The name of the rule that explains a difference, or nothing."""
    return next((rule.name for rule in RULES if rule.peer == case.peer and rule.covers(order, peer, ours, history)), "")


def shown(fill: Fill) -> str:
    """A fill as people write it."""
    return f"{fill.bar} {fill.quantity} @ {fill.price:.10g}"
