"""Orders that bring out each of backtrader's rules."""

from __future__ import annotations

from decimal import Decimal

from .book import Book, cents, sign
from .history import Day, History
from .model import BUY, SELL, Order, opposite

SIDES = (BUY, SELL)
PERCENT = Decimal("0.01")


def backtrader_orders(history: History) -> list[Order]:
    """Every scenario without a volume cap, for buys and for sells."""
    book = Book(history)
    for side in SIDES:
        market_orders(book, side)
        limit_orders(book, side)
        stop_orders(book, side)
        stop_limit_orders(book, side)
        trailing_orders(book, side)
        oco_groups(book, side)
        brackets(book, side)
    return book.finished()


def backtrader_filler_orders(history: History) -> list[Order]:
    """Scenarios with a cap of a tenth of the volume for each order: what becomes of the rest."""
    book = Book(history)
    for side in SIDES:
        partial_orders(book, side)
        partial_groups(book, side)
    return book.finished()


def toward(side: str, price: Decimal, percent: str | int) -> Decimal:
    """A price some percent worse for the side: higher for a buy. Negative percents are better."""
    return cents(price * (1 + sign(side) * Decimal(percent) * PERCENT))


def gap(day: Day, side: str) -> Decimal:
    """The opening gap against the side, as a fraction: positive when a buyer finds a higher open."""
    return sign(side) * (day.open / day.before.close - 1)


def wide(day: Day) -> bool:
    """A bar that moves on both sides of its open, by more than half a percent of it."""
    return min(day.high - day.open, day.open - day.low) > day.open * PERCENT / 2


def between(a: Decimal, b: Decimal) -> Decimal:
    """The middle of two prices."""
    return cents((a + b) / 2)


# --- single orders ---------------------------------------------------------------------------------------------------


def market_orders(book: Book, side: str) -> None:
    """Filled at the next open, whole."""
    book.add("market", book.day(), side, "MARKET", "fills at the next open")
    book.add("market-gap", book.day(lambda d: abs(gap(d, side)) > Decimal("0.06")), side, "MARKET", "open after a gap")
    day = book.day()
    book.add("market-huge", day, side, "MARKET", "three times the bar's volume, at once", quantity=3 * day.volume)


def limit_orders(book: Book, side: str) -> None:
    """Touching is enough; a better open is taken."""
    day = book.day(wide)
    book.add("limit-touched", day, side, "LIMIT", "limit equals the bar's extreme", limit_price=day.best(side))
    day = book.day(wide)
    book.add("limit-penetrated", day, side, "LIMIT", "limit inside the range",
             limit_price=between(day.open, day.best(side)))
    day = book.day(lambda d: gap(d, side) < Decimal("-0.05"))
    book.add("limit-better-open", day, side, "LIMIT", "favourable gap: the open", limit_price=day.before.close)
    day = book.day(wide)
    book.add("limit-at-open", day, side, "LIMIT", "limit equals the open", limit_price=day.open)
    day = book.day()
    book.add("limit-never", day, side, "LIMIT", "cancelled before it is reached",
             limit_price=toward(side, day.close, -40), cancel_after=30)
    expiring_limits(book, side)


def expiring_limits(book: Book, side: str) -> None:
    """`valid` is inclusive: the order still fills on its last day, and not on the day after."""
    def reached_on_third_bar(day: Day) -> bool:
        reach = [book.history.later(day, count).best(side) * sign(side) for count in range(3)]
        return reach[2] < min(reach[0], reach[1])

    for bars, effect in ((2, "fills on its last valid day"), (1, "expires the day before it would fill")):
        day = book.day(reached_on_third_bar)
        book.add("limit-valid", day, side, "LIMIT", effect, limit_price=book.history.later(day, 2).best(side),
                 good_for=bars)


def stop_orders(book: Book, side: str) -> None:
    """Touching triggers; a worse open is suffered."""
    day = book.day(wide)
    book.add("stop-touched", day, side, "STOP", "stop equals the bar's extreme", stop_price=day.worst(side))
    day = book.day(wide)
    book.add("stop-inside", day, side, "STOP", "triggered inside the bar",
             stop_price=between(day.open, day.worst(side)))
    day = book.day(lambda d: gap(d, side) > Decimal("0.05"))
    book.add("stop-gap", day, side, "STOP", "gapped through: the open", stop_price=day.before.close)
    day = book.day(wide)
    book.add("stop-at-open", day, side, "STOP", "stop equals the open", stop_price=day.open)
    day = book.day()
    book.add("stop-never", day, side, "STOP", "cancelled before it is triggered",
             stop_price=toward(side, day.close, 60), cancel_after=20)
    day = book.day()
    book.add("stop-expires", day, side, "STOP", "expires before it is triggered",
             stop_price=toward(side, day.close, 60), good_for=10)


