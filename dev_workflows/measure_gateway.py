#!/usr/bin/env python3
"""Measure how fast the simulated gateway takes orders and gives out executions.

    python3 dev_workflows/measure_gateway.py                    # needs the release build
    python3 dev_workflows/measure_gateway.py --orders 100000    # ten times more show what is not linear
    python3 dev_workflows/measure_gateway.py --execution PATH   # another binary

A client that does next to nothing: the bytes of its orders are made beforehand, and what comes back is kept and counted
afterwards. So the time is that of the gateway and of the loopback. Beside it stands the processor time of the gateway.

Exit code 0: every order was acknowledged and filled; 1: something is missing; 2: something could not be run.
"""

from __future__ import annotations

import argparse
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BARS = ROOT / "fixtures" / "bars" / "us-daily.csv.gz"
TICKERS = ("AAPL", "IBM", "MSFT")
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")

# The fields of an order after its type and prices, as ib_async 2.1.0 sends them at version 178.
ORDER_TAIL = ("|||O|0||1|0|0|0|0|0|0|0||0.0|||||||0||-1|0|||0|||0|0||0||||||0|||||0|||||||||||0|||0|0|||0||0|0|0|0"
              "|||||||0|||||||||0|0|0|0|||0||")


def frame(text: str) -> bytes:
    """A message from its fields, which bars stand between."""
    payload = text.replace("|", "\0").encode() + b"\0"
    return len(payload).to_bytes(4, "big") + payload


def order(number: int, side: str = "BUY", kind: str = "MKT|") -> bytes:
    """An order for one share."""
    symbol = TICKERS[number % len(TICKERS)]
    return frame(f"3|{number}|0|{symbol}|STK||0.0|||SMART||USD|||||{side}|1|{kind}||GTC{ORDER_TAIL}")


class Gateway:
    """The gateway as a child process, stepped over its control port."""

    def __init__(self, execution: Path) -> None:
        command = [execution, "gateway", "--bars", BARS, "--from", "2010-01-04", "--stepped", "--port", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        ports = re.search(r"Listening on 127\.0\.0\.1:(\d+), control 127\.0\.0\.1:(\d+)", line)
        if not ports:
            raise RuntimeError(f"the gateway did not say where it listens: {line!r}")
        self.port = int(ports[1])
        self.control = socket.create_connection(("127.0.0.1", int(ports[2])))

    def ask(self, command: str) -> bytes:
        """Carry out a control command; nothing for a client to send after it."""
        self.control.sendall(f"{command}\n".encode())
        while not self.control.recv(65_536).endswith(b"\n"):
            pass
        return b""

    def processor_s(self) -> float:
        """The processor time the gateway has had, in seconds."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND

    def memory_mb(self) -> float:
        """The most memory the gateway has had, in megabytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024

    def end(self) -> None:
        """Stop the process."""
        if self.process.poll() is None:
            self.ask("quit")
            self.process.wait(timeout=60)
        self.control.close()


class Client:
    """A connection that keeps what comes."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        hello = b"v157..178"
        self.socket.sendall(b"API\0" + len(hello).to_bytes(4, "big") + hello)
        self.exchange(frame("71|2|1|"))

    def exchange(self, data: bytes) -> list[bytes]:
        """Send bytes and read until a question for the clock after them is answered; what came until then."""
        sender = threading.Thread(target=self.socket.sendall, args=(data + frame("49|1"),))
        sender.start()
        chunks = [b""]
        while not re.search(rb"49\x001\x00\d+\x00$", chunks[-1][-40:]):
            chunk = self.socket.recv(1 << 20)
            if not chunk:
                raise RuntimeError("the gateway has closed the connection")
            chunks.append(chunk if len(chunk) >= 40 else chunks.pop() + chunk)
        sender.join()
        return chunks


def kinds(chunks: list[bytes]) -> Counter:
    """How many messages there are of each id."""
    data = b"".join(chunks)
    count: Counter = Counter()
    position = 0
    while position < len(data):
        count[data[position + 4:data.index(b"\0", position + 4)].decode()] += 1
        position += 4 + int.from_bytes(data[position:position + 4], "big")
    return count


def measured(gateway: Gateway, what: str, count: int, work: Callable[[], list[bytes]]) -> Counter:
    """Do something with so many orders or executions, and say how long it took."""
    processor_s, start_s = gateway.processor_s(), time.monotonic()
    chunks = work()
    elapsed_s, processor_s = time.monotonic() - start_s, gateway.processor_s() - processor_s
    megabytes = sum(len(chunk) for chunk in chunks) / 1e6
    print(f"{what:<28} {count / elapsed_s:>10,.0f} a second   {elapsed_s:8.3f} s, processor {processor_s:.2f} s,"
          f" {megabytes:.1f} MB")
    return kinds(chunks)


def measure(gateway: Gateway, count: int) -> bool:
    """Every figure; false where something did not come."""
    client = Client(gateway.port)
    orders = b"".join(order(number) for number in range(1, count + 1))
    acknowledged = measured(gateway, "orders acknowledged", count, lambda: client.exchange(orders))
    filled = measured(gateway, "executions, live", count, lambda: client.exchange(gateway.ask("step")))
    asked = measured(gateway, "executions, asked for", count,
                     lambda: client.exchange(frame("7|3|9|0||||||")))
    working = b"".join(order(number, "SELL", "LMT|9999") for number in range(count + 1, 2 * count + 1))
    client.exchange(working)
    client.exchange(gateway.ask("step"))
    changes = b"".join(order(number, "SELL", "LMT|9998") for number in range(count + 1, 2 * count + 1))
    changed = measured(gateway, "modifications", count, lambda: client.exchange(changes))
    shown = measured(gateway, "open orders, asked for", count, lambda: client.exchange(frame("5|1")))
    cancels = b"".join(frame(f"4|1|{number}|") for number in range(count + 1, 2 * count + 1))
    cancelled = measured(gateway, "cancels", count, lambda: client.exchange(cancels))
    print(f"memory at most {gateway.memory_mb():,.0f} MB")
    return (acknowledged["3"] == count and filled["11"] == filled["59"] == asked["11"] == asked["59"] == count
            and changed["3"] == shown["5"] == count and cancelled["4"] == count)


def main() -> int:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--execution", type=Path, default=ROOT / ".build" / "release" / "execution", metavar="PATH",
                        help="the service's binary (default: .build/release/execution)")
    parser.add_argument("--orders", type=int, default=20_000, metavar="N", help="how many (default: 20000)")
    options = parser.parse_args()
    if not options.execution.exists():
        print(f"{options.execution} is not there: swift build -c release", file=sys.stderr)
        return 2
    gateway = Gateway(options.execution)
    try:
        is_complete = measure(gateway, options.orders)
    finally:
        gateway.end()
    if not is_complete:
        print("something did not come", file=sys.stderr)
    return 0 if is_complete else 1


if __name__ == "__main__":
    sys.exit(main())
