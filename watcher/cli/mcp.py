"""`watcher mcp`: answers for assistants, over standard input and output."""

from __future__ import annotations

from watcher.cli.common import CONFIG, ConfigFile, exit_on_error, fail
from watcher.cli.opening import configured
from watcher.store.store import Store

EXTRA = "mcp>=2.3,<3"
"""As pyproject.toml names it."""


def mcp(config: ConfigFile = CONFIG) -> None:
    """Answer an assistant's questions over standard input and output (Model Context Protocol): read only.

    The assistant starts this command by itself; docs/assistants.md says how to tell it.
    """
    try:
        from watcher.cli.mcp_server import server_of  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"mcp", "mcp_types"}:
            raise
        raise fail(
            f"`watcher mcp` needs one package more: python -m pip install '{EXTRA}' in the environment of the watch"
        ) from None

    settings = configured(config)
    with exit_on_error(), Store.open(settings.store.url) as store:
        server_of(settings, store).run("stdio")
