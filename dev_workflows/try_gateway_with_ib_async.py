#!/usr/bin/env python3
"""Drive the simulated gateway with ib_async, the real client from PyPI, and check every answer.

    python3 dev_workflows/try_gateway_with_ib_async.py                   # needs the release build
    python3 dev_workflows/try_gateway_with_ib_async.py --execution PATH  # another binary

The gateway replays the fixtures' bars step by step. ib_async asks for contract details, positions and account values, places
a market, a limit and a bracket order, gets fills and commissions, modifies, cancels, disconnects, comes back, and asks for
executions and completed orders. ib_async is installed once into a virtual environment under `.build/`.

Exit code 0: every check held; 1: one did not; 2: something could not be run.
"""

from __future__ import annotations

import argparse
import re
import socket
import subprocess
import sys
from pathlib import Path

from ib_async_environment import run_inside_environment

WORKFLOWS = Path(__file__).resolve().parent
ROOT = WORKFLOWS.parent
BUILD = ROOT / ".build"
BARS = ROOT / "fixtures" / "bars" / "us-daily.csv.gz"
ACCOUNT = "DU123"
PATIENCE_S = 10


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--execution", type=Path, default=BUILD / "release" / "execution", metavar="PATH",
                        help="the service's binary (default: .build/release/execution)")
    return parser.parse_args()


