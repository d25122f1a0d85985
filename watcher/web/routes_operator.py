"""Addresses for those who run the watch: how it does, and numbers, never kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from hmac import compare_digest

from fastapi import APIRouter, FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response, StreamingResponse

from watcher.clock import wrong_clock
from watcher.web.metrics import may_measure, metrics_text
from watcher.web.read_model import Access, HealthStatus
from watcher.web.render import PageRenderer

NEVER = {"cache-control": "no-store"}


def add(app: FastAPI, renderer: PageRenderer) -> None:
    """Add /healthz, /readyz and /metrics."""
    public = APIRouter(tags=[Access.PUBLIC], include_in_schema=False)
    operator = APIRouter(tags=[Access.OPERATOR], include_in_schema=False)

    @public.get("/healthz")
    async def healthz() -> JSONResponse:
        pulse = await run_in_threadpool(renderer.reads.pulse)
        return _say(*health_text(pulse, renderer.clock(), renderer.settings.stall_after))

    @public.get("/readyz")
    async def readyz() -> JSONResponse:
        pulse = await run_in_threadpool(renderer.reads.pulse)
        return _say(*readiness_text(pulse, renderer.clock(), renderer.settings.stall_after))

    @operator.get("/metrics")
    async def metrics(request: Request) -> Response:
        if not may_measure(request, renderer.settings, same=_has_token(request, renderer.settings.metrics_token)):
            raise HTTPException(404)
        view, pulse = await run_in_threadpool(lambda: (renderer.shelf.view(None), renderer.reads.pulse()))
        parts = metrics_text(view, pulse, renderer.clock())
        return StreamingResponse(parts, media_type="text/plain; version=0.0.4; charset=utf-8", headers=NEVER)

    app.include_router(public)
    app.include_router(operator)


def _say(good: bool, words: str) -> JSONResponse:  # noqa: FBT001 - the pair that health gives
    return JSONResponse({"ok": good, "message": words}, 200 if good else 503, NEVER)


def _has_token(request: Request, token: str) -> bool:
    given = request.headers.get("authorization", "")
    return bool(token) and compare_digest(given.encode(), f"Bearer {token}".encode())


def health_text(pulse: HealthStatus, now: datetime, stall_after: timedelta) -> tuple[bool, str]:
    """Alive: the database answers, and the scheduler has not been silent for three times as long as it may."""
    if not pulse.database:
        return False, "The database does not answer."
    if pulse.cycle_at and now - pulse.cycle_at > 3 * stall_after:
        return False, f"No cycle of the scheduler since {pulse.cycle_at:%Y-%m-%dT%H:%M:%SZ}."
    return True, "Alive."


def readiness_text(pulse: HealthStatus, now: datetime, stall_after: timedelta) -> tuple[bool, str]:
    """Ready: alive, the sources are ours, and the scheduler has finished a cycle lately."""
    alive, words = health_text(pulse, now, stall_after)
    if not alive:
        return alive, words
    if wrong := wrong_clock(now):
        return False, f"Blind: {wrong}."
    if pulse.lost:
        return False, "Blind: nothing is watched, another watch has the sources of this database."
    if pulse.cycle_at is None:
        return False, "Starting: the scheduler has not finished its first cycle."
    if now - pulse.cycle_at > stall_after:
        return False, f"Stalled: no cycle since {pulse.cycle_at:%Y-%m-%dT%H:%M:%SZ}."
    return True, "Ready."