def stop_limit_orders(book: Book, side: str) -> None:
    """All branches of what happens on the bar of the trigger."""
    stop_limits_gapped(book, side)
    stop_limits_inside(book, side)


def stop_limits_gapped(book: Book, side: str) -> None:
    """Triggered by the open: the plain limit rule on the whole bar."""
    def gapped(day: Day) -> bool:
        return gap(day, side) > Decimal("0.03") and wide(day)

    def add(day: Day, shows: str, limit: Decimal) -> None:
        book.add("stop-limit-gap", day, side, "STOP_LIMIT", shows, stop_price=day.before.close, limit_price=limit,
                 cancel_after=60)

    day = book.day(gapped)
    add(day, "limit beyond the open: the open", toward(side, day.open, 1))
    day = book.day(gapped)
    add(day, "limit between open and extreme: the limit", between(day.open, day.best(side)))
    day = book.day(gapped)
    add(day, "limit out of the bar's reach: waits as a limit", toward(side, day.best(side), -1))


def stop_limits_inside(book: Book, side: str) -> None:
    """Triggered inside the bar: backtrader guesses from open and close which way the bar went."""
    s = sign(side)

    def returned(day: Day) -> bool:
        return wide(day) and (day.close - day.open) * s < -day.open * PERCENT

    def went_on(day: Day) -> bool:
        return wide(day) and (day.close - day.open) * s > day.open * PERCENT

    def add(day: Day, shows: str, limit: Decimal) -> None:
        book.add("stop-limit-inside", day, side, "STOP_LIMIT", shows, stop_price=between(day.open, day.worst(side)),
                 limit_price=limit, cancel_after=60)

    day = book.day(returned)
    add(day, "limit beyond the stop: the stop", toward(side, day.worst(side), 1))
    day = book.day(went_on)
    add(day, "limit beyond the stop, bar goes on: the stop", toward(side, day.worst(side), 1))
    day = book.day(returned)
    add(day, "limit short of the stop, close beyond the limit: the limit", between(day.open, day.close))
    day = book.day(returned)
    add(day, "limit short of the stop, close equals the limit: the limit", day.close)
    day = book.day(returned)
    add(day, "limit short of the stop and of the close: not on this bar", between(day.close, day.best(side)))
    day = book.day(went_on)
    add(day, "limit short of the stop, bar goes on: not on this bar", day.open)
    day = book.day(lambda d: d.open == d.close and d.high > d.open > d.low)
    add(day, "open equals close: only a sell may fill at its limit", day.open)


def trailing_orders(book: Book, side: str) -> None:
    """The level starts a trail away from the close of the decision's bar and follows closes only."""
    for percent in ("3", "8"):
        book.add("trail-percent", book.day(), side, "TRAILING_STOP", f"{percent} % behind the closes",
                 trail_percent=percent)
    day = book.day()
    book.add("trail-amount", day, side, "TRAILING_STOP", "an amount behind the closes",
             trail_amount=cents(day.close * 5 * PERCENT))
    day = book.day()
    book.add("trail-from-stop", day, side, "TRAILING_STOP", "first level given",
             trail_amount=cents(day.close * 6 * PERCENT), stop_price=toward(side, day.before.close, 9))
    day = book.day(lambda d: gap(d, side) > Decimal("0.05"))
    book.add("trail-gap", day, side, "TRAILING_STOP", "gapped through its first level: the open",
             trail_amount=cents(day.before.close * 2 * PERCENT))
    day = book.day()
    book.add("trail-cancelled", day, side, "TRAILING_STOP", "cancelled before it is hit", trail_percent="50",
             cancel_after=10)
    trailing_limits(book, side)


def trailing_limits(book: Book, side: str) -> None:
    """As above, with a limit that keeps its distance until the bar of the trigger is over."""
    day = book.day()
    book.add("trail-limit", day, side, "TRAILING_STOP_LIMIT", "limit beyond the level by 1 %",
             trail_amount=cents(day.close * 4 * PERCENT), limit_offset=cents(day.close * PERCENT), cancel_after=250)
    book.add("trail-limit-tight", book.day(), side, "TRAILING_STOP_LIMIT", "limit equal to the level",
             trail_percent="3", limit_offset="0", cancel_after=250)
    day = book.day(lambda d: gap(d, side) > Decimal("0.05"))
    book.add("trail-limit-gap", day, side, "TRAILING_STOP_LIMIT", "gapped through level and limit",
             trail_amount=cents(day.before.close * 2 * PERCENT), limit_offset=cents(day.before.close * PERCENT / 2),
             cancel_after=250)


