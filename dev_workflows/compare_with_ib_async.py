#!/usr/bin/env python3
"""Measure this service and ib_async side by side as clients of one gateway.

    python3 dev_workflows/compare_with_ib_async.py                   # everything; needs the release build
    python3 dev_workflows/compare_with_ib_async.py --rounds 1 --burst 2000 --orders 1000 --latency 100   # a quick look
    python3 dev_workflows/compare_with_ib_async.py --only burst      # one part; may be repeated

One `execution gateway` of the release build runs on the loopback, stepped, over made-up daily bars of 500 tickers. The two clients
take turns in every round, with nothing else connected; pacing is off on both sides. The median of the rounds counts, and the ratio
of a round is that of its two neighbours. ib_async is installed once into a virtual environment under `.build/`. Our side is
`execution-benchmark broker`, which drives the product: see its --help and BENCHMARKS.md.

Exit code 0: every limit held; 1: one did not; 2: something could not be run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from ib_async_environment import run_inside_environment

WORKFLOWS = Path(__file__).resolve().parent
BUILD = WORKFLOWS.parent / ".build"
ACCOUNT = "DU123"
PATIENCE_S = 600
TICKERS = [f"T{number:03d}" for number in range(500)]
DAYS = 2_000
PARTS = ("latency", "orders", "burst", "wait", "first-order", "reconnect", "recovery")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binaries", type=Path, default=BUILD / "release", metavar="FOLDER",
                        help="where execution and execution-benchmark are (default: .build/release)")
    parser.add_argument("--only", action="append", choices=PARTS, help="this part only; may be repeated")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="rounds of the parts with ib_async (5)")
    parser.add_argument("--latency", type=int, default=500, metavar="N", help="orders one after the other (500)")
    parser.add_argument("--orders", type=int, default=5_000, metavar="N", help="orders at once (5000)")
    parser.add_argument("--burst", type=int, default=20_000, metavar="N", help="executions of one bar (20000)")
    parser.add_argument("--events", type=int, default=1_000_000, metavar="N", help="events to recover from (1000000)")
    return parser.parse_args()


def write_bars(path: Path) -> None:
    """Daily bars of every ticker around 100.00; liquid enough that small orders fill whole at the next open."""
    walk = random.Random(1)
    start = time.mktime((2010, 1, 4, 12, 0, 0, 0, 0, 0))
    dates = [time.strftime("%Y-%m-%d", time.localtime(start + 86_400 * day)) for day in range(DAYS)]
    with path.open("w", encoding="ascii") as file:
        file.write("ticker,timestamp,open,high,low,close,volume\n")
        for ticker in TICKERS:
            for date in dates:
                cents = 10_000 + walk.randint(-200, 200)
                prices = ",".join(f"{value / 100:.2f}" for value in (cents, cents + 50, cents - 50, cents + 10))
                file.write(f"{ticker},{date},{prices},10000000\n")


class Gateway:
    """The gateway as a child process, stepped over its control port."""

    def __init__(self, execution: Path, bars: Path) -> None:
        # Of the days before nothing is told, so that a round does not slow the next one.
        command = [execution, "gateway", "--bars", bars, "--from", "2010-02-01", "--stepped", "--port", "0",
                   "--control-port", "0", "--account", ACCOUNT, "--cash", "1000000000", "--days-kept", "1"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        ports = re.search(r"Listening on 127\.0\.0\.1:(\d+), control 127\.0\.0\.1:(\d+)", line)
        if not ports:
            raise RuntimeError(f"the gateway did not say where it listens: {line!r}")
        self.port, self.control_port = int(ports[1]), int(ports[2])
        self.control = socket.create_connection(("127.0.0.1", self.control_port), timeout=PATIENCE_S)
        self.answers = self.control.makefile("r", encoding="utf-8")

    def tell(self, command: str) -> None:
        """Give a command without waiting for its answer."""
        self.control.sendall(f"{command}\n".encode())

    def heard(self) -> str:
        """The answer to a command that was told."""
        answer = self.answers.readline().strip()
        if not answer.startswith("ok"):
            raise RuntimeError(answer)
        return answer

    def next_day(self) -> None:
        """Let a day begin of which nothing can be asked yet."""
        self.tell("step")
        self.heard()

    def end(self) -> None:
        """Stop the process."""
        if self.process.poll() is None:
            self.control.sendall(b"quit\n")
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.control.close()


class Ours:
    """This service, by its benchmark."""

    def __init__(self, benchmark: Path, gateway: Gateway) -> None:
        self.command = [benchmark, "broker"]
        self.ports = ["--port", str(gateway.port), "--control-port", str(gateway.control_port)]

    def measure(self, name: str, *options: object) -> dict[str, float]:
        """Run one measure; its figures."""
        words = [*self.command, name, *self.ports, *(str(option) for option in options)]
        result = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
        if result.returncode != 0:
            raise RuntimeError(f"{name}: {result.stderr.strip()}")
        return json.loads(result.stdout.splitlines()[-1])


class Theirs:
    """ib_async, with the events that it gives its users."""

    def __init__(self, gateway: Gateway) -> None:
        from ib_async import IB

        # The cancels at the end of a part are warnings to it.
        logging.getLogger("ib_async").setLevel(logging.CRITICAL)
        self.gateway = gateway
        self.ib = IB()
        self.ib.client.MaxRequests = 0
        self.ib.connect("127.0.0.1", gateway.port, clientId=5, timeout=PATIENCE_S)

    def contracts(self, count: int) -> list:
        """Contracts as a user has them: complete."""
        from ib_async import Stock

        return self.ib.qualifyContracts(*(Stock(ticker, "SMART", "USD") for ticker in TICKERS[:count]))

    def until(self, condition) -> None:
        """Let the client work until something is so."""
        give_up = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > give_up:
                raise RuntimeError("ib_async did not get its answers")
            self.ib.sleep(0.05)

    def end(self) -> None:
        """Cancel what is open and go."""
        self.ib.reqGlobalCancel()
        self.until(lambda: not self.ib.openTrades())
        self.ib.disconnect()

    def latency(self, count: int) -> float:
        """Seconds from placing an order to the first event about it, one after the other; the median."""
        from ib_async import LimitOrder

        contract = self.contracts(1)[0]
        seconds: list[float] = []

        async def place_all() -> None:
            loop = asyncio.get_running_loop()
            answered: asyncio.Future | None = None

            def note(trade) -> None:
                if answered is not None and not answered.done() and trade.orderStatus.status != "PendingSubmit":
                    answered.set_result(time.perf_counter())

            def note_open(_trade) -> None:
                if answered is not None and not answered.done():
                    answered.set_result(time.perf_counter())

            self.ib.openOrderEvent += note_open
            self.ib.orderStatusEvent += note
            for number in range(count + 20):
                answered = loop.create_future()
                start = time.perf_counter()
                self.ib.placeOrder(contract, LimitOrder("BUY", 1, 10.00, tif="GTC", account=ACCOUNT))
                end = await answered
                if number >= 20:
                    seconds.append(end - start)

        self.ib.run(place_all())
        return statistics.median(seconds)

    def orders(self, count: int) -> float:
        """Seconds from the first order until all are acknowledged."""
        from ib_async import LimitOrder

        contracts = self.contracts(len(TICKERS))
        return self.place(count, lambda number: (
            contracts[number % len(contracts)], LimitOrder("BUY", 1, 10.00, tif="GTC", account=ACCOUNT)))

    def place(self, count: int, order) -> float:
        """Place orders as fast as the client can."""
        acknowledged: set[int] = set()
        ended = 0.0

        def note(trade) -> None:
            nonlocal ended
            acknowledged.add(trade.order.orderId)
            if len(acknowledged) == count and not ended:
                ended = time.perf_counter()

        self.ib.openOrderEvent += note
        start = time.perf_counter()
        for number in range(count):
            self.ib.placeOrder(*order(number))
        self.until(lambda: ended)
        return ended - start

    def burst(self, count: int) -> float:
        """Seconds from the step of the gateway until every execution and commission was an event."""
        from ib_async import MarketOrder

        contracts = self.contracts(len(TICKERS))
        self.place(count, lambda number: (
            contracts[number % len(contracts)], MarketOrder("BUY", 1, tif="GTC", account=ACCOUNT)))
        executions = commissions = 0
        ended = 0.0

        def note_execution(*_details) -> None:
            nonlocal executions
            executions += 1

        def note_commission(*_details) -> None:
            nonlocal commissions, ended
            commissions += 1
            if commissions == count:
                ended = time.perf_counter()

        self.ib.execDetailsEvent += note_execution
        self.ib.commissionReportEvent += note_commission
        self.gateway.tell("step")
        start = time.perf_counter()
        self.until(lambda: ended)
        self.gateway.heard()
        if executions != count:
            raise RuntimeError(f"ib_async told of {executions} executions of {count}")
        return ended - start


class Relay:
    """Stands between a client and the gateway, and can cut the wire and be away."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.listener = self.listen(0)
        self.port = self.listener.getsockname()[1]
        self.pairs: list[tuple[socket.socket, socket.socket]] = []
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    @staticmethod
    def listen(port: int) -> socket.socket:
        """A listening socket."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen()
        return listener

    def accept(self, listener: socket.socket) -> None:
        """Bring every client to the gateway."""
        while True:
            try:
                client = listener.accept()[0]
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            self.pairs.append((client, server))
            for source, sink in ((client, server), (server, client)):
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self.pump, args=(source, sink), daemon=True).start()

    @staticmethod
    def pump(source: socket.socket, sink: socket.socket) -> None:
        """Carry bytes one way until an end is gone."""
        try:
            while data := source.recv(65_536):
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self, away_s: float) -> float:
        """Cut every connection, refuse new ones for a while; when the gateway could be reached again."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for pair in self.pairs:
            for end in pair:
                try:
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
        self.pairs = []
        time.sleep(away_s)
        self.listener = self.listen(self.port)
        back = time.monotonic()
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()
        return back


