"""What a source needs to be asked with: keys from the environment, sent to its own origin alone."""

from __future__ import annotations

import asyncio

from tests.loopback import NOON, http, serving, settings
from watcher.core.model import Document, Failed, Outcome
from watcher.fetch import Answer, Fetcher, Request


def test_headers_of_a_source_go_to_its_own_origin_alone_and_their_secrets_are_filled_in_late() -> None:
    async def run() -> tuple[Answer, list[str], list[str]]:
        async with serving({"*": http(200, "x")}) as other, serving({"*": http(302, location=f"{other.base}/moved")}) as site:
            how = settings(fill=lambda text: text.replace("$KEY", "s3cret"))
            async with Fetcher(how, clock=lambda: NOON) as fetcher:
                answer = await fetcher.get(Request(f"{site.base}/", headers={"X-Api-Key": "Bearer $KEY"}))
            return answer, site.asked, other.asked

    answer, first, second = asyncio.run(run())
    assert isinstance(answer, Document)
    assert "X-Api-Key: Bearer s3cret" in first[0]
    assert "s3cret" not in second[0]


def test_a_header_that_cannot_be_filled_in_is_said_and_nothing_is_asked() -> None:
    def fill(_text: str) -> str:
        raise ValueError("KEY or KEY_FILE to be set in the environment")

    async def run() -> tuple[Answer, list[str]]:
        async with serving({"*": http(200, "x")}) as site, Fetcher(settings(fill=fill), clock=lambda: NOON) as fetcher:
            return await fetcher.get(Request(f"{site.base}/", headers={"X-Api-Key": "$KEY"})), site.asked

    answer, asked = asyncio.run(run())
    assert answer == Failed(Outcome.ERROR, "a header needs KEY or KEY_FILE to be set in the environment")
    assert asked == []
