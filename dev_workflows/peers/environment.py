"""The virtual environment that the peers live in."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

REQUIREMENTS = Path(__file__).with_name("requirements.txt")


def peer_python(folder: Path) -> Path:
    """The environment's interpreter; makes the environment first if it is missing or was made from other versions."""
    python = folder / "bin" / "python"
    stamp = folder / "requirements.txt"
    wanted = REQUIREMENTS.read_text(encoding="ascii")
    if not (python.exists() and stamp.exists() and stamp.read_text(encoding="ascii") == wanted):
        print(f"making {folder} (a minute or two) …", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS],
                       check=True)
        # Last, so that an interrupted installation is done again.
        stamp.write_text(wanted, encoding="ascii")
    return python
