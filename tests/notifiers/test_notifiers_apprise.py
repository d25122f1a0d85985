"""Posts through Apprise: what its URLs may not switch on, and what a refusal tells."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import resource
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from notifiers import NotSent
from notifiers.apprise import MEMORY, Settings
from tests.notifiers.stages import ANSWERS, LATER, answering, message, silence, web_server

# Apprise looks for an image library that Python 3.13 drops.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")

POST = "json://127.0.0.1:{port}/in?retry=5&wait=0.01&redirect=yes&verify=no"


def test_the_short_words_are_posted_and_the_text_where_there_are_none() -> None:
    with web_server("apprise", POST) as stage:
        asyncio.run(stage.send(message()))
        asyncio.run(stage.send(message(brief="")))
        assert [json.loads(post.body)["message"] for post in stage.inbox] == [message().brief, message().text.strip()]


def test_retries_are_left_to_the_outbox_and_redirects_to_nobody() -> None:
    with web_server("apprise", POST) as other:
        seen = []
        answers = {**ANSWERS, LATER: (307, {"Location": f"http://127.0.0.1:{other.recipient.address.split(':')[2]}"})}
        with web_server("apprise", POST, answers=answers) as stage:
            stage.mood = LATER
            with pytest.raises(NotSent, match="307") as told:
                asyncio.run(stage.send(message()))
            seen.append(told.value.retry)
        assert (seen, other.inbox) == ([True], [])


def test_a_call_that_runs_out_of_time_is_uncertain() -> None:
    async def talk() -> NotSent:
        async with answering(silence) as port:
            with web_server("apprise", "json://127.0.0.1:{port}/") as stage:
                stage.recipient = replace(stage.recipient, address=f"json://127.0.0.1:{port}/?rto=0.5")
                stage.settings = replace(stage.settings, timeout=stage.settings.timeout / 300)
                with pytest.raises(NotSent) as told:
                    await stage.send(message())
        return told.value

    told = asyncio.run(talk())
    assert (told.retry, told.uncertain) == (True, True)


async def bomb(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """700 KB that become 700 MB."""
    await reader.readuntil(b"\r\n\r\n")
    body = gzip.compress(bytes(1 << 20)) * 700
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
    with suppress(OSError):
        await writer.drain()
        await reader.read()
    writer.close()


def test_an_answer_of_any_size_costs_the_watch_nothing_and_is_uncertain() -> None:
    async def talk() -> NotSent:
        async with answering(bomb) as port:
            with web_server("apprise", "json://127.0.0.1:{port}/") as stage:
                stage.recipient = replace(stage.recipient, address=f"json://127.0.0.1:{port}/")
                with pytest.raises(NotSent) as told:
                    await stage.send(message())
        return told.value

    before, earlier = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    told = asyncio.run(talk())
    assert (told.retry, told.uncertain) == (True, True)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000, "kilobytes"
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss <= max(earlier, MEMORY // 1024)


def test_a_process_that_ends_without_a_word_leaves_the_message_uncertain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "sitecustomize.py").write_text("import os\nos._exit(3)\n")
    with web_server("apprise", POST) as stage, pytest.raises(NotSent, match="exit code 3") as told:
        asyncio.run(stage.send(message()))
    assert (told.value.retry, told.value.uncertain) == (True, True)


def test_nothing_is_posted_over_no_connection() -> None:
    with pytest.raises(ValueError, match="connections must be at least 1"):
        Settings(connections=0)


def test_apprise_is_told_none_of_our_own_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WATCHER_SMTP_PASSWORD", "hush")
    monkeypatch.syspath_prepend(tmp_path)  # its process looks for modules where we do, and begins with this one
    (tmp_path / "sitecustomize.py").write_text(
        f"import os\nopen({str(tmp_path / 'told')!r}, 'w').write(repr(dict(os.environ)))\n"
    )
    with web_server("apprise", POST) as stage:
        asyncio.run(stage.send(message()))
    told = (tmp_path / "told").read_text("utf-8")
    assert "PYTHONPATH" in told
    assert "hush" not in told


@pytest.mark.slow
def test_a_process_that_never_begins_is_ended_and_the_message_is_uncertain(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    os.mkfifo(tmp_path / "nobody-writes")
    (tmp_path / "sitecustomize.py").write_text(f"open({str(tmp_path / 'nobody-writes')!r})\n")
    with web_server("apprise", POST) as stage:
        stage.settings = replace(stage.settings, timeout=stage.settings.timeout / 300)
        with pytest.raises(NotSent, match="took too long") as told:
            asyncio.run(stage.send(message()))
    assert (told.value.retry, told.value.uncertain) == (True, True)


def test_it_follows_the_proxy_variables_as_the_documentation_says(monkeypatch: pytest.MonkeyPatch) -> None:
    with web_server("apprise", POST) as proxy:
        port = proxy.recipient.address.split(":")[2].split("/")[0]
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("NO_PROXY", "")
        proxy.recipient = replace(proxy.recipient, address="json://hook.example/in")
        asyncio.run(proxy.send(message()))
        assert len(proxy.inbox) == 1
        monkeypatch.setenv("NO_PROXY", "hook.example,127.0.0.1")
        with pytest.raises(NotSent):
            asyncio.run(proxy.send(message()))
        assert len(proxy.inbox) == 1, "and NO_PROXY"


def test_the_url_is_a_secret() -> None:
    with web_server("apprise", "json://me:hush@127.0.0.1:{port}/t0ken") as stage:
        stage.mood = LATER
        with pytest.raises(NotSent) as told:
            asyncio.run(stage.send(message()))
        assert "hush" not in told.value.reason
        assert "t0ken" not in told.value.reason
