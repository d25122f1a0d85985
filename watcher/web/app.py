"""The web application: routes, each with who may call it, over one renderer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fastapi import FastAPI

from watcher import __version__
from watcher.clock import Clock, utc_now
from watcher.web import routes_api, routes_console, routes_operator, routes_pages, routes_subscribe
from watcher.web.cache import CacheMiddleware
from watcher.web.console import Console
from watcher.web.cookies import CookieMiddleware
from watcher.web.errors import add_errors
from watcher.web.hosts import HostMiddleware
from watcher.web.read_model import Reads
from watcher.web.render import PageRenderer
from watcher.web.security import SecurityHeadersMiddleware
from watcher.web.settings import WebSettings
from watcher.web.subscriptions import Subscriptions


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
        routes_subscribe.add(app, renderer, subscriptions)
    if console:
        routes_console.add(app, renderer, console)
    app.add_middleware(SecurityHeadersMiddleware, published=renderer.settings.published)
    app.add_middleware(CacheMiddleware, shelf=renderer.shelf, base_path=renderer.settings.base_path)
    app.add_middleware(CookieMiddleware)
    app.add_middleware(HostMiddleware, settings=renderer.settings)
    app.state.renderer = renderer
    return app
