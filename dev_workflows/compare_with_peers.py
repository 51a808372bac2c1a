#!/usr/bin/env python3
"""Run the same orders on the real bars through zipline-reloaded, through backtrader, and through this service.

    python3 dev_workflows/compare_with_peers.py                      # everything; needs the release build
    python3 dev_workflows/compare_with_peers.py --case zipline       # one case
    python3 dev_workflows/compare_with_peers.py --peer-only          # what the peers do, without this service

The peers are installed once into a virtual environment under `.build/`. For each order the bars, the quantities and the
prices (to 1e-6) of all fills are compared. A difference is a failure unless one of the named rules in
`peers/verdicts.py` recognises it.

Exit code 0: no unexplained difference; 1: at least one; 2: something could not be run.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from peers.cases import all_cases
from peers.environment import peer_python
from peers.history import History
from peers.model import Case, Fill, read_fills, write_orders
from peers.report import print_case, print_peer_fills, print_rules
from peers.service import play
from peers.verdicts import Verdict, compare

WORKFLOWS = Path(__file__).resolve().parent
BUILD = WORKFLOWS.parent / ".build"


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--execution", type=Path, default=BUILD / "release" / "execution", metavar="PATH",
                        help="the service's binary (default: .build/release/execution)")
    parser.add_argument("--python", type=Path, metavar="PATH",
                        help="a Python that has the peers already (default: make an environment in .build/peers)")
    parser.add_argument("--case", action="append", metavar="NAME", help="only this case; may be repeated")
    parser.add_argument("--peer-only", action="store_true", help="print the peers' fills and stop")
    parser.add_argument("--all", action="store_true", help="print random orders also when they agree")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep orders, fills and databases there")
    return parser.parse_args()


def chosen_cases(history: History, names: list[str] | None) -> list[Case]:
    """The cases asked for."""
    cases = all_cases(history)
    unknown = set(names or ()) - {case.name for case in cases}
    if unknown:
        raise RuntimeError(f"no case {', '.join(sorted(unknown))}; there are {', '.join(case.name for case in cases)}")
    return [case for case in cases if not names or case.name in names]


def play_through_peer(case: Case, python: Path, folder: Path) -> list[Fill]:
    """Run the peer in its own interpreter, so that its libraries and its mood do not matter here."""
    orders, fills = folder / "orders.json", folder / "peer-fills.json"
    write_orders(case.orders, orders)
    command = [python, "-m", f"peers.run_{case.peer}", orders, fills]
    if case.volume_limit is not None:
        command.append(str(case.volume_limit))
    subprocess.run(command, check=True, cwd=WORKFLOWS)
    return read_fills(fills)


def run(options: argparse.Namespace, folder: Path) -> list[Verdict]:
    """Play and print every chosen case; returns the verdicts, none if only the peers were asked for."""
    history = History()
    python = options.python or peer_python(BUILD / "peers")
    verdicts: list[Verdict] = []
    for case in chosen_cases(history, options.case):
        place = folder / case.name
        place.mkdir(parents=True, exist_ok=True)
        peer_fills = play_through_peer(case, python, place)
        if options.peer_only:
            print_peer_fills(case, peer_fills)
        else:
            found = compare(case, peer_fills, play(case, options.execution.resolve(), place), history)
            print_case(case, found, history, options.all)
            verdicts += found
    return verdicts


def main() -> int:
    """Compare, and say what came out."""
    options = arguments()
    if not options.peer_only and not options.execution.exists():
        print(f"{options.execution} is missing: build it with `swift build -c release`", file=sys.stderr)
        return 2
    try:
        with tempfile.TemporaryDirectory() as temporary:
            verdicts = run(options, options.keep or Path(temporary))
    except (RuntimeError, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 2
    print_rules(verdicts)
    failures = sum(verdict.is_unexplained for verdict in verdicts)
    if not options.peer_only:
        print(f"\n{len(verdicts)} orders compared, {failures} unexplained differences")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