class Table:
    """The results, one row a figure."""

    def __init__(self) -> None:
        self.failures = 0
        print(f"{'':46}{'ours':>12}{'ib_async':>12}{'ratio':>8}  limit")

    def compare(self, name: str, unit: str, ours: list[float], theirs: list[float], ratio: list[float],
                limit: float | None, text: str, digits: int = 2) -> None:
        """A row with both clients; `ratio` has to be at most `limit`."""
        middle = statistics.median(ratio)
        self.row(name, f"{statistics.median(ours):,.{digits}f} {unit}", f"{statistics.median(theirs):,.{digits}f} {unit}",
                 f"{middle:.2f}", text, limit is None or middle <= limit)
        spread = ", ".join(f"{value:.2f}" for value in sorted(ratio))
        print(f"{'':46}{'ratios of the rounds: ' + spread}")

    def alone(self, name: str, value: float, unit: str, limit: float | None, text: str) -> None:
        """A row of ours alone."""
        self.row(name, f"{value:,.2f} {unit}", "", "", text, limit is None or value <= limit)

    def row(self, name: str, ours: str, theirs: str, ratio: str, text: str, is_held: bool) -> None:
        """One line."""
        self.failures += not is_held
        print(f"{name:46}{ours:>12}{theirs:>12}{ratio:>8}  {text}{'' if is_held else '  MISSED'}", flush=True)


