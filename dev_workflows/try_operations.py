#!/usr/bin/env python3
"""Runs every command of OPERATIONS.md, RECOVERY.md, SWITCHES.md and LIMITS.md as it is written, and checks that it ends and prints as shown.

Blocks marked `console` are what terminals show. `$ ` begins a command of the operator's terminal, `gateway$ ` one of the
terminal of that name; `$ …` is the command that still runs there. Below a command is what it prints: a line `…` stands for
any lines, a `…` in a line for anything. `^C` is typed, and so is what stands behind a question. `(exit code 1)` is how it ends;
0 unless said. Times, durations, processes and machines differ each time, and are not compared.

Terminals are pseudo-terminals in a scratch folder that looks like the top of the repository; the gateways' ports are free ones
instead of 4002 and 4003. Needs the release build.
"""

import argparse
import os
import pty
import pwd
import re
import select
import shutil
import signal
import socket
import sys
import tempfile
import termios
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = ["OPERATIONS.md", "RECOVERY.md", "SWITCHES.md", "LIMITS.md"]
COPIED = [".build/release/execution", "fixtures/bars/us-daily.csv.gz", "fixtures/corporate-actions.csv", "fixtures/example", "sql/queries"]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PROMPT = re.compile(r"(\w*)\$ (.*)")
QUESTION = re.compile(r"(.*\? Type .*: )(\w+)")
EXIT_CODE = re.compile(r"\(exit code (\d+)\)")
ENDED = re.compile(r"<<ended (\d+)>>")
PROGRESS = re.compile(r"\r[^\n]*?\x1b\[K")
PATIENCE_S = 60
# Somebody who goes to another terminal is not there at once.
WALK_S = 0.7
MASKS = [
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"), "TIME"),
    (re.compile(r"\b\d{8} \d\d:\d\d:\d\d UTC"), "TIME"),
    (re.compile(r"-\d{17}\b"), "-TIME"),
    (re.compile(r"process \d+( on [^\s,;:]+)?"), "PROCESS"),
    (re.compile(r"\b\d+ (ms|s)\b"), r"N \1"),
    (re.compile(r"[-─]{2,}"), "--"),
    (re.compile(r"\s+"), " "),
]


class Mismatch(Exception):
    """A command did something else than its document says."""


@dataclass
class Step:
    """A command, or more of the one that still runs, with what is shown of it."""
    place: str
    terminal: str
    command: str | None
    shown: list[str] = field(default_factory=list)
    code: int = 0
    goes_on: bool = False


def steps(path: Path) -> list[Step]:
    """The steps of a document in their order."""
    text = path.read_text(encoding="utf-8")
    found: list[Step] = []
    for block in BLOCK.finditer(text):
        first_line = text.count("\n", 0, block.start(1)) + 1
        found += steps_of_block(block.group(1).splitlines(), path.name, first_line)
    last: dict[str, Step] = {}
    for step in found:
        if step.command is None:
            last[step.terminal].goes_on = True
        last[step.terminal] = step
    return found


def steps_of_block(lines: list[str], name: str, first_line: int) -> list[Step]:
    found: list[Step] = []
    until: str | None = None
    for number, line in enumerate(lines, first_line):
        step = found[-1] if found else None
        if until is not None and step is not None:
            step.command = f"{step.command}\n{line}"
            until = None if line == until or (until == "\\" and not line.endswith("\\")) else until
        elif prompt := PROMPT.fullmatch(line):
            command = prompt.group(2)
            found.append(Step(f"{name}:{number}", prompt.group(1), None if command == "…" else command))
            heredoc = re.search(r"<<'(\w+)'", command)
            until = heredoc.group(1) if heredoc else "\\" if command.endswith("\\") else None
        elif step is None:
            raise Mismatch(f"{name}:{number}: a block begins with a command")
        elif code := EXIT_CODE.fullmatch(line):
            step.code = int(code.group(1))
        else:
            step.shown.append(line)
    return found


