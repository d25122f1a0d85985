"""Addresses for subscribing: a GET only ever shows a form, for mail scanners follow links; a POST does the act (RFC 8058)."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, FastAPI, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, Response

from watcher.pipeline.subscribers import CONFIRM, READER
from watcher.store.records import Subscriber
from watcher.web.pages import Links, draw_form
from watcher.web.rate_limit import client_key
from watcher.web.read_model import Access
from watcher.web.render import JSON, PageRenderer
from watcher.web.subscriptions import LONGEST_ADDRESS, PACES, Subscriptions

Token = Annotated[str, Path(pattern=r"^subscriber-[0-9a-f]{24}\.[0-9a-f]{1,12}\.[0-9a-f]{40}$")]
MAX_FORM_BYTES = 8192
"""Bytes of a form; ours has a tenth of it."""
NEVER = {"cache-control": "no-store", "x-robots-tag": "noindex"}
WRONG = "That is not a whole mail address, such as name@example.org."
NO_LINK = "This link does not hold: it has ended, or the subscription was removed."

STAYS = "This link does not hold, and nothing was changed: mails may go on. The newest mail has the link that ends them."


def add(app: FastAPI, renderer: PageRenderer, subscriptions: Subscriptions) -> None:
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
