#!/usr/bin/env python3
"""Checks that the commands in README.md print what it shows; with --write, puts in what they print.

A block marked `console` holds commands after `$ ` (a backslash continues a line) and what each prints. They run from the top
of the repository after dev_workflows/run_example.sh, with the release build in the path.
"""

import argparse
import difflib
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands(block: str) -> list[str]:
    """The commands of a block, each with its continuation lines."""
    found: list[str] = []
    continues = False
    for line in block.splitlines():
        if continues:
            found[-1] += "\n" + line
        elif line.startswith("$ "):
            found.append(line[2:])
        else:
            continue
        continues = line.endswith("\\")
    return found


def played(block: str) -> str:
    """The block as its commands print it now; trailing blanks of a line do not count."""
    environment = dict(os.environ, PATH=f"{ROOT / '.build' / 'release'}:{os.environ['PATH']}")
    text = ""
    for command in commands(block):
        done = subprocess.run(["bash", "-c", command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        output = "\n".join(line.rstrip() for line in (done.stdout + done.stderr).splitlines())
        text += f"$ {command}\n{output}\n" if output else f"$ {command}\n"
    return text


def main() -> int:
    """Returns 1 where the README shows something else than the commands print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="put the commands' output into the README")
    arguments = parser.parse_args()
    path = ROOT / "README.md"
    shown = path.read_text(encoding="utf-8")
    now = BLOCK.sub(lambda match: f"```console\n{played(match.group(1))}```", shown)
    if arguments.write:
        path.write_text(now, encoding="utf-8")
    elif now != shown:
        sys.stdout.writelines(difflib.unified_diff(
            shown.splitlines(keepends=True), now.splitlines(keepends=True), "README.md", "what its commands print"))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