class Gateway:
    """The gateway as a child process, stepped over its control port."""

    def __init__(self, execution: Path) -> None:
        command = [execution, "gateway", "--bars", BARS, "--from", "2010-01-04", "--stepped", "--port", "0",
                   "--control-port", "0", "--account", ACCOUNT, "--cash", "1000000"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        ports = re.search(r"Listening on 127\.0\.0\.1:(\d+), control 127\.0\.0\.1:(\d+)", line)
        if not ports:
            raise RuntimeError(f"the gateway did not say where it listens: {line!r}")
        self.port = int(ports[1])
        self.control = socket.create_connection(("127.0.0.1", int(ports[2])), timeout=PATIENCE_S)
        self.answers = self.control.makefile("r", encoding="utf-8")

    def ask(self, command: str) -> str:
        """Carry out a control command; its answer."""
        self.control.sendall(f"{command}\n".encode())
        answer = self.answers.readline().strip()
        if not answer.startswith("ok"):
            raise RuntimeError(f"{command}: {answer}")
        return answer

    def table(self, command: str) -> list[list[str]]:
        """A table of the gateway's own record."""
        count = int(self.ask(command).split()[1])
        return [self.answers.readline().rstrip("\n").split("\t") for _ in range(count)]

    def end(self) -> None:
        """Stop the process."""
        if self.process.poll() is None:
            self.control.sendall(b"quit\n")
            try:
                self.process.wait(timeout=PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.control.close()


class Checks:
    """What held, and what did not."""

    def __init__(self) -> None:
        self.held = 0
        self.broken: list[str] = []

    def that(self, is_so: object, what: str) -> None:
        """Note a check."""
        if is_so:
            self.held += 1
            print(f"ok    {what}")
        else:
            self.broken.append(what)
            print(f"WRONG {what}")


def wait_until(ib, condition) -> bool:
    """Let the client work until something is so; false when it never is."""
    for _ in range(PATIENCE_S * 100):
        if condition():
            return True
        ib.sleep(0.01)
    return bool(condition())


def acknowledged(trade) -> bool:
    """Whether the gateway has answered an order."""
    return trade.order.permId != 0 and trade.orderStatus.status in ("PreSubmitted", "Submitted", "Filled")


def connect(gateway: Gateway, client_id: int):
    """A connected client."""
    from ib_async import IB

    ib = IB()
    ib.RaiseRequestErrors = False
    ib.connect("127.0.0.1", gateway.port, clientId=client_id, timeout=PATIENCE_S, raiseSyncErrors=True)
    return ib


def check_session(ib, check: Checks) -> None:
    """Handshake and what a client asks at once."""
    check.that(ib.client.serverVersion() == 178, "version 178 is negotiated")
    check.that(ib.managedAccounts() == [ACCOUNT], "the account is told")
    check.that(ib.positions() == [], "there are no positions")
    values = {value.tag: value.value for value in ib.accountValues(ACCOUNT)}
    check.that(float(values["NetLiquidation"]) == 1_000_000, "the account is worth its cash")
    summary = {value.tag: float(value.value) for value in ib.accountSummary() if value.currency == "USD"}
    check.that(summary["TotalCashValue"] == 1_000_000, "the summary has the cash")
    check.that(ib.reqCurrentTime().year in (2009, 2010), "the clock is that of the bars")


def check_contracts(ib, check: Checks):
    """Contract details, rules, samples, prices and history; the contract for the orders."""
    from ib_async import Stock

    details = ib.reqContractDetails(Stock("AAPL", "SMART", "USD"))
    check.that(len(details) == 1 and details[0].minTick == 0.01, "AAPL has details and a tick of a cent")
    rule = ib.reqMarketRule(int(details[0].marketRuleIds.split(",")[0]))
    check.that([(step.lowEdge, step.increment) for step in rule] == [(0, 0.0001), (1, 0.01)], "its market rule is told")
    check.that(ib.reqContractDetails(Stock("NOSUCH", "SMART", "USD")) == [], "an unknown stock has none (error 200)")
    samples = ib.reqMatchingSymbols("AA")
    check.that([sample.contract.symbol for sample in samples] == ["AAPL"], "symbols are found by their beginning")
    contract = details[0].contract
    bars = ib.reqHistoricalData(contract, endDateTime="", durationStr="10 D", barSizeSetting="1 day",
                                whatToShow="TRADES", useRTH=True)
    check.that(bars and str(bars[-1].date) == "2009-12-31", "history ends before the first bar that is played")
    ticker = ib.reqTickers(contract)[0]
    check.that(ticker.last == bars[-1].close, "a snapshot has the last close")
    check.that(ticker.lastTimestamp == ib.reqCurrentTime(), "and its time, which is now")
    return contract


def check_market_order(ib, gateway: Gateway, check: Checks, contract) -> None:
    """A market order fills at the next open with a commission."""
    from ib_async import MarketOrder

    order = MarketOrder("BUY", 100, orderRef="ref-market")
    preview = ib.whatIfOrder(contract, order)
    check.that(float(preview.initMarginChange) > 0 and preview.commission == 1.0, "what-if tells margin and commission")
    gateway.ask("fault preview warn the price is capped")
    warned = ib.whatIfOrder(contract, order)
    check.that(warned.initMarginAfter == preview.initMarginAfter, "an answer without figures before it does not hide them")
    check.that(not ib.openTrades(), "and nothing was ordered by it")
    trade = ib.placeOrder(contract, order)
    check.that(wait_until(ib, lambda: acknowledged(trade)), "the market order is acknowledged")
    check.that(not trade.fills, "it does not fill before the next bar")
    gateway.ask("step")
    check.that(wait_until(ib, lambda: trade.isDone()), "it fills on the next bar")
    check.that(trade.orderStatus.status == "Filled" and trade.filled() == 100, "all of it")
    # AAPL opened at 213.43 on 2010-01-04; a market order slips by 5 basis points.
    check.that(abs(trade.fills[0].execution.price - 213.43 * 1.0005) < 1e-6, "at the open with slippage")
    check.that(wait_until(ib, lambda: trade.fills[0].commissionReport.commission == 1.0), "with its commission")
    check.that(trade.fills[0].execution.orderRef == "ref-market", "and its reference")
    wait_until(ib, lambda: bool(ib.positions()))
    position = ib.positions()[0]
    check.that(position.position == 100 and abs(position.avgCost - (213.43 * 1.0005 + 0.01)) < 1e-6,
               "the position and its cost with commission are told")
    check.that(wait_until(ib, lambda: any(item.position == 100 for item in ib.portfolio())), "the portfolio as well")


def check_limit_order(ib, gateway: Gateway, check: Checks, contract) -> None:
    """A limit order rests, is modified, and fills; an off-tick price and a wrong account are refused."""
    from ib_async import LimitOrder

    trade = ib.placeOrder(contract, LimitOrder("SELL", 50, 400.00, tif="GTC", orderRef="ref-limit"))
    check.that(wait_until(ib, lambda: trade.orderStatus.status == "Submitted"), "the limit order works")
    perm_id = trade.order.permId
    gateway.ask("step")
    ib.sleep(0.05)
    check.that(trade.isActive() and not trade.fills, "it rests far from the market")
    trade.order.lmtPrice = 100.00
    trade.order.totalQuantity = 40
    ib.placeOrder(contract, trade.order)
    ib.sleep(0.1)
    check.that(trade.order.permId == perm_id and trade.isActive(), "a modification keeps the order")
    gateway.ask("step")
    check.that(wait_until(ib, lambda: trade.isDone()) and trade.filled() == 40, "the modified order fills")
    report = trade.fills[0].commissionReport
    check.that(wait_until(ib, lambda: report.commission > 0) and report.realizedPNL != 0, "a sell realizes a profit")

    crooked = ib.placeOrder(contract, LimitOrder("BUY", 1, 100.001))
    check.that(wait_until(ib, lambda: crooked.isDone()) and crooked.log[-1].errorCode == 110, "off the tick is 110")
    foreign = ib.placeOrder(contract, LimitOrder("BUY", 1, 100.00, account="DU999"))
    check.that(wait_until(ib, lambda: foreign.log[-1].errorCode == 321), "another account is 321")


def check_cancels(ib, gateway: Gateway, check: Checks, contract) -> None:
    """Cancels: of one order, of one that is not there, of all."""
    from ib_async import LimitOrder

    trade = ib.placeOrder(contract, LimitOrder("BUY", 10, 50.00, tif="GTC", orderRef="ref-cancel"))
    wait_until(ib, lambda: acknowledged(trade))
    ib.cancelOrder(trade.order)
    check.that(wait_until(ib, lambda: trade.orderStatus.status == "Cancelled"), "an order is cancelled")
    codes: list[int] = []
    ib.errorEvent += lambda request, code, text, about: codes.append(code)
    ib.client.cancelOrder(999_999, "")
    check.that(wait_until(ib, lambda: 10147 in codes), "cancelling an unknown order is 10147")
    several = [ib.placeOrder(contract, LimitOrder("BUY", 10, price, tif="GTC")) for price in (40.00, 41.00)]
    wait_until(ib, lambda: all(acknowledged(trade) for trade in several))
    ib.reqGlobalCancel()
    check.that(wait_until(ib, lambda: all(trade.isDone() for trade in several)), "a global cancel cancels all")


def check_bracket(ib, gateway: Gateway, check: Checks, contract) -> None:
    """A bracket: the entry fills, one exit fills, the other is cancelled."""
    # 2010-01-07 opens at 211.75 and trades down to 209.05.
    bracket = ib.bracketOrder("BUY", 20, limitPrice=215.00, takeProfitPrice=230.00, stopLossPrice=200.00)
    trades = []
    for order in bracket:
        order.tif = "GTC"
        trades.append(ib.placeOrder(contract, order))
    entry, target, stop = trades
    check.that(wait_until(ib, lambda: all(acknowledged(trade) for trade in trades)), "a bracket is acknowledged")
    check.that(target.orderStatus.whyHeld == "child" and stop.orderStatus.whyHeld == "child,trigger",
               "its exits wait for the entry")
    gateway.ask("step")
    check.that(wait_until(ib, lambda: entry.isDone()) and entry.filled() == 20, "the entry fills")
    for _ in range(60):
        if target.isDone() or stop.isDone():
            break
        gateway.ask("step")
        ib.sleep(0.02)
    wait_until(ib, lambda: target.isDone() and stop.isDone())
    check.that({target.orderStatus.status, stop.orderStatus.status} == {"Filled", "Cancelled"},
               "one exit fills, the other is cancelled")


def check_away(ib, gateway: Gateway, check: Checks, contract):
    """Fills while the client is away are found when it comes back; the client that did."""
    from ib_async import ExecutionFilter, MarketOrder

    ib.placeOrder(contract, MarketOrder("BUY", 7, orderRef="ref-away"))
    ib.sleep(0.1)
    ib.disconnect()
    gateway.ask("step")
    ib = connect(gateway, client_id=5)
    fills = ib.reqExecutions(ExecutionFilter(symbol="AAPL", side="BUY"))
    away = [fill for fill in fills if fill.execution.orderRef == "ref-away"]
    check.that(len(away) == 1 and away[0].execution.shares == 7, "the fill while away is found")
    # ib_async keeps commissions with the first copy of a fill, which it asked for when it connected.
    reports = {fill.execution.execId: fill.commissionReport for fill in ib.fills()}
    check.that(away and reports[away[0].execution.execId].commission == 1.0, "with its commission")
    completed = {trade.order.orderRef: trade for trade in ib.reqCompletedOrders(True)}
    check.that({"ref-market", "ref-limit", "ref-cancel", "ref-away"} <= completed.keys(), "completed orders are found")
    check.that(completed["ref-cancel"].orderStatus.status == "Cancelled", "the cancelled one as cancelled")
    check.that(ib.client.getReqId() > 10, "the next order id goes on from the last one")
    check.that(ib.reqAllOpenOrders() == [], "no order is open")
    held = sum(position.position for position in ib.positions())
    fills = ib.reqExecutions()
    check.that(held == sum(fill.execution.shares * (1 if fill.execution.side == "BOT" else -1) for fill in fills),
               "positions are the sum of the executions")
    # The columns of the gateway's own record stand in GATEWAY.md.
    record = {row[0]: (row[1], float(row[7]), float(row[8])) for row in gateway.table("executions")}
    check.that(record == {fill.execution.execId: (fill.execution.orderRef, fill.execution.shares, fill.execution.price)
                          for fill in fills}, "executions are those of the gateway's own record")
    cash = float(gateway.table("cash")[0][2])
    check.that(any(value.tag == "TotalCashValue" and float(value.value) == cash for value in ib.accountSummary()),
               "and so is the cash")
    return ib


def check_rivals(ib, gateway: Gateway, check: Checks) -> None:
    """A client id that is in use is refused."""
    try:
        connect(gateway, client_id=5).disconnect()
        check.that(False, "a client id in use is refused")
    except Exception:
        check.that(True, "a client id in use is refused")
    check.that(ib.isConnected(), "and its owner stays connected")


def main() -> int:
    """Run every check."""
    options = arguments()
    if not options.execution.exists():
        print(f"{options.execution} is not there: swift build -c release", file=sys.stderr)
        return 2
    try:
        import ib_async  # noqa: F401
    except ImportError:
        run_inside_environment()
    gateway = Gateway(options.execution)
    check = Checks()
    try:
        ib = connect(gateway, client_id=5)
        check_session(ib, check)
        contract = check_contracts(ib, check)
        check_market_order(ib, gateway, check, contract)
        check_limit_order(ib, gateway, check, contract)
        check_cancels(ib, gateway, check, contract)
        check_bracket(ib, gateway, check, contract)
        ib = check_away(ib, gateway, check, contract)
        check_rivals(ib, gateway, check)
        ib.disconnect()
    finally:
        gateway.end()
    print(f"{check.held} checks held, {len(check.broken)} did not.")
    return 1 if check.broken else 0


if __name__ == "__main__":
    sys.exit(main())
