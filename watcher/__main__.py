"""`python -m watcher` is `watcher`."""

from watcher.runtime import begin, leave


def main() -> None:
    """Run one command, and end with its exit code."""
    begin()
    from watcher.cli import app  # noqa: PLC0415 - loading it is what is begun

    try:
        app(prog_name="watcher")
    except SystemExit as end:
        leave(end.code)


if __name__ == "__main__":
    main()