def with_theirs(gateway: Gateway, measure) -> float:
    """A measure of ib_async on a connection of its own."""
    gateway.next_day()
    client = Theirs(gateway)
    try:
        return measure(client)
    finally:
        client.end()


def with_ours(gateway: Gateway, ours: Ours, name: str, *options: object) -> dict[str, float]:
    """A measure of ours, on a day of its own."""
    gateway.next_day()
    return ours.measure(name, *options)


def measure_latency(options: argparse.Namespace, gateway: Gateway, ours: Ours, table: Table) -> None:
    """From placing an order to its acknowledgement."""
    plain, journaled, theirs = [], [], []
    for _ in range(options.rounds):
        plain.append(with_ours(gateway, ours, "latency", "--count", options.latency, "--journal", "none")["p50_ms"])
        theirs.append(with_theirs(gateway, lambda client: client.latency(options.latency)) * 1_000)
        journaled.append(with_ours(gateway, ours, "latency", "--count", options.latency)["p50_ms"])
    table.compare("order to acknowledgement, p50", "ms", plain, theirs, [a / b for a, b in zip(plain, theirs)],
                  0.5, "at most 0.50", 3)
    table.compare("the same, journal with synchronous=FULL", "ms", journaled, theirs,
                  [a / b for a, b in zip(journaled, theirs)], None, "", 3)


def measure_orders(options: argparse.Namespace, gateway: Gateway, ours: Ours, table: Table) -> None:
    """How many orders a second."""
    mine, theirs = [], []
    for _ in range(options.rounds):
        mine.append(with_ours(gateway, ours, "orders", "--count", options.orders)["orders_per_s"])
        theirs.append(options.orders / with_theirs(gateway, lambda client: client.orders(options.orders)))
    ratios = [b / a for a, b in zip(mine, theirs)]
    table.compare(f"{options.orders:,} orders until acknowledged", "/s", mine, theirs, ratios, 0.2, "at most 0.20 (5 ×)", 0)