# --- groups ----------------------------------------------------------------------------------------------------------


def add_exits(book: Book, day: Day, side: str, target: Decimal, stop: Decimal, first: str, shows: str,
              **values) -> None:
    """A LIMIT at `target` and a STOP at `stop`, the one named `first` before the other."""
    exits = [("LIMIT", {"limit_price": target}), ("STOP", {"stop_price": stop})]
    for order_type, price in exits if first == "LIMIT" else reversed(exits):
        book.add(f"exit-{order_type.lower()}", day, side, order_type, shows, **price, **values)


def group_name(book: Book) -> str:
    """A name for the next OCO group."""
    return f"oco-{len(book.orders) + 1:03}"


def oco_groups(book: Book, side: str) -> None:
    """The member that fills, is cancelled or expires takes the others with it."""
    for first in ("LIMIT", "STOP"):
        day = book.day(wide)
        add_exits(book, day, side, between(day.open, day.best(side)), between(day.open, day.worst(side)), first,
                  f"both could fill in the bar: the {first}, which came first", oca_group=group_name(book))
    day = book.day()
    add_exits(book, day, side, toward(side, day.open, -5), toward(side, day.open, 5), "LIMIT", "whichever comes first",
              oca_group=group_name(book))
    oco_endings(book, side)


def oco_endings(book: Book, side: str) -> None:
    """A cancelled or expired member ends the group, and the other one would have filled later."""
    for ending in ("cancel_after", "good_for"):
        day = book.day(lambda d: abs(book.history.later(d, 30).close / d.close - 1) > Decimal("0.15"))
        near = toward(side, day.close, -8), toward(side, day.close, 8)
        group = group_name(book)
        book.add("oco-leaver", day, side, "LIMIT", f"leaves the group by {ending}",
                 limit_price=toward(side, day.close, -60), oca_group=group, **{ending: 2})
        book.add("oco-target", day, side, "LIMIT", "goes with it", limit_price=near[0], oca_group=group)
        book.add("oco-stop", day, side, "STOP", "goes with it", stop_price=near[1], oca_group=group)


def bracket(book: Book, day: Day, side: str, parent: dict, target: Decimal, stop: Decimal, shows: str,
            first: str = "STOP", quantity: int = 1000, **children) -> None:
    """A parent and its two exits."""
    entry = book.add("parent", day, side, shows=shows, quantity=quantity, **parent)
    add_exits(book, day, opposite(side), target, stop, first, shows, quantity=quantity, parent_ref=entry.order_ref,
              **children)


def brackets(book: Book, side: str) -> None:
    """Children live from the bar after the parent's."""
    day = book.day()
    bracket(book, day, side, {"order_type": "MARKET"}, toward(side, day.open, 6), toward(side, day.open, -6),
            "exits 6 % away on either side")
    day = book.day(wide)
    bracket(book, day, side, {"order_type": "MARKET"}, between(day.open, day.worst(side)),
            toward(side, day.open, -25), "the entry's own bar reaches the target, which is not live yet")
    for first in ("LIMIT", "STOP"):
        day = book.day(lambda d: wide(book.history.later(d, 1)))
        after = book.history.later(day, 1)
        bracket(book, day, side, {"order_type": "MARKET"}, between(after.open, after.worst(side)),
                between(after.open, after.best(side)), f"both exits in one bar: the {first}, which came first",
                first=first)
    day = book.day(wide)
    bracket(book, day, side, {"order_type": "LIMIT", "limit_price": between(day.open, day.best(side))},
            toward(side, day.open, 5), toward(side, day.open, -7), "entry by LIMIT")
    day = book.day(wide)
    bracket(book, day, side, {"order_type": "STOP", "stop_price": between(day.open, day.worst(side))},
            toward(side, day.open, 7), toward(side, day.open, -5), "entry by STOP")
    bracket_endings(book, side)
    bracket_with_trail(book, side)


