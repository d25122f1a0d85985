"""Addresses for people: pages, feeds, badges, cards, pictures and static files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, FastAPI, Path, Request
from starlette.exceptions import HTTPException

from watcher.web import badge, feeds_out, pages, share_image
from watcher.web.cache import Answer, pack
from watcher.web.pages import Links
from watcher.web.params import ID, Number
from watcher.web.read_model import Access, View
from watcher.web.render import HTML, JSON, PageRenderer, Render, RenderedPage

Name = Annotated[str, Path(pattern=ID, max_length=64)]
YEAR = 31_536_000
SVG = "image/svg+xml"
FEEDS: dict[str, tuple[str, Callable[[View, str], str | bytes]]] = {
    "atom": ("application/atom+xml; charset=utf-8", feeds_out.atom),
    "json": ("application/feed+json; charset=utf-8", feeds_out.json_feed),
    "ics": ("text/calendar; charset=utf-8", feeds_out.calendar),
}
LISTS = {"/": pages.draw_home, "/sources": pages.draw_sources, "/machines": pages.draw_machines}
ROBOTS = "User-agent: *\nDisallow: /*?as_of=\nAllow: /\n"


def add(app: FastAPI, renderer: PageRenderer) -> None:
    """Add the routes for people."""
    router = APIRouter(tags=[Access.PUBLIC], include_in_schema=False)
    _add_pages(router, renderer)
    _add_signal(router, renderer)
    _add_feeds(router, renderer)
    _add_drawings(router, renderer)
    _add_static(router, renderer)
    app.include_router(router)


def _add_pages(router: APIRouter, renderer: PageRenderer) -> None:
    drawn: dict[str, Render] = {
        "/why": lambda ask: pages.draw_why(ask.view, ask.now, ask.to),
        "/log": lambda ask: pages.draw_log(ask.view, ask.now, ask.to),
    }

    def page(path: str, render: Render) -> None:
        @router.get(path, name=path)
        async def show(request: Request) -> RenderedPage:
            return await renderer.show(request, path, HTML, render)

    for path, render in drawn.items():
        page(path, render)
    for path, draw in LISTS.items():
        _add_list(router, renderer, path, draw)


def _add_list(router: APIRouter, renderer: PageRenderer, path: str, draw: Callable[[View, datetime, Links, int], str]) -> None:
    """A page that shows a long list in parts."""

    @router.get(path, name=path)
    async def show(request: Request, page: Number = 1) -> RenderedPage:
        extra = f"page={page}" if page > 1 else ""
        return await renderer.show(request, path, HTML, lambda ask: draw(ask.view, ask.now, ask.to, page), extra=extra)


def _add_signal(router: APIRouter, renderer: PageRenderer) -> None:
    @router.get("/signals/{name}")
    async def signal(request: Request, name: Name) -> RenderedPage:
        return await renderer.show(
            request, f"/signals/{name}", HTML, lambda ask: pages.draw_signal(ask.view, ask.now, ask.to, name), depth=1
        )

    @router.get("/stories/{name}")
    async def story(request: Request, name: Name) -> RenderedPage:
        return await renderer.show(
            request, f"/stories/{name}", HTML, lambda ask: pages.draw_story(ask.view, ask.now, ask.to, name), depth=1
        )

    @router.get("/cards/{name}")
    async def card(request: Request, name: Name) -> RenderedPage:
        return await renderer.show(
            request, f"/cards/{name}", HTML, lambda ask: pages.draw_card(ask.view, ask.now, ask.to, name), depth=1
        )


def _add_feeds(router: APIRouter, renderer: PageRenderer) -> None:
    def feed(ending: str, media: str, write: Callable[[View, str], str | bytes]) -> None:

        @router.get(f"/feeds/{{name}}.{ending}", name=ending)
        async def show(request: Request, name: Name) -> RenderedPage:
            return await renderer.show(request, f"/feeds/{name}.{ending}", media, lambda ask: write(ask.view, name))

    for ending, (media, write) in FEEDS.items():
        feed(ending, media, write)


def _add_drawings(router: APIRouter, renderer: PageRenderer) -> None:
    @router.get("/badges/{name}.svg")
    async def badge_svg(request: Request, name: Name) -> RenderedPage:
        return await renderer.show(request, f"/badges/{name}.svg", SVG, lambda ask: badge.draw_badge(ask.view, name))

    @router.get("/badges/{name}.json")
    async def badge_json(request: Request, name: Name) -> RenderedPage:
        return await renderer.show(request, f"/badges/{name}.json", JSON, lambda ask: badge.write_badge(ask.view, name))

    @router.get("/og/{name}.png")
    async def shared(request: Request, name: Name) -> RenderedPage:
        return await renderer.show(request, f"/og/{name}.png", "image/png", lambda ask: share_image.draw_picture(ask.view, name))


def _add_static(router: APIRouter, renderer: PageRenderer) -> None:
    def keep(path: str, body: str | bytes, media: str, seconds: int) -> RenderedPage:
        def packed() -> Answer:
            return pack(body, media, path, at=renderer.clock(), version="", published=renderer.settings.published, keep=seconds)

        return RenderedPage(renderer.shelf.find(path) or renderer.shelf.keep(path, packed()))

    @router.get("/static/{name}")
    async def static(name: Annotated[str, Path(pattern=r"^[a-z]+\.[a-z]+$", max_length=32)]) -> RenderedPage:
        if name not in pages.STATIC:
            raise HTTPException(404)
        return keep(f"/static/{name}", pages.static(name), pages.STATIC[name], YEAR)

    @router.get("/robots.txt")
    async def robots() -> RenderedPage:
        return keep("/robots.txt", ROBOTS, "text/plain; charset=utf-8", 3600)