def measure_burst(options: argparse.Namespace, gateway: Gateway, ours: Ours, table: Table) -> None:
    """Executions with commissions: booked here, decoded there."""
    mine, theirs = [], []
    for _ in range(options.rounds):
        mine.append(with_ours(gateway, ours, "burst", "--count", options.burst)["seconds"])
        theirs.append(with_theirs(gateway, lambda client: client.burst(options.burst)))
    table.compare(f"{options.burst:,} executions booked / decoded", "s", mine, theirs,
                  [a / b for a, b in zip(mine, theirs)], 1.0, "at most 1.00")


def measure_wait(options: argparse.Namespace, gateway: Gateway, ours: Ours, table: Table) -> None:
    """The longest wait of an event in a small burst."""
    results = [with_ours(gateway, ours, "burst", "--count", 1_000) for _ in range(options.rounds)]
    longest = max(result["longest_wait_ms"] for result in results)
    table.alone("1,000 executions: longest wait until booked", longest, "ms", 50, "below 50 ms")
    table.alone("the same: step until the last one is booked",
                statistics.median(result["seconds"] for result in results) * 1_000, "ms", None, "")


def measure_first_order(_options: argparse.Namespace, gateway: Gateway, ours: Ours, table: Table) -> None:
    """From the file to the first order."""
    result = with_ours(gateway, ours, "first-order", "--times", 100)
    table.alone("500 targets: file to first order, p99", result["p99_ms"], "ms", 5, "below 5 ms")
    table.alone("the same, p50", result["p50_ms"], "ms", None, "")
    for part, text in (("reading", "reading and checking the file"), ("planning", "plan and risk"),
                       ("commit", "commit with synchronous=FULL"), ("rest", "everything else to the first bytes")):
        table.alone(f"  of it {text}, p50", result[f"{part}_p50_ms"], "ms", None, "")


def measure_reconnect(_options: argparse.Namespace, gateway: Gateway, ours: Ours, table: Table) -> None:
    """From a gateway that answers again to a session that is reconciled."""
    gateway.next_day()
    relay = Relay(gateway.port)
    cuts = (0.0, 1.0, 3.0, 10.0, 20.0)
    words = [*ours.command, "reconnect", "--port", str(relay.port), "--control-port", str(gateway.control_port),
             "--times", str(len(cuts))]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        json.loads(process.stdout.readline())["working_s"]
        took = []
        for away_s in cuts:
            back = relay.cut(away_s)
            took.append(json.loads(process.stdout.readline())["back_s"] - back)
        process.wait(timeout=60)
    finally:
        process.kill()
    table.alone(f"gateway back until reconciled, longest of {len(cuts)}", max(took), "s", 5, "below 5 s")


def measure_recovery(options: argparse.Namespace, _gateway: Gateway, ours: Ours, table: Table) -> None:
    """A long journal."""
    result = ours.measure("recovery", "--count", options.events, "--times", 3)
    table.alone(f"recovery of {int(result['events']):,} events", result["seconds"], "s", 10, "below 10 s")


def main() -> int:
    """Measure every part."""
    options = arguments()
    missing = [name for name in ("execution", "execution-benchmark") if not (options.binaries / name).exists()]
    if missing:
        print(f"{options.binaries} has no {' and no '.join(missing)}: swift build -c release", file=sys.stderr)
        return 2
    try:
        import ib_async  # noqa: F401
    except ImportError:
        run_inside_environment()
    with tempfile.TemporaryDirectory() as folder:
        bars = Path(folder) / "bars.csv"
        write_bars(bars)
        gateway = Gateway(options.binaries / "execution", bars)
        ours = Ours(options.binaries / "execution-benchmark", gateway)
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        table = Table()
        try:
            for part, measure in zip(PARTS, (measure_latency, measure_orders, measure_burst, measure_wait,
                                             measure_first_order, measure_reconnect, measure_recovery)):
                if not options.only or part in options.only:
                    measure(options, gateway, ours, table)
        except (OSError, RuntimeError, subprocess.SubprocessError) as error:
            print(error, file=sys.stderr)
            return 2
        finally:
            gateway.end()
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return 1 if table.failures else 0


if __name__ == "__main__":
    sys.exit(main())
