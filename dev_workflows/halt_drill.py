#!/usr/bin/env python3
"""The halt drill: a rebalance of 500 orders is halted from another process while its orders leave.

    python3 dev_workflows/halt_drill.py                     # needs the release build
    python3 dev_workflows/halt_drill.py --rounds 5          # at five random moments
    python3 dev_workflows/halt_drill.py --execution PATH    # another binary

The simulated gateway plays made-up bars of 500 tickers. Between it and the rebalance stands a wire tap, which passes every byte on and
writes down when each order and each cancel came by. `execution halt --cancel-open` is given once a random number of orders has left; a part
of them has filled by then. Checked are the tap, the gateway's own tables, the database, and every exit code:

- no order was sent after the halt was on record, and none reached the gateway once `halt` had returned;
- everything that was open is confirmed as cancelled, and the books agree with the gateway;
- while the switch is on, the same command is refused, and sends nothing;
- after `resume` the same command sends the rest, and nothing twice; another run then orders what the halt had cancelled.

Another round halts a rebalance on a line that has stalled: orders wait in the process for the system to take them. None of these may
leave any more, so the connection ends with them.

Exit code 0: everything held; 1: something did not; 2: something could not be run.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ORDERS = 500
SHARES = 10
PLACE_ORDER, CANCEL_ORDER, GLOBAL_CANCEL = "3", "4", "58"
PATIENCE_S = 120
# Bytes that the system has taken are on their way; on the loopback they are there at once.
ON_THE_WAY_MS = 250
CONFIGURATION = """{
  account: { cash: 50000000 },
  orders: { time_in_force: "GTC" },
  brokers: { ibkr: { port: PORT, account: "DU123", messages_per_second: PACE } },
  live: { permit: true, account: "DU123" },
  production: { timeout: "2m", commission_wait: "5s" },
}
"""


class DrillError(Exception):
    """Something could not be run."""


@dataclass
class Message:
    """An order or a cancel that came by."""
    kind: str
    at: float
    # Which connection of the client, from 1.
    connection: int


class Tap:
    """Passes bytes between a client and the gateway, and writes down what the client asks for and when.

    With `stalls_after` the first connection takes nothing more after so many orders, until `flows` is set.
    """

    def __init__(self, port: int, stalls_after: int | None = None) -> None:
        self.gateway_port = port
        self.listener = socket.socket()
        if stalls_after is not None:
            # So that the system's own buffers are small on both sides.
            self.listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen()
        self.port = self.listener.getsockname()[1]
        self.stalls_after = stalls_after
        self.flows = threading.Event()
        self.connections = 0
        self.messages: list[Message] = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        while True:
            client, _ = self.listener.accept()
            self.connections += 1
            gateway = socket.create_connection(("127.0.0.1", self.gateway_port))
            for one in (client, gateway):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.listen, args=(client, gateway, self.connections), daemon=True).start()
            threading.Thread(target=self.answer, args=(gateway, client), daemon=True).start()

    def listen(self, client: socket.socket, gateway: socket.socket, connection: int) -> None:
        """From the client: a greeting of four bytes that is no message, then frames."""
        pending = b""
        is_greeted = False
        while data := self.receive(client):
            at = time.time()
            gateway.sendall(data)
            pending += data
            if not is_greeted:
                pending, is_greeted = pending[4:], True
            while len(pending) >= 4 and len(pending) >= 4 + (size := int.from_bytes(pending[:4], "big")):
                kind = pending[4:4 + size].split(b"\0", 1)[0].decode(errors="replace")
                pending = pending[4 + size:]
                if kind in (PLACE_ORDER, CANCEL_ORDER, GLOBAL_CANCEL):
                    self.messages.append(Message(kind, at, connection))
            if self.stalls_after is not None and len(self.orders()) >= self.stalls_after:
                self.flows.wait(PATIENCE_S)
        self.close(gateway)

    def answer(self, gateway: socket.socket, client: socket.socket) -> None:
        while data := self.receive(gateway):
            try:
                client.sendall(data)
            except OSError:
                break
        self.close(client)

    @staticmethod
    def receive(one: socket.socket) -> bytes:
        try:
            return one.recv(65_536)
        except OSError:
            return b""

    @staticmethod
    def close(one: socket.socket) -> None:
        try:
            one.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def orders(self) -> list[Message]:
        return [message for message in self.messages if message.kind == PLACE_ORDER]

    def cancels(self) -> int:
        return sum(message.kind == CANCEL_ORDER for message in self.messages)


class Gateway:
    """The simulated gateway, whose bars go by when it is told."""

    def __init__(self, execution: Path, bars: Path, configuration: Path) -> None:
        command = [execution, "gateway", "--bars", bars, "--from", "2024-01-03", "--stepped", "--port", "0", "--clock", "wall",
                   "--config", configuration]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        ports = re.search(r"Listening on 127\.0\.0\.1:(\d+), control 127\.0\.0\.1:(\d+)", line)
        if not ports:
            raise DrillError(f"the gateway did not say where it listens: {line!r}")
        self.port = int(ports[1])
        self.control = socket.create_connection(("127.0.0.1", int(ports[2]))).makefile("rw", encoding="utf-8", newline="\n")

    def ask(self, command: str) -> str:
        self.control.write(command + "\n")
        self.control.flush()
        return self.control.readline().rstrip("\n")

    def table(self, name: str) -> list[list[str]]:
        """A table of the gateway's own record."""
        count = int(self.ask(name).split()[1])
        return [self.control.readline().rstrip("\n").split("\t") for _ in range(count)]

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