def bracket_endings(book: Book, side: str) -> None:
    """Whichever member is cancelled or expires ends the whole family."""
    never = {"order_type": "LIMIT"}
    for ending in ("cancel_after", "good_for"):
        day = book.day()
        bracket(book, day, side, never | {"limit_price": toward(side, day.open, -50), ending: 5},
                toward(side, day.open, 4), toward(side, day.open, -4), f"parent ends by {ending}: children never live")
        day = book.day()
        bracket(book, day, side, {"order_type": "MARKET"}, toward(side, day.open, 20), toward(side, day.open, -20),
                f"children end by {ending}", **{ending: 5})


def bracket_with_trail(book: Book, side: str) -> None:
    """A trailing exit measures its first level from the close of the decision's bar, not from the entry."""
    day = book.day(lambda d: abs(gap(d, side)) > Decimal("0.02"))
    entry = book.add("parent", day, side, "MARKET", "one child, a trailing stop")
    book.add("exit-trail", day, opposite(side), "TRAILING_STOP", "trails from the close before the entry",
             trail_percent="7", parent_ref=entry.order_ref)
    day = book.day()
    entry = book.add("parent", day, side, "MARKET", "one child, a trailing stop with a given level")
    book.add("exit-trail", day, opposite(side), "TRAILING_STOP", "first level given",
             trail_amount=cents(day.close * 6 * PERCENT), stop_price=toward(side, day.before.close, -10),
             parent_ref=entry.order_ref)


# --- with the filler -------------------------------------------------------------------------------------------------


def partial_orders(book: Book, side: str) -> None:
    """Each order has the cap for itself; what happens to the rest depends on the type."""
    day = book.day()
    book.add("market-partial", day, side, "MARKET", "the rest at the next opens", quantity=2 * day.tenth + 4_321)
    day = book.day()
    for _ in range(2):
        book.add("market-twins", day, side, "MARKET", "two orders, each with a cap of its own", quantity=day.tenth)
    day = book.day()
    book.add("market-cancelled", day, side, "MARKET", "the rest is cancelled", quantity=9 * day.tenth, cancel_after=1)
    day = book.day(wide)
    book.add("limit-partial", day, side, "LIMIT", "the rest waits for the limit again", limit_price=day.best(side),
             quantity=day.tenth + day.tenth // 2, cancel_after=200)
    day = book.day(wide)
    book.add("limit-expires", day, side, "LIMIT", "the rest expires", limit_price=between(day.open, day.best(side)),
             quantity=9 * day.tenth, good_for=2)
    day = book.day(wide)
    book.add("stop-partial", day, side, "STOP", "the rest has to be triggered again", stop_price=day.worst(side),
             quantity=day.tenth + day.tenth // 2, cancel_after=200)
    day = book.day(wide)
    book.add("stop-limit-partial", day, side, "STOP_LIMIT", "the rest is a limit order", stop_price=day.worst(side),
             limit_price=day.worst(side), quantity=day.tenth + day.tenth // 2, cancel_after=200)
    partial_trails(book, side)


def partial_trails(book: Book, side: str) -> None:
    """The level goes on trailing after a partial fill; a stop's rest has to be triggered again."""
    for order_type, values in (("TRAILING_STOP", {}), ("TRAILING_STOP_LIMIT", {"limit_offset": "0.5"})):
        day = book.day()
        book.add("trail-partial", day, side, order_type, "partly filled, trails on", trail_percent="4",
                 quantity=2 * day.tenth, cancel_after=120, **values)


def partial_groups(book: Book, side: str) -> None:
    """OCO members go at the first partial fill; bracket children wait for a complete parent."""
    day = book.day(wide)
    add_exits(book, day, side, day.best(side), toward(side, day.worst(side), 3), "LIMIT",
              "a partial fill ends the other member", oca_group=group_name(book), quantity=3 * day.tenth,
              cancel_after=60)
    day = book.day()
    bracket(book, day, side, {"order_type": "MARKET"}, toward(side, day.open, 2), toward(side, day.open, -2),
            "parent needs several bars: children wait for all of it", quantity=3 * day.tenth, cancel_after=120)
    day = book.day(wide)
    bracket(book, day, side, {"order_type": "LIMIT", "limit_price": day.best(side), "cancel_after": 1},
            toward(side, day.open, 5), toward(side, day.open, -5),
            "parent cancelled in part: its children go with it", quantity=9 * day.tenth)
    for named in (False, True):
        day = book.day(wide)
        group = {"oca_group": group_name(book)} if named else {}
        shows = "exits partly filled, " + ("named group: the other goes" if named else "plain bracket: both stay")
        bracket(book, day, side, {"order_type": "MARKET"}, toward(side, day.open, 2), toward(side, day.open, -2), shows,
                quantity=day.tenth, cancel_after=150, **group)