def masked(line: str) -> str:
    """What of a line is compared."""
    for pattern, text in MASKS:
        line = pattern.sub(text, line)
    return line.strip()


def is_like(line: str, shown: str) -> bool:
    """Whether a line that was printed is what a document shows."""
    parts = [re.escape(part) for part in masked(shown).split("…")]
    return re.fullmatch(".*".join(parts), masked(line)) is not None


class Terminal:
    """A shell in a pseudo-terminal."""

    def __init__(self, folder: Path, user: pwd.struct_passwd | None, ports: dict[str, int]):
        self.ports = ports
        self.unread = ""
        self.process, self.descriptor = pty.fork()
        if self.process == 0:
            become(user)
            os.chdir(folder)
            environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "PS1": "<<ended $?>>", "PS2": ""}
            os.execvpe("bash", ["bash", "--noediting", "--norc", "--noprofile", "-i"], environment)
        settings = termios.tcgetattr(self.descriptor)
        settings[3] &= ~termios.ECHO
        termios.tcsetattr(self.descriptor, termios.TCSANOW, settings)

    def type(self, text: str) -> None:
        for shown, used in self.ports.items():
            text = text.replace(shown, str(used))
        os.write(self.descriptor, text.encode())

    def read(self) -> None:
        try:
            text = os.read(self.descriptor, 65536).decode(errors="replace")
        except OSError:
            return
        text = PROGRESS.sub("", self.unread + text).replace("\r\n", "\n")
        for shown, used in self.ports.items():
            text = text.replace(f"127.0.0.1:{used}", f"127.0.0.1:{shown}")
        self.unread = text

    def close(self) -> None:
        """Ends what runs in it, and the shell."""
        for process in {-os.tcgetpgrp(self.descriptor), -self.process}:
            try:
                os.kill(process, signal.SIGKILL)
            except ProcessLookupError:
                pass
        os.close(self.descriptor)
        os.waitpid(self.process, 0)