@dataclass
class Drill:
    """One round: what was found, and what did not hold."""
    execution: Path
    folder: Path
    gateway: Gateway
    tap: Tap
    findings: list[str] = field(default_factory=list)
    # How many orders had left when it was halted.
    sent: int = 0

    @property
    def database(self) -> Path:
        return self.folder / "runtime.db"

    def check(self, holds: bool, finding: str) -> None:
        if not holds:
            self.findings.append(finding)

    def run(self, *words: str, code: int) -> str:
        """Runs a command to its end, and checks how that is."""
        done = subprocess.run([self.execution, *words], capture_output=True, text=True, timeout=PATIENCE_S, check=False,
                              cwd=self.folder, env=self.environment)
        self.check(done.returncode == code,
                   f"`{words[0]}` ended with {done.returncode}, not {code}: {(done.stderr + done.stdout)[-800:]}")
        return done.stdout + done.stderr

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "USER") if name in os.environ}
        return {**kept, "EXEC_DRY_RUN": "0"}

    def rebalance(self, run_id: str) -> list[str]:
        return ["apply", "--mode", "production", "--db", "runtime.db", "--targets", "targets.csv", "--config",
                "rebalance.json", "--account", "DU123", "--run-id", run_id, "--live", "--yes"]

    def start(self, run_id: str, log: str) -> subprocess.Popen:
        with open(self.folder / log, "wb") as output:
            return subprocess.Popen([self.execution, *self.rebalance(run_id)], stdout=output, stderr=output, cwd=self.folder,
                                    env=self.environment)

    def query(self, sql: str) -> list[tuple]:
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True) as connection:
            return connection.execute(sql).fetchall()

    def wait(self, what: str, is_true, every_s: float = 0.002) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not is_true():
            if time.monotonic() > deadline:
                raise DrillError(f"waited in vain: {what}")
            time.sleep(every_s)

    def finish(self, process: subprocess.Popen, code: int, log: str, steps: bool = False) -> None:
        """Waits for a rebalance, while the market goes on where it has to."""
        deadline = time.monotonic() + PATIENCE_S
        while process.poll() is None:
            if time.monotonic() > deadline:
                process.kill()
                raise DrillError(f"{log}: it does not end")
            if steps and self.gateway.ask("status").find(" open=0 ") < 0:
                self.gateway.ask("step")
            time.sleep(0.05)
        self.check(process.returncode == code,
                   f"the rebalance ended with {process.returncode}, not {code}: {(self.folder / log).read_text()[-800:]}")

    # What has to hold

    def halt(self, sent_first: int) -> None:
        """The rebalance, the halt, and everything that has to hold after it."""
        process = self.start("drill", "first.log")
        self.wait("orders that leave", lambda: len(self.tap.orders()) >= sent_first // 2 or process.poll() is not None)
        self.gateway.ask("step")
        self.wait("more orders that leave", lambda: len(self.tap.orders()) >= sent_first or process.poll() is not None)
        begin = time.time()
        said = self.run("halt", "--db", "runtime.db", "--reason", "drill", "--cancel-open", code=0)
        took_ms = (time.time() - begin) * 1_000
        at_the_gateway = len(self.gateway.table("orders"))
        self.finish(process, 4, "first.log")
        self.sent = len(self.tap.orders())
        self.check("sees it within a second" in said, f"halt does not name the process that it stops: {said}")
        halted = seconds(self.query("SELECT created_at FROM kill_switch_events ORDER BY event_id")[0][0])
        seen = seconds(self.query("SELECT created_at FROM notifications WHERE code = 'kill_switch'")[0][0])
        self.after_the_halt(halted, at_the_gateway)
        states = dict(self.query("SELECT status || coalesce(' ' || status_reason, ''), count(*) FROM orders GROUP BY 1"))
        print(f"halted after {self.sent} of {ORDERS} orders: `halt` took {took_ms:.0f} ms, the rebalance saw it "
              f"after {(seen - halted) * 1_000:.0f} ms; {self.tap.cancels()} cancels; {states}")
        self.check((seen - halted) < 1.0, f"it was seen after {seen - halted:.3f} s")
        self.check(states.get("PLANNED", 0) > 0, f"every order had left before the halt: {states}")

    def halt_stalled(self) -> None:
        """A halt while orders wait in the process for a line that takes nothing."""
        process = self.start("drill", "first.log")
        self.wait("orders that leave", lambda: len(self.tap.orders()) >= self.tap.stalls_after or process.poll() is not None)
        self.wait("orders on record as sent", lambda: self.query(
            "SELECT count(*) FROM order_events WHERE kind = 'SUBMITTED'")[0][0] == ORDERS)
        self.run("halt", "--db", "runtime.db", "--reason", "drill", "--cancel-open", code=0)
        halted = seconds(self.query("SELECT created_at FROM kill_switch_events ORDER BY event_id")[0][0])
        self.wait("the rebalance to see it", lambda: self.query("SELECT 1 FROM notifications WHERE code = 'kill_switch'"))
        seen = seconds(self.query("SELECT created_at FROM notifications WHERE code = 'kill_switch'")[0][0])
        self.tap.flows.set()
        self.finish(process, 4, "first.log")
        orders = self.tap.orders()
        self.sent = len(orders)
        self.check(seen - halted < 1.0, f"it was seen after {seen - halted:.3f} s")
        self.check(self.sent < ORDERS, "orders that waited in the process left after the halt")
        self.check(all(message.connection == 1 for message in orders), "orders left on a connection after the halt")
        print(f"stalled after {self.tap.stalls_after} orders and halted: {self.sent} of {ORDERS} had been taken by the system; "
              f"{self.tap.cancels()} cancels")
        self.nothing_is_open()

    def after_the_halt(self, halted: float, at_the_gateway: int) -> None:
        late = [message.at for message in self.tap.orders() if message.at > halted + 0.001]
        self.check(not [at for at in late if at > halted + ON_THE_WAY_MS / 1_000],
                   f"{len(late)} orders came by after the halt, the last {(max(late, default=0) - halted) * 1_000:.0f} ms after it")
        if late:
            print(f"  {len(late)} orders that the system had taken before the halt came by up to "
                  f"{(max(late) - halted) * 1_000:.1f} ms after it")
        orders = self.gateway.table("orders")
        self.check(len(orders) == at_the_gateway, f"{len(orders) - at_the_gateway} orders arrived after halt had returned")
        self.nothing_is_open()

    def nothing_is_open(self) -> None:
        orders = self.gateway.table("orders")
        self.check(len(orders) == len(self.tap.orders()), "the gateway's record is not what came by")
        open_orders = [row[0] for row in orders if row[3] not in ("Filled", "Cancelled")]
        self.check(not open_orders, f"{len(open_orders)} orders are still open at the gateway")
        in_doubt = self.query("SELECT count(*) FROM orders WHERE status IN ('SUBMITTED', 'WORKING', 'UNKNOWN')")[0][0]
        self.check(in_doubt == 0, f"{in_doubt} orders are not certain in the database")
        self.books_agree()

    def books_agree(self) -> None:
        self.check("every invariant holds" in self.run("verify", "--db", "runtime.db", code=0), "verify found something")
        for view in ("position_breaks", "cash_breaks"):
            rows = self.query(f"SELECT * FROM {view}")
            self.check(not rows, f"{view}: {rows[:3]}")
        told = sorted((row[0], row[4], row[5]) for row in self.gateway.table("orders"))
        booked = sorted(self.query(
            """SELECT order_key, cast(size_e8 / 100000000 AS TEXT), cast(filled_size_e8 / 100000000 AS TEXT)
               FROM orders WHERE order_id IN (SELECT order_id FROM order_events WHERE kind = 'ACCEPTED')"""))
        self.check(told == booked, f"the gateway has {len(told)} orders, the book {len(booked)}, or their fills differ")
        held = sorted((row[1], int(row[2])) for row in self.gateway.table("positions") if row[2] != "0")
        positions = sorted(self.query("SELECT ticker, size_e8 / 100000000 FROM positions WHERE size_e8 <> 0"))
        self.check(held == positions, "the positions are not the gateway's")

    def resume(self) -> None:
        """Refused while the switch is on; after it the rest leaves, once; another run orders what was cancelled."""
        before = len(self.tap.messages)
        refused = self.run(*self.rebalance("drill"), code=2)
        self.check("kill_switch: ALL is HALTED" in refused, f"it does not say why it is refused: {refused}")
        self.check(len(self.tap.messages) == before, "something was sent while everything was halted")
        self.run("resume", "--db", "runtime.db", "--reason", "drill is over", code=0)
        cancelled = self.query("SELECT count(*) FROM orders WHERE status_reason = 'halted'")[0][0]
        waiting = self.query("SELECT count(*) FROM orders WHERE status = 'PLANNED'")[0][0]
        # Where nothing waits, the run has ended with the halt, and says so again.
        code = 4 if waiting == 0 else 1 if cancelled else 0
        self.finish(self.start("drill", "second.log"), code, "second.log", steps=True)
        references = [row[0] for row in self.gateway.table("orders")]
        self.check(len(references) == len(set(references)) == self.sent + waiting,
                   f"{len(references)} orders with {len(set(references))} keys, where {self.sent} had left and {waiting} waited")
        self.books_agree()
        if cancelled:
            self.finish(self.start("rest", "third.log"), 0, "third.log", steps=True)
        references = [row[0] for row in self.gateway.table("orders")]
        self.check(len(references) == len(set(references)) == self.sent + waiting + cancelled,
                   f"another run sent {len(references) - self.sent - waiting} orders where {cancelled} had been cancelled")
        held = [int(row[2]) for row in self.gateway.table("positions")]
        self.check(held == [SHARES] * ORDERS, f"{held.count(SHARES)} of {ORDERS} targets are reached")
        self.books_agree()
        print(f"  the same command sent the {waiting} that waited, another run the {cancelled} that were cancelled; "
              "all targets are reached")


def seconds(time_text: str) -> float:
    return datetime.strptime(time_text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc).timestamp()


def tickers() -> list[str]:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return [f"T{letters[number // 26]}{letters[number % 26]}" for number in range(ORDERS)]


def write_inputs(folder: Path, generator: random.Random) -> None:
    with open(folder / "bars.csv", "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["ticker", "date", "open", "high", "low", "close", "volume"])
        for ticker in tickers():
            price = generator.randint(1_000, 20_000)
            for day in range(2, 31):
                low, high = price - generator.randint(0, 50), price + generator.randint(0, 50)
                rows.writerow([ticker, f"2024-01-{day:02}", price / 100, high / 100, low / 100, price / 100, 1_000_000])
                price = max(500, price + generator.randint(-100, 100))
    with open(folder / "targets.csv", "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["as_of", "ticker", "target_quantity", "decision_id", "strategy_id"])
        rows.writerows(["2024-01-02", ticker, SHARES, "drill", "momentum"] for ticker in tickers())


def play(execution: Path, generator: random.Random, stalls: bool = False) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="halt-drill-") as name:
        folder = Path(name)
        write_inputs(folder, generator)
        settings = CONFIGURATION.replace("PACE", "null" if stalls else "100")
        (folder / "gateway.json").write_text(settings.replace("PORT", "4002"), encoding="utf-8")
        gateway = Gateway(execution, folder / "bars.csv", folder / "gateway.json")
        try:
            tap = Tap(gateway.port, stalls_after=generator.randint(1, 5) if stalls else None)
            (folder / "rebalance.json").write_text(settings.replace("PORT", str(tap.port)), encoding="utf-8")
            drill = Drill(execution, folder, gateway, tap)
            if stalls:
                drill.halt_stalled()
            else:
                drill.halt(generator.randint(20, ORDERS - 120))
            drill.resume()
            return drill.findings
        finally:
            gateway.end()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--execution", type=Path, default=ROOT / ".build" / "release" / "execution")
    parser.add_argument("--rounds", type=int, default=2, help="how often; each time at another moment, and once more on a line that stalls")
    parser.add_argument("--seed", type=int, default=None, help="plays the same moments again")
    arguments = parser.parse_args()
    seed = arguments.seed if arguments.seed is not None else random.randrange(1_000_000)
    print(f"seed {seed}")
    generator = random.Random(seed)
    code = 0
    for number in range(arguments.rounds + 1):
        try:
            findings = play(arguments.execution.resolve(), generator, stalls=number == arguments.rounds)
        except (DrillError, OSError, sqlite3.Error, subprocess.TimeoutExpired, ValueError) as error:
            print(f"the drill could not be run: {error}")
            return 2
        for finding in findings:
            print(f"  DOES NOT HOLD: {finding}")
            code = 1
    print("everything held" if code == 0 else f"repeat with --seed {seed}")
    return code


if __name__ == "__main__":
    sys.exit(main())
