"""Orders that bring out each of zipline's rules. It sees closes only, so the scenarios are about closes."""

from __future__ import annotations

from decimal import Decimal

from .book import Book, cents, sign
from .history import Day, History
from .model import BUY, SELL, Order, opposite

SIDES = (BUY, SELL)
# Parts of a cent on either side of zipline's tolerance, which is a twentieth of a cent.
WITHIN_TOLERANCE, BEYOND_TOLERANCE = Decimal("0.0004"), Decimal("0.0006")


def zipline_orders(history: History) -> list[Order]:
    """Every scenario, for buys and for sells."""
    book = Book(history)
    for side in SIDES:
        market_orders(book, side)
        limit_orders(book, side)
        stop_orders(book, side)
        stop_limit_orders(book, side)
        shared_volume(book, side)
        blocked_queue(book, side)
        rounded_prices(book, side)
    return book.finished()


def product_is_exact(price: Decimal) -> bool:
    """Whether zipline's rounded price, `0.01 * cents` in binary, is the double that the same price reads as."""
    return 0.01 * int(price * 100) == float(price)


def tidy(day: Day) -> bool:
    """A bar whose close zipline can name exactly as a price of an order."""
    return day.in_cents and product_is_exact(day.close)


def gap(day: Day) -> Decimal:
    """The opening gap as a fraction of the close before."""
    return day.open / day.before.close - 1


def moves_away(book: Book, side: str, bars: int = 1):
    """Days after which the close moves against a buyer (or seller) for some bars."""
    def holds(day: Day) -> bool:
        later = (book.history.later(day, count).close for count in range(1, bars + 1))
        return tidy(day) and all((close - day.close) * sign(side) > 0 for close in later)
    return holds


def market_orders(book: Book, side: str) -> None:
    """Filled at the next close, within a tenth of its volume."""
    book.add("market", book.day(), side, "MARKET", "fills at the next close")
    day = book.day(lambda d: abs(gap(d)) > Decimal("0.06"))
    book.add("market-gap", day, side, "MARKET", "next close, not the open after a gap")
    day = book.day()
    book.add("market-partial", day, side, "MARKET", "filled over several bars", quantity=2 * day.tenth + 12_345)
    day = book.day()
    book.add("market-cancelled", day, side, "MARKET", "the rest is cancelled", quantity=9 * day.tenth, cancel_after=1)