class Desk:
    """The terminals of a document."""

    def __init__(self, folder: Path, user: pwd.struct_passwd | None, verbose: bool):
        self.folder = folder
        self.user = user
        self.verbose = verbose
        self.ports = {shown: free_port() for shown in ("4002", "4003")}
        self.terminals: dict[str, Terminal] = {}
        self.last: Step | None = None
        self.count = 0

    def play(self, step: Step) -> None:
        """Does a step and holds what comes of it against what is shown."""
        if self.last and self.last.goes_on and self.last.terminal != step.terminal:
            self.wait(time.monotonic() + WALK_S)
        self.last = step
        terminal = self.terminal(step.terminal)
        if step.command is not None:
            self.count += 1
            terminal.type(step.command + "\n")
        printed: list[str] = []
        try:
            self.follow(step, terminal, printed)
        except Mismatch as mismatch:
            command = step.command or "(the command that still runs)"
            output = "\n".join(printed + terminal.unread.splitlines())
            raise Mismatch(f"{step.place}: {command}\n{mismatch}\nIt printed:\n{output}") from None
        if self.verbose:
            print(f"{step.terminal}$ {step.command or '…'}", *printed, sep="\n", flush=True)

    def follow(self, step: Step, terminal: Terminal, printed: list[str]) -> None:
        skips = False
        for shown in step.shown:
            if shown == "…":
                skips = True
            elif shown == "^C":
                terminal.type("\x03")
            elif question := QUESTION.fullmatch(shown):
                self.expect_question(terminal, question.group(1), printed, skips)
                terminal.type(question.group(2) + "\n")
                skips = False
            else:
                while not is_like(line := self.next_line(terminal, shown, printed), shown):
                    if not skips:
                        raise Mismatch(f"Shown:   {shown}\nPrinted: {line}")
                skips = False
        if not step.goes_on:
            self.expect_end(step, terminal, printed, skips)

    def next_line(self, terminal: Terminal, shown: str, printed: list[str]) -> str:
        """The next line that is printed, within the patience of an operator."""
        deadline = time.monotonic() + PATIENCE_S
        while "\n" not in terminal.unread:
            if ENDED.match(terminal.unread):
                raise Mismatch(f"It ended without: {shown}")
            self.wait(deadline, f"It did not print: {shown}")
        line, terminal.unread = terminal.unread.split("\n", 1)
        printed.append(line)
        return line

    def expect_question(self, terminal: Terminal, question: str, printed: list[str], skips: bool) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not terminal.unread.endswith(question):
            if "\n" in terminal.unread and not skips:
                raise Mismatch(f"Shown: {question}")
            if ENDED.search(terminal.unread):
                raise Mismatch(f"It ended without asking: {question}")
            self.wait(deadline, f"It did not ask: {question}")
        printed += terminal.unread.split("\n")
        terminal.unread = ""

    def expect_end(self, step: Step, terminal: Terminal, printed: list[str], skips: bool) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not (end := ENDED.search(terminal.unread)):
            self.wait(deadline, "It did not end.")
        rest = terminal.unread[: end.start()]
        terminal.unread = terminal.unread[end.end():]
        printed += rest.splitlines()
        if rest.strip() and not skips:
            raise Mismatch("It printed more than is shown.")
        if int(end.group(1)) != step.code:
            raise Mismatch(f"It ended with exit code {end.group(1)}, not {step.code}.")

    def terminal(self, name: str) -> Terminal:
        if name not in self.terminals:
            self.terminals[name] = Terminal(self.folder, self.user, self.ports)
            self.next_prompt(self.terminals[name])
        return self.terminals[name]

    def next_prompt(self, terminal: Terminal) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not (end := ENDED.search(terminal.unread)):
            self.wait(deadline, "The shell does not begin.")
        terminal.unread = terminal.unread[end.end():]

    def wait(self, deadline: float, complaint: str | None = None) -> None:
        """Reads what the terminals print: something, or until the deadline where nothing is complained of then."""
        while True:
            rest_s = max(0.0, deadline - time.monotonic())
            by_descriptor = {terminal.descriptor: terminal for terminal in self.terminals.values()}
            ready, _, _ = select.select(list(by_descriptor), [], [], rest_s)
            for descriptor in ready:
                by_descriptor[descriptor].read()
            if ready and complaint is not None:
                return
            if time.monotonic() >= deadline:
                if complaint is not None:
                    raise Mismatch(complaint)
                return

    def close(self) -> None:
        for terminal in self.terminals.values():
            terminal.close()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def become(user: pwd.struct_passwd | None) -> None:
    if user is not None:
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)


def scratch(folder: Path, user: pwd.struct_passwd | None) -> None:
    """Makes a folder look like the top of the repository, as far as the documents need it."""
    for name in COPIED:
        source, copy = ROOT / name, folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy)
        else:
            shutil.copy2(source, copy)
    if user is not None:
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, user.pw_uid, user.pw_gid)


def main() -> int:
    """Returns 1 where a command does something else than its document says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--verbose", action="store_true", help="print everything that the terminals show")
    parser.add_argument("documents", nargs="*", metavar="DOCUMENT", help=f"of {', '.join(DOCUMENTS)}; all unless said")
    arguments = parser.parse_args()
    if unknown := set(arguments.documents) - set(DOCUMENTS):
        parser.error(f"{', '.join(sorted(unknown))}: not among {', '.join(DOCUMENTS)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # File permissions mean nothing to the superuser, and one of the troubles is a database that may not be written.
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    count = 0
    for name in arguments.documents or DOCUMENTS:
        with tempfile.TemporaryDirectory(prefix="try-operations-") as folder:
            scratch(Path(folder), user)
            desk = Desk(Path(folder), user, arguments.verbose)
            try:
                for step in steps(ROOT / "dev_workflows" / name):
                    desk.play(step)
            except Mismatch as mismatch:
                print(mismatch)
                return 1
            finally:
                desk.close()
            count += desk.count
    print(f"{count} commands ran as written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
