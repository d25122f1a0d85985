"""The command `watcher` of an installation, and `python -m policy_signal_watch`."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Run one command with our own packages before any other of their names."""
    here = Path(__file__).resolve().parent
    inside = here if (here / "watcher").is_dir() else here.parent  # in a clone they lie beside this folder
    sys.path.insert(0, str(inside))
    from watcher.__main__ import main as command  # noqa: PLC0415 - it is found from now on

    command()


if __name__ == "__main__":
    main()
