"""What the comparison prints."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from .history import Day, History
from .model import Case, Fill, Order, by_ref
from .verdicts import RULES, Verdict, shown

GAP = Decimal("0.03")


def print_peer_fills(case: Case, fills: list[Fill]) -> None:
    """Every order of a case with the peer's fills."""
    filled = by_ref(fills)
    print(f"\n{case.name}")
    for order in case.orders:
        print(f"  {described(order)}  {order.shows}")
        for fill in filled.get(order.order_ref, []):
            print(f"      {shown(fill)}")


def print_case(case: Case, verdicts: list[Verdict], history: History, everything: bool) -> None:
    """A case's table and its counts. Random orders are shown only if they differ, unless everything is wanted."""
    print(f"\n{case.name}: {case.peer} and this service under {case.simulation}")
    for verdict in verdicts:
        if everything or verdict.difference or verdict.order.shows != "random":
            print_verdict(verdict)
    print_coverage(case, verdicts, history)


def print_verdict(verdict: Verdict) -> None:
    """One line for an order, and one more for a difference."""
    mark = "DIFFERS" if verdict.is_unexplained else verdict.rule or "same"
    print(f"  {mark:8} {described(verdict.order)} {summary(verdict.peer):42} {verdict.order.shows}")
    if verdict.difference:
        print(f"           {verdict.difference}")


def described(order: Order) -> str:
    """The order in one column of fixed width."""
    prices = " ".join(f"{label}{value}" for label, value in (
        ("limit ", order.limit_price), ("stop ", order.stop_price), ("trail ", order.trail_amount),
        ("trail% ", order.trail_percent), ("offset ", order.limit_offset)) if value)
    return (f"{order.order_ref:24} {order.as_of} {order.ticker:4} {order.side:4} {order.quantity:>9} "
            f"{order.order_type:19} {prices:28}")


def summary(fills: list[Fill]) -> str:
    """The first fill, and how many more there are."""
    if not fills:
        return "no fill"
    more = f" and {len(fills) - 1} more" if len(fills) > 1 else ""
    return shown(fills[0]) + more


def print_coverage(case: Case, verdicts: list[Verdict], history: History) -> None:
    """What the orders of a case exercised, counted on the peer's fills."""
    types = Counter(verdict.order.order_type for verdict in verdicts)
    fills = sum(len(verdict.peer) for verdict in verdicts)
    partial = sum(is_partial(verdict) for verdict in verdicts)
    unfilled = sum(not verdict.peer for verdict in verdicts)
    grouped = sum(bool(v.order.oca_group or v.order.parent_ref) for v in verdicts)
    print(f"  {len(verdicts)} orders ({', '.join(f'{count} {name}' for name, count in sorted(types.items()))}; "
          f"{grouped} in groups), {fills} fills, {partial} orders in parts, {unfilled} never filled")
    found = circumstances(case, verdicts, history)
    print("  first fills: " + ", ".join(f"{count} {what}" for what, count in found.items()))
    results = Counter("unexplained" if v.is_unexplained else v.rule or "same" for v in verdicts)
    print("  verdicts: " + ", ".join(f"{count} {what}" for what, count in sorted(results.items())))


def is_partial(verdict: Verdict) -> bool:
    """Filled over several bars, or not to the end."""
    filled = sum(fill.quantity for fill in verdict.peer)
    return len(verdict.peer) > 1 or 0 < filled < verdict.order.quantity


def circumstances(case: Case, verdicts: list[Verdict], history: History) -> Counter:
    """On what kind of bars orders were first filled."""
    counts = Counter({"on a gap of 3 % or more": 0, "of limits just touched": 0, "of limits penetrated": 0})
    for verdict in verdicts:
        if verdict.peer:
            day = history.day(verdict.order.ticker, verdict.peer[0].bar)
            counts["on a gap of 3 % or more"] += abs(day.open / day.before.close - 1) >= GAP
            if verdict.order.order_type == "LIMIT":
                counts[reach(case, verdict.order, day)] += 1
    return counts


def reach(case: Case, order: Order, day: Day) -> str:
    """Whether the price that the peer looks at, close or extreme, stopped at the limit or went through."""
    seen = day.close if case.peer == "zipline" else day.best(order.side)
    return "of limits just touched" if Decimal(order.limit_price) == seen else "of limits penetrated"


def print_rules(verdicts: list[Verdict]) -> None:
    """The text of every rule that was needed."""
    for rule in RULES:
        if any(verdict.rule == rule.name for verdict in verdicts):
            print(f"\n{rule.name}: {rule.why}")
