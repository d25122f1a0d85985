"""`python -m watcher` is `watcher`."""

import sys

from watcher.cli import app
from watcher.runtime import flush_output, load_undisturbed, mend_streams


def main() -> None:
    """Run one command, and end with its exit code."""
    mend_streams()
    load_undisturbed()
    try:
        app(prog_name="watcher")
    except SystemExit as end:
        sys.exit(flush_output(end.code))
    except OSError:
        if code := flush_output(None):  # it was the output's
            sys.exit(code)
        raise


if __name__ == "__main__":
    main()
