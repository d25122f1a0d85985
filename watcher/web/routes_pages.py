"""Addresses for people: pages, feeds, badges, pictures and files; and subscribing, where a GET only ever shows a form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, FastAPI, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, Response

from watcher.pipeline.subscribers import CONFIRM, READER
from watcher.store.records import Subscriber
from watcher.web import badge, feeds_out, pages
from watcher.web.pages import Links, draw_form
from watcher.web.params import ID, Number
from watcher.web.read_model import Access, View
from watcher.web.render import HTML, JSON, Answer, PageRenderer, Render, RenderedPage, pack
from watcher.web.security import client_key
from watcher.web.subscriptions import LONGEST_ADDRESS, PACES, Subscriptions

# Addresses for people: pages, feeds, badges, cards, pictures and static files.

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
        return await renderer.show(request, f"/og/{name}.png", "image/png", lambda ask: badge.draw_picture(ask.view, name))


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


# Addresses for subscribing: a GET only ever shows a form, for mail scanners follow links; a POST does the act (RFC 8058).

Token = Annotated[str, Path(pattern=r"^subscriber-[0-9a-f]{24}\.[0-9a-f]{1,12}\.[0-9a-f]{40}$")]
MAX_FORM_BYTES = 8192
"""Bytes of a form; ours has a tenth of it."""
NEVER = {"cache-control": "no-store", "x-robots-tag": "noindex"}
WRONG = "That is not a whole mail address, such as name@example.org."
NO_LINK = "This link does not hold: it has ended, or the subscription was removed."

STAYS = "This link does not hold, and nothing was changed: mails may go on. The newest mail has the link that ends them."


def add_subscription_forms(app: FastAPI, renderer: PageRenderer, subscriptions: Subscriptions) -> None:
    """Add the routes for subscribing."""
    public = APIRouter(tags=[Access.PUBLIC], include_in_schema=False)
    own = APIRouter(tags=[Access.SUBSCRIBER], include_in_schema=False)
    _add_asking(public, renderer, subscriptions)
    _add_confirming(own, renderer, subscriptions)
    _add_keeping(own, renderer, subscriptions)
    app.include_router(public)
    app.include_router(own)


async def form(request: Request) -> dict[str, list[str]]:
    """The fields of a posted form. Raises HTTPException for one too large, cut off, or posted from another site's page."""
    if request.headers.get("sec-fetch-site", "same-origin") == "cross-site":
        raise HTTPException(400)
    body = b""
    try:
        async for part in request.stream():
            body += part
            if len(body) > MAX_FORM_BYTES:
                raise HTTPException(400)
        return parse_qs(body.decode(), keep_blank_values=True, max_num_fields=50)
    except (ValueError, ClientDisconnect):
        raise HTTPException(400) from None


def shown(renderer: PageRenderer, template: str, *, depth: int = 0, status: int = 200, **values: Any) -> HTMLResponse:  # noqa: ANN401 - what each template asks for
    """A page that is never kept."""
    view = renderer.shelf.view(None)
    to = Links(root="../" * depth, base_url=view.base_url, subscribe=True)
    return HTMLResponse(draw_form(template, view, renderer.clock(), to, **values), status, NEVER)


def _add_asking(router: APIRouter, renderer: PageRenderer, subscriptions: Subscriptions) -> None:
    @router.get("/subscribe")
    async def ask() -> HTMLResponse:
        return await run_in_threadpool(shown, renderer, "subscribe.html", paces=PACES, wrong="", typed="", one=None)

    @router.post("/subscribe")
    async def asked(request: Request) -> Response:
        fields = await form(request)
        wish = subscriptions.wish(fields)
        if wish is None:
            typed, one = "".join(fields.get("address", ())[:1])[:LONGEST_ADDRESS], subscriptions.chosen(fields)
            return await run_in_threadpool(
                shown, renderer, "subscribe.html", status=400, paces=PACES, wrong=WRONG, typed=typed, one=one
            )
        if not await subscriptions.ask(wish, client_key(request, renderer.settings.trusted_proxies), renderer.clock):
            raise HTTPException(429)
        return await run_in_threadpool(
            shown,
            renderer,
            "said.html",
            title="Look into your mail",
            message="If the address is right, a mail is on its way. Open its link and say yes; without that nothing more comes.",
        )


def _add_confirming(router: APIRouter, renderer: PageRenderer, subscriptions: Subscriptions) -> None:
    @router.get("/confirm/{token}")
    async def confirm(token: Token) -> HTMLResponse:
        one = await run_in_threadpool(subscriptions.who, CONFIRM, token, renderer.clock())
        return await run_in_threadpool(_confirming, renderer, one, token)

    @router.post("/confirm/{token}")
    async def confirmed(request: Request, token: Token) -> Response:
        await form(request)
        one = await run_in_threadpool(subscriptions.confirm, token, renderer.clock())
        if one is None:
            return await run_in_threadpool(_gone, renderer)
        return await run_in_threadpool(
            shown,
            renderer,
            "said.html",
            depth=1,
            title="You are subscribed",
            message="Each mail has a link to change what you get, and to leave.",
            link=subscriptions.links.token(READER, one.id),
        )


def _confirming(renderer: PageRenderer, one: Subscriber | None, token: str) -> HTMLResponse:
    if one is None:
        return _gone(renderer)
    return shown(renderer, "confirm.html", depth=1, token=token, one=one, paces=PACES)


def _gone(renderer: PageRenderer, message: str = NO_LINK) -> HTMLResponse:
    return shown(renderer, "said.html", depth=1, status=404, title="Nothing to do here", message=message)


def _add_keeping(router: APIRouter, renderer: PageRenderer, subscriptions: Subscriptions) -> None:
    @router.get("/unsubscribe/{token}")
    async def keep(token: Token) -> HTMLResponse:
        one = await run_in_threadpool(subscriptions.who, READER, token, renderer.clock())
        return await run_in_threadpool(_keeping, renderer, one, token, "")

    @router.post("/unsubscribe/{token}")
    async def leave(request: Request, token: Token) -> Response:
        await form(request)
        if not await run_in_threadpool(subscriptions.leave, token, renderer.clock()):
            return await run_in_threadpool(_gone, renderer, STAYS)
        message = "Your address is forgotten. Nothing more will be sent."
        return await run_in_threadpool(shown, renderer, "said.html", depth=1, title="You have left", message=message)

    @router.post("/subscription/{token}")
    async def change(request: Request, token: Token) -> Response:
        choice = subscriptions.choice(await form(request))
        if choice is None:
            raise HTTPException(400)
        one = await run_in_threadpool(subscriptions.change, token, choice, renderer.clock())
        return await run_in_threadpool(_keeping, renderer, one, token, "Your choice is kept.")

    @router.get("/subscription/{token}")
    async def export(token: Token) -> Response:
        kept = await run_in_threadpool(subscriptions.export, token, renderer.clock())
        if kept is None:
            return await run_in_threadpool(_gone, renderer)
        headers = {**NEVER, "content-disposition": 'attachment; filename="subscription.json"'}
        return Response(kept, media_type=JSON, headers=headers)


def _keeping(renderer: PageRenderer, one: Subscriber | None, token: str, note: str) -> HTMLResponse:
    if one is None:
        return _gone(renderer)
    return shown(renderer, "reader.html", depth=1, token=token, one=one, paces=PACES, note=note)
