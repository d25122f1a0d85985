"""The web application: routes, each with who may call it, over one renderer."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, JSONResponse, Response

from watcher import __version__
from watcher.clock import Clock, utc_now
from watcher.store.errors import StoreError
from watcher.web import routes_api, routes_console, routes_operator, routes_pages
from watcher.web.console import Console
from watcher.web.pages import NOTHING_HERE, Links, draw_error
from watcher.web.params import InvalidParameter
from watcher.web.read_model import Reads
from watcher.web.render import CacheMiddleware, PageRenderer, TooManyRequests
from watcher.web.security import CookieMiddleware, HostMiddleware, SecurityHeadersMiddleware, WebSettings, headers_for
from watcher.web.server import SaidOnce
from watcher.web.subscriptions import Subscriptions

# What a reader sees when something is not there or goes wrong: plain words, and nothing of the inside.

log = logging.getLogger(__name__)
log.addFilter(SaidOnce())
NO_STORE = "The watch cannot reach what it keeps. Nothing was changed; try again in a minute."
MAX_FOLDERS = 8
"""Folders below which links on an error's page begin at the root: as many steps up as somebody likes are a page of any size."""
WORDS = {
    400: ("That question cannot be answered", "A part of the address is not as it should be."),
    404: NOTHING_HERE,
    405: ("Only reading is possible here", "This address answers GET and HEAD."),
    429: ("Too many questions", "Ask again in an hour."),
    500: ("Something went wrong", "The fault is ours and has been noted. Nothing was changed."),
    503: ("Too many questions about the past at once", "Ask again in a few seconds."),
}


def add_errors(app: FastAPI, renderer: PageRenderer) -> None:
    """Answer each kind of error in words, as a page or as JSON."""

    async def not_found(request: Request, _: Exception) -> Response:
        return error_response(renderer, request, 404)

    async def status(request: Request, error: Exception) -> Response:
        code = error.status_code if isinstance(error, HTTPException) else 500
        answer = error_response(renderer, request, code if code in WORDS else 400)
        if allowed := (getattr(error, "headers", None) or {}).get("Allow"):  # RFC 9110, 15.5.6
            answer.headers["allow"] = allowed
        return answer

    async def bad(request: Request, error: Exception) -> Response:
        return error_response(renderer, request, 400, str(error) if isinstance(error, InvalidParameter) else "")

    async def unknown(request: Request, error: Exception) -> Response:
        named = isinstance(error, RequestValidationError) and any("path" in item["loc"] for item in error.errors())
        return error_response(renderer, request, 404 if named else 400)

    async def busy(request: Request, error: Exception) -> Response:
        return _later(error_response(renderer, request, 503), error.wait if isinstance(error, TooManyRequests) else 5)

    async def failed(request: Request, _: Exception) -> Response:
        return error_response(renderer, request, 500)

    async def no_store(request: Request, error: Exception) -> Response:
        log.warning("a page cannot be shown: %s", error)  # who looks after the watch is told why, who visits it is not
        return _later(error_response(renderer, request, 503, NO_STORE, title="Nothing can be looked up at the moment"), 30)

    app.exception_handler(StoreError)(no_store)
    app.exception_handler(KeyError)(not_found)
    app.exception_handler(HTTPException)(status)
    app.exception_handler(InvalidParameter)(bad)
    app.exception_handler(RequestValidationError)(unknown)
    app.exception_handler(TooManyRequests)(busy)
    app.exception_handler(Exception)(failed)


def _later(answer: Response, seconds: int) -> Response:
    """The same answer with the number of seconds after which to ask again."""
    answer.headers["retry-after"] = str(seconds)
    return answer


def error_response(renderer: PageRenderer, request: Request, code: int, message: str = "", title: str = "") -> Response:
    """The error of this code, in words of its own where there are any; programs get JSON."""
    usual, words = WORDS[code]
    title = title or usual
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    extra = {"cache-control": "no-store"}
    if path.startswith(("/api/", "/feeds/", "/badges/", "/og/")):
        answer: Response = JSONResponse({"error": title, "message": message or words}, code, extra)
    else:
        depth = max(0, path.count("/") - 1)
        root = "../" * depth if depth <= MAX_FOLDERS else f"{renderer.settings.base_path.rstrip('/')}/"
        answer = HTMLResponse(draw_error(None, renderer.clock(), Links(root=root), title, message or words), code, extra)
    for name, value in headers_for(path, answer.headers["content-type"], published=renderer.settings.published):
        answer.headers[name.decode()] = value.decode()
    return answer


def create_app(
    reads: Reads,
    settings: WebSettings | None = None,
    *,
    clock: Clock = utc_now,
    subscriptions: Subscriptions | None = None,
    console: Console | None = None,
) -> FastAPI:
    """The page, the feeds, the API and the health checks over what `reads` gives; they write nothing.

    With `[web] subscribe` and a `subscriptions`, readers may subscribe as well; with a `console`, whoever has its token may act.
    """
    settings = settings or WebSettings()
    renderer = PageRenderer(reads, replace(settings, subscribe=settings.subscribe and subscriptions is not None), clock)
    app = FastAPI(
        title="Policy Signal Watch",
        version=__version__,
        summary="Where each policy signal stands, with the words that prove it. Read only.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    add: tuple[Callable[[FastAPI, PageRenderer], None], ...] = (routes_pages.add, routes_api.add, routes_operator.add, add_errors)
    for part in add:
        part(app, renderer)
    if subscriptions and renderer.settings.subscribe:
        routes_pages.add_subscription_forms(app, renderer, subscriptions)
    if console:
        routes_console.add(app, renderer, console)
    app.add_middleware(SecurityHeadersMiddleware, published=renderer.settings.published)
    app.add_middleware(CacheMiddleware, shelf=renderer.shelf, base_path=renderer.settings.base_path)
    app.add_middleware(CookieMiddleware)
    app.add_middleware(HostMiddleware, settings=renderer.settings)
    app.state.renderer = renderer
    return app
