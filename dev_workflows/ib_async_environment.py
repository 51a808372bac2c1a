"""The virtual environment with ib_async, the client from PyPI, that the scripts beside this one run in."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

BUILD = Path(__file__).resolve().parent.parent / ".build"
PINNED = "ib_async==2.1.0"


def run_inside_environment() -> None:
    """Start the script again in an environment that has ib_async; make the environment if it is missing."""
    folder = BUILD / "ib_async"
    python = folder / "bin" / "python"
    stamp = folder / "requirements.txt"
    if not (python.exists() and stamp.exists() and stamp.read_text(encoding="ascii") == PINNED):
        print(f"making {folder} …", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", PINNED], check=True)
        # Last, so that an interrupted installation is done again.
        stamp.write_text(PINNED, encoding="ascii")
    os.execv(python, [str(python), *sys.argv])
