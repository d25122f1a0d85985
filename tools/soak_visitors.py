"""Readers of a page: `python -m tools.soak_visitors URL RATE SECONDS` asks so many times a second and says how it went."""

from __future__ import annotations

import asyncio
import sys
from time import monotonic

import aiohttp


async def visit(url: str, rate: int, seconds: float) -> str:
    """Ask at a steady rate, however slow the answers are; a sentence on the answers."""
    waits, failed = list[float](), 0

    async def ask(session: aiohttp.ClientSession) -> None:
        nonlocal failed
        began = monotonic()
        try:
            async with session.get(url) as answer:
                await answer.read()
                failed += answer.status != 200  # noqa: PLR2004 - OK
        except (aiohttp.ClientError, TimeoutError):
            failed += 1
        waits.append(monotonic() - began)

    limits = aiohttp.ClientTimeout(total=30)
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=200), timeout=limits) as session,
        asyncio.TaskGroup() as group,
    ):
        began, sent = monotonic(), 0
        while (passed := monotonic() - began) < seconds:
            for _ in range(int(passed * rate) - sent):
                group.create_task(ask(session))
                sent += 1
            await asyncio.sleep(0.01)
    spread, taken = sorted(waits), monotonic() - began
    half, most = (spread[int(len(spread) * share)] * 1000 for share in (0.5, 0.99))
    return f"page: {len(waits) / taken:.0f} requests/s, {failed} failed, half in {half:.0f} ms, 99 % in {most:.0f} ms"


if __name__ == "__main__":
    print(asyncio.run(visit(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))))  # noqa: T201 - what it is for
