"""Addresses for programs: /api/v1, read only, with ETag and as-of."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Path, Query, Request
from pydantic import BaseModel

from watcher.web import api, api_shapes
from watcher.web.params import ID, LONGEST
from watcher.web.read_model import Access, View
from watcher.web.render import JSON, PageRenderer, RenderedPage

V1 = "/api/v1"
Name = Annotated[str, Path(pattern=ID, max_length=64, description="Id of a signal.")]
AsOf = Annotated[
    str, Query(max_length=LONGEST, description="What was known at the end of this day, or at this moment: 2026-06-13.")
]
Limit = Annotated[int, Query(ge=1, le=1000, description="At most this many changes, newest first.")]
USUAL = 200
ERRORS: dict[int | str, dict[str, Any]] = {
    304: {"description": "Not changed since the ETag that was sent."},
    400: {"description": "A parameter outside its bounds."},
    503: {"description": "Too many questions about the past at once; ask again later."},
}


def add(app: FastAPI, desk: PageRenderer) -> None:
    """Add the API and its own description."""
    router = APIRouter(prefix=V1, tags=[Access.PUBLIC], responses=ERRORS)
    _add_signals(router, desk)
    _add_lists(router, desk)

    @router.get("/openapi.json", include_in_schema=False)
    async def openapi(request: Request) -> RenderedPage:
        return await desk.show(request, f"{V1}/openapi.json", JSON, lambda ask: describe(app, ask.view))

    app.include_router(router)


def describe(app: FastAPI, view: View) -> str:
    """The OpenAPI description, with the address at which readers find it."""
    servers = [{"url": view.base_url.rstrip("/")}] if view.base_url else [{"url": "../.."}]
    return json.dumps({**app.openapi(), "servers": servers}, ensure_ascii=False) + "\n"


def written(make: Callable[[View], BaseModel], view: View) -> str:
    """A value as JSON text."""
    return make(view).model_dump_json() + "\n"


def _add_signals(router: APIRouter, desk: PageRenderer) -> None:
    @router.get("/signals", response_model=api_shapes.SignalsOut, summary="All signals: where each stands, and why")
    async def signals(request: Request, as_of: AsOf = "") -> RenderedPage:  # noqa: ARG001 - declared for the description, read by the desk
        return await desk.show(request, f"{V1}/signals", JSON, lambda ask: written(api.signals_out, ask.view))

    @router.get(
        "/signals/{name}",
        response_model=api_shapes.SignalOut,
        summary="One signal",
        responses={404: {"description": "No such signal."}},
    )
    async def signal(request: Request, name: Name, as_of: AsOf = "") -> RenderedPage:  # noqa: ARG001 - as above
        def make(view: View) -> BaseModel:
            return api.signal_out(view, view.signal(name))

        return await desk.show(request, f"{V1}/signals/{name}", JSON, lambda ask: written(make, ask.view))


def _add_lists(router: APIRouter, desk: PageRenderer) -> None:
    @router.get("/history", response_model=api_shapes.HistoryOut, summary="What changed, newest first")
    async def history(request: Request, limit: Limit = USUAL, as_of: AsOf = "") -> RenderedPage:  # noqa: ARG001 - as above
        extra = f"limit={limit}" if limit != USUAL else ""
        return await desk.show(
            request, f"{V1}/history", JSON, lambda ask: written(lambda view: api.history_out(view, limit), ask.view), extra=extra
        )

    @router.get("/sources", response_model=api_shapes.SourcesOut, summary="What is known of each source's readings")
    async def sources(request: Request, as_of: AsOf = "") -> RenderedPage:  # noqa: ARG001 - as above
        return await desk.show(request, f"{V1}/sources", JSON, lambda ask: written(api.sources_out, ask.view))
