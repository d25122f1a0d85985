"""Addresses for programs: /api/v1, read only, with ETag and as-of."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Path, Query, Request
from pydantic import BaseModel

from watcher.web import api
from watcher.web.params import ID, MAX_PARAMETER_LENGTH, Number, link_header, links, part_of
from watcher.web.read_model import Access, View
from watcher.web.render import JSON, Linked, PageRenderer, RenderedPage, RenderRequest

V1 = "/api/v1"
Name = Annotated[str, Path(pattern=ID, max_length=64, description="Id of a signal.")]
AsOf = Annotated[
    str,
    Query(max_length=MAX_PARAMETER_LENGTH, description="What was known at the end of this day, or at this moment: 2026-06-13."),
]
Limit = Annotated[int, Query(ge=1, le=1000, description="At most this many in a part.")]
Few = Annotated[int, Query(ge=1, le=200, description="At most this many in a part.")]
SIGNALS, CHANGES, SOURCES = 50, 200, 500
"""How many of them a part has where nothing is said."""
NONE = slice(0)
ERRORS: dict[int | str, dict[str, Any]] = {
    304: {"description": "Not changed since the ETag that was sent."},
    400: {"description": "A parameter outside its bounds."},
    503: {"description": "Too many questions about the past at once; ask again later."},
}
PARTS: dict[int | str, dict[str, Any]] = {
    200: {"headers": {"Link": {"description": "The parts beside this one (RFC 8288).", "schema": {"type": "string"}}}},
    404: {"description": "A part behind the last."},
}


def add(app: FastAPI, renderer: PageRenderer) -> None:
    """Add the API and its own description."""
    router = APIRouter(prefix=V1, tags=[Access.PUBLIC], responses=ERRORS)
    _add_signals(router, renderer)
    _add_lists(router, renderer)

    @router.get("/openapi.json", include_in_schema=False)
    async def openapi(request: Request) -> RenderedPage:
        return await renderer.show(request, f"{V1}/openapi.json", JSON, lambda ask: describe(app, ask.view))

    app.include_router(router)


def describe(app: FastAPI, view: View) -> str:
    """The OpenAPI description, with the address at which readers find it."""
    servers = [{"url": view.base_url.rstrip("/")}] if view.base_url else [{"url": "../.."}]
    return json.dumps({**app.openapi(), "servers": servers}, ensure_ascii=False) + "\n"


def written(make: Callable[[View], BaseModel], view: View) -> str:
    """A value as JSON text."""
    return make(view).model_dump_json() + "\n"


def _add_signals(router: APIRouter, renderer: PageRenderer) -> None:
    @router.get(
        "/signals/{name}",
        response_model=api.SignalOut,
        summary="One signal",
        responses={404: {"description": "No such signal."}},
    )
    async def signal(request: Request, name: Name, as_of: AsOf = "") -> RenderedPage:  # noqa: ARG001 - declared for the description, read by the renderer
        def make(view: View) -> BaseModel:
            return api.signal_out(view, view.signal(name))

        return await renderer.show(request, f"{V1}/signals/{name}", JSON, lambda ask: written(make, ask.view))


def _add_lists(router: APIRouter, renderer: PageRenderer) -> None:
    @router.get("/signals", response_model=api.SignalsOut, summary="All signals: where each stands, and why", responses=PARTS)
    async def signals(request: Request, page: Number = 1, limit: Few = SIGNALS, as_of: AsOf = "") -> RenderedPage:
        asked = PageRequest(page, limit, as_of, usual=SIGNALS)
        return await _list(renderer, request, "/signals", asked, api.signals_out)

    @router.get("/history", response_model=api.HistoryOut, summary="What changed, newest first", responses=PARTS)
    async def history(request: Request, page: Number = 1, limit: Limit = CHANGES, as_of: AsOf = "") -> RenderedPage:
        return await _list(renderer, request, "/history", PageRequest(page, limit, as_of, usual=CHANGES), api.history_out)

    @router.get("/record", response_model=api.RecordOut, summary="Where the record ends: note it, and compare later")
    async def record(request: Request, as_of: AsOf = "") -> RenderedPage:  # noqa: ARG001 - as above
        return await renderer.show(request, f"{V1}/record", JSON, lambda ask: written(api.record_out, ask.view))

    @router.get("/sources", response_model=api.SourcesOut, summary="What is known of each source's readings", responses=PARTS)
    async def sources(request: Request, page: Number = 1, limit: Limit = SOURCES, as_of: AsOf = "") -> RenderedPage:
        return await _list(renderer, request, "/sources", PageRequest(page, limit, as_of, usual=SOURCES), api.sources_out)


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part of a list is asked for."""

    page: int
    limit: int
    as_of: str
    usual: int
    """The limit where none is given."""

    @property
    def query(self) -> dict[str, int]:
        """What differs from the usual."""
        return {"limit": self.limit} if self.limit != self.usual else {}


async def _list(
    renderer: PageRenderer, request: Request, place: str, asked: PageRequest, make: Callable[[View, slice], api.ListOut]
) -> RenderedPage:
    """A part of a list, with the addresses of its neighbours in a Link header."""
    path = f"{V1}{place}"

    def render(ask: RenderRequest) -> Linked:
        part = part_of(make(ask.view, NONE).total, asked.page, asked.limit)
        found = links(part, f"{renderer.settings.base_path}{path}", as_of=asked.as_of, **asked.query)
        made = make(ask.view, part.span)
        made.next = found.get("next")
        return Linked(f"{made.model_dump_json()}\n", link_header(found))

    extra = "&".join(
        f"{name}={value}" for name, value in (asked.query | {"page": asked.page}).items() if (name, value) != ("page", 1)
    )
    return await renderer.show(request, path, JSON, render, extra=extra)