def limit_orders(book: Book, side: str) -> None:
    """Filled once the close is at the limit or better, at the close and 5 basis points, wherever that is."""
    s = sign(side)
    day = book.day(lambda d: abs(d.best(side) - d.close) > d.close / 50)
    book.add("limit-in-range", day, side, "LIMIT", "limit inside the bar's range, close short of it",
             limit_price=cents((day.best(side) + day.close) / 2), cancel_after=15)
    day = book.day(tidy)
    book.add("limit-at-close", day, side, "LIMIT", "close equals the limit: fills, beyond the limit by 5 bps",
             limit_price=day.close, cancel_after=15)
    day = book.day()
    book.add("limit-through", day, side, "LIMIT", "close beyond the limit",
             limit_price=cents(day.close * (1 + s * Decimal("0.01"))), cancel_after=15)
    day = book.day(lambda d: gap(d) * s < Decimal("-0.05"))
    book.add("limit-gap", day, side, "LIMIT", "favourable gap: the close all the same", limit_price=day.before.close,
             cancel_after=15)
    day = book.day(moves_away(book, side))
    book.add("limit-latched", day, side, "LIMIT", "the rest fills beyond the limit: once reached, always reached",
             limit_price=day.close, quantity=day.tenth + day.tenth // 3)
    day = book.day()
    book.add("limit-never", day, side, "LIMIT", "never reached, cancelled",
             limit_price=cents(day.close * (1 - s * Decimal("0.4"))), cancel_after=30)


def stop_orders(book: Book, side: str) -> None:
    """Elected once the close is at the stop or beyond, and then a market order."""
    s = sign(side)
    day = book.day(tidy)
    book.add("stop-at-close", day, side, "STOP", "close equals the stop: elected", stop_price=day.close,
             cancel_after=15)
    day = book.day(lambda d: abs(d.worst(side) - d.close) > d.close / 50)
    book.add("stop-in-range", day, side, "STOP", "stop inside the bar's range, close short of it",
             stop_price=cents((day.worst(side) + day.close) / 2), cancel_after=15)
    day = book.day(lambda d: gap(d) * s > Decimal("0.05"))
    book.add("stop-gap", day, side, "STOP", "gapped through the stop", stop_price=day.before.close, cancel_after=15)
    day = book.day(moves_away(book, opposite(side)))
    book.add("stop-latched", day, side, "STOP", "the rest fills although the close went back",
             stop_price=day.close, quantity=day.tenth + day.tenth // 3)
    day = book.day()
    book.add("stop-never", day, side, "STOP", "never elected, cancelled",
             stop_price=cents(day.close * (1 + s * Decimal("0.6"))), cancel_after=20)


def stop_limit_orders(book: Book, side: str) -> None:
    """Once elected, a limit order, from the same close on."""
    s = sign(side)
    day = book.day()
    book.add("stop-limit-at-once", day, side, "STOP_LIMIT", "elected and filled on one close",
             stop_price=cents(day.close * (1 - s * Decimal("0.005"))),
             limit_price=cents(day.close * (1 + s * Decimal("0.005"))), cancel_after=15)
    day = book.day()
    book.add("stop-limit-beyond", day, side, "STOP_LIMIT", "elected beyond its limit, waits for it",
             stop_price=cents(day.close * (1 - s * Decimal("0.01"))),
             limit_price=cents(day.close * (1 - s * Decimal("0.005"))), cancel_after=60)
    day = book.day(tidy)
    book.add("stop-limit-equal", day, side, "STOP_LIMIT", "stop, limit and close are one price",
             stop_price=day.close, limit_price=day.close, cancel_after=15)
    day = book.day(lambda d: gap(d) * s > Decimal("0.05"))
    book.add("stop-limit-gap", day, side, "STOP_LIMIT", "gapped through stop and limit", stop_price=day.before.close,
             limit_price=day.before.close, cancel_after=60)
    day = book.day(moves_away(book, side))
    book.add("stop-limit-latched", day, side, "STOP_LIMIT", "the rest fills beyond the limit",
             stop_price=day.close, limit_price=day.close, quantity=day.tenth + day.tenth // 3)


def shared_volume(book: Book, side: str) -> None:
    """One cap for all orders of a bar, first come first served, both sides together."""
    day = book.day()
    book.add("share-first", day, side, "MARKET", "takes 60 % of the cap", quantity=day.tenth * 6 // 10)
    book.add("share-second", day, opposite(side), "MARKET", "gets the other 40 %, though it trades the other way",
             quantity=day.tenth * 6 // 10)
    book.add("share-third", day, side, "MARKET", "gets nothing until the next bar", quantity=100)
    day = book.day()
    book.add("cap-exactly", day, side, "MARKET", "is exactly the cap", quantity=day.tenth)
    book.add("cap-used-up", day, opposite(side), "MARKET", "finds the cap used up", quantity=1)


def blocked_queue(book: Book, side: str) -> None:
    """When nothing is left of the cap, orders behind the first that wanted some are not even looked at."""
    day = book.day(moves_away(book, side, bars=4))
    book.add("block-eater", day, opposite(side), "MARKET", "uses the cap up", quantity=day.tenth)
    book.add("block-waiting", day, opposite(side), "LIMIT", "not reached: does not block",
             limit_price=cents(day.close * (1 + sign(side) * Decimal("0.5"))), cancel_after=3)
    book.add("block-seen", day, side, "LIMIT", "is reached with the cap used up, fills a bar later, beyond its limit",
             limit_price=day.close, cancel_after=4)
    book.add("block-unseen", day, side, "LIMIT", "is not looked at on that bar, so it stays unreached",
             limit_price=day.close, cancel_after=4)


def rounded_prices(book: Book, side: str) -> None:
    """Prices off the cent are rounded in the order's favour, but for a twentieth of a cent."""
    s = sign(side)
    for distance, effect in ((WITHIN_TOLERANCE, "is rounded to the close"), (BEYOND_TOLERANCE, "is rounded off it")):
        day = book.day(moves_away(book, side, bars=3))
        book.add("round-limit", day, side, "LIMIT", f"limit {distance} short of the close {effect}",
                 limit_price=day.close - s * distance, cancel_after=3)
        day = book.day(moves_away(book, opposite(side), bars=3))
        book.add("round-stop", day, side, "STOP", f"stop {distance} beyond the close {effect}",
                 stop_price=day.close + s * distance, cancel_after=3)
    day = book.day(lambda d: d.in_cents and not product_is_exact(d.close))
    book.add("tick-product-limit", day, side, "LIMIT", "close equals the limit, in decimals", limit_price=day.close,
             cancel_after=1)
    book.add("tick-product-stop", day, side, "STOP", "close equals the stop, in decimals", stop_price=day.close,
             cancel_after=1)
