"""Addresses of the console: each asks first who is signed in; a GET only shows, a POST is believed from our own pages."""

from __future__ import annotations

import hmac
import logging
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from watcher.acts.errors import NothingToDo, Unusable
from watcher.config.errors import ConfigError
from watcher.core.addresses import redact
from watcher.web import console_pages as shown
from watcher.web.console import MAX_FIELD_LENGTH, Console, Deed, Done, Fields, Values, stored
from watcher.web.console_session import Session, form_token, new_id
from watcher.web.cookies import PLAIN, SECURE
from watcher.web.pages import Links, draw_form
from watcher.web.rate_limit import client_key
from watcher.web.read_model import Access
from watcher.web.render import PageRenderer
from watcher.web.routes_subscribe import form as posted
from watcher.web.wording import UNCARRIED

log = logging.getLogger(__name__)

KEEP_OUT = {"cache-control": "no-store", "x-robots-tag": "noindex", "referrer-policy": "same-origin"}
"""Under the other pages' `no-referrer` browsers send `Origin: null` with a form, which is everybody's."""
FOREIGN_FORM = "This form was not sent from this page, or is from an earlier sign-in. Nothing was done; open the page again."
WAIT = "Too many wrong tokens came from here. Nothing more is looked at for 15 minutes."
WRONG = "That is not the token. It stands in WATCHER_OPERATOR_TOKEN, or in the file that WATCHER_OPERATOR_TOKEN_FILE names."
NOBODY = "Give a name: each act is kept with its author."
OUT = "You are not signed in, or no longer. Nothing was done."


@dataclass(frozen=True, slots=True)
class ConsoleRoutes:
    """What every route of the console needs."""

    pages: PageRenderer
    console: Console
    said: dict[str, Done]
    """What the last act of each session has done, until its next page shows it."""


@dataclass(frozen=True, slots=True)
class ConsolePage:
    """One page of the console."""

    name: str
    """Behind /console; empty for the first."""
    template: str
    values: Values


@dataclass(frozen=True, slots=True)
class ActionForm:
    """Where one act is asked for, and the page that its form stands on."""

    name: str
    sheet: ConsolePage
    act: Deed


UNDECIDED = ConsolePage("", "console_undecided.html", shown.texts_shown)
EVIDENCE = ConsolePage("evidence", "console_evidence.html", shown.evidence_shown)
SILENCE = ConsolePage("mutes", "console_mutes.html", shown.mutes_shown)
SOURCES = ConsolePage("sources", "console_sources.html", shown.sources_shown)
NEW = ConsolePage("add", "console_add.html", shown.new_source_shown)
TRIAL = ConsolePage("trial", "console_trial.html", shown.recipients_shown)
SHEETS = (UNDECIDED, EVIDENCE, SILENCE, SOURCES, NEW, TRIAL)
FORMS = (
    ActionForm("settle", UNDECIDED, stored(shown.settle_text)),
    ActionForm("record", EVIDENCE, stored(shown.record_evidence)),
    ActionForm("withdraw", EVIDENCE, stored(shown.withdraw_evidence)),
    ActionForm("mute", SILENCE, stored(shown.mute_place)),
    ActionForm("unmute", SILENCE, stored(shown.unmute_place)),
    ActionForm("try", SOURCES, shown.try_source),
    ActionForm("find", NEW, shown.find_source),
    ActionForm("send", TRIAL, shown.send_trial),
)


def add(app: FastAPI, pages: PageRenderer, console: Console) -> None:
    """Add the routes of the console."""
    router, routes = APIRouter(tags=[Access.OPERATOR], include_in_schema=False), ConsoleRoutes(pages, console, {})
    _add_signing_in(router, routes)
    for sheet in SHEETS:
        _add_sheet(router, routes, sheet)
    for form in FORMS:
        _add_form(router, routes, form)
    app.include_router(router)


def _add_sheet(router: APIRouter, routes: ConsoleRoutes, sheet: ConsolePage) -> None:
    @router.get(f"/console/{sheet.name}" if sheet.name else "/console", name=f"console {sheet.name}")
    async def show(request: Request) -> Response:
        session = await _session(routes, request)
        if session is None:
            return RedirectResponse("login" if sheet.name else "console/login", 303, KEEP_OUT)
        return await run_in_threadpool(_shown, routes, sheet, session, done=routes.said.pop(session.id, None))


def _add_form(router: APIRouter, routes: ConsoleRoutes, form: ActionForm) -> None:
    @router.post(f"/console/{form.name}", name=f"console {form.name}")
    async def act(request: Request) -> Response:
        fields = await _fields(request)
        session = await _session(routes, request)
        if session is None:
            return await run_in_threadpool(_login, routes, request, 403, OUT)
        if not _is_own(routes, request, fields):
            return await run_in_threadpool(_refused, routes)
        try:
            done = await form.act(routes.console, fields, session.who, routes.pages.clock())
        except (Unusable, NothingToDo, ConfigError) as error:
            status = 409 if isinstance(error, NothingToDo) else 400
            typed = {name: redact(value) for name, value in fields.items()}  # a page may be seen over a shoulder, or be saved
            wrong = redact(str(error))
            return await run_in_threadpool(_shown, routes, form.sheet, session, status=status, wrong=wrong, typed=typed)
        routes.said[session.id] = done
        return RedirectResponse(form.sheet.name or "../console", 303, KEEP_OUT)


def _add_signing_in(router: APIRouter, routes: ConsoleRoutes) -> None:
    @router.get("/console/login")
    async def ask(request: Request) -> Response:
        return await run_in_threadpool(_login, routes, request)

    @router.post("/console/login")
    async def sign_in(request: Request) -> Response:
        fields = await _fields(request)
        asker, now = client_key(request, routes.pages.settings.trusted_proxies), routes.pages.clock()
        sessions, who = routes.console.sessions, " ".join(fields.get("who", "").split())[:80]
        if not _is_own(routes, request, fields):
            return await run_in_threadpool(_login, routes, request, 403, FOREIGN_FORM, who)
        if sessions.must_wait(asker, now):
            return await run_in_threadpool(_login, routes, request, 429, WAIT, who)
        if not who:
            return await run_in_threadpool(_login, routes, request, 400, NOBODY)
        if not sessions.is_token(fields.get("token", ""), asker, now):
            log.warning("a wrong token at the console, from %s", asker)
            return await run_in_threadpool(_login, routes, request, 403, WRONG, who)
        session = await run_in_threadpool(sessions.open, who, now)
        log.info("%s is signed in at the console, from %s", who, asker)
        return _with_cookie(routes, RedirectResponse("../console", 303, KEEP_OUT), session.id)

    @router.post("/console/logout")
    async def sign_out(request: Request) -> Response:
        fields = await _fields(request)
        if not _is_own(routes, request, fields):
            return await run_in_threadpool(_refused, routes)
        if session := await _session(routes, request):
            await run_in_threadpool(routes.console.sessions.end, session.id, routes.pages.clock())
        return _with_cookie(routes, RedirectResponse("login", 303, KEEP_OUT), new_id())


async def _fields(request: Request) -> Fields:
    """The first value of each field, without characters that no page may carry. Raises HTTPException as `posted` does."""
    return {name: UNCARRIED.sub("", values[0])[:MAX_FIELD_LENGTH] for name, values in (await posted(request)).items()}


def _is_own(routes: ConsoleRoutes, request: Request, fields: Fields) -> bool:
    """Whether a form comes from a page of ours, made for this very browser."""
    cookie, headers = _cookie(routes, request), request.headers
    sent = fields.get("form", "").encode()
    made_here = bool(cookie) and hmac.compare_digest(sent, form_token(cookie).encode())
    return made_here and routes.console.is_own(headers.get("origin", ""), headers.get("host", ""))


def _name(routes: ConsoleRoutes) -> str:
    return SECURE if routes.console.secure else PLAIN


def _cookie(routes: ConsoleRoutes, request: Request) -> str:
    return request.cookies.get(_name(routes), "")


def _with_cookie(routes: ConsoleRoutes, answer: Response, value: str) -> Response:
    answer.set_cookie(_name(routes), value, path="/", secure=routes.console.secure, httponly=True, samesite="strict")
    return answer


async def _session(routes: ConsoleRoutes, request: Request) -> Session | None:
    return await run_in_threadpool(routes.console.sessions.find, _cookie(routes, request), routes.pages.clock())


def _login(routes: ConsoleRoutes, request: Request, status: int = 200, wrong: str = "", named: str = "") -> Response:
    """The form to sign in by, with a cookie of its own where the browser has none: the form is bound to it."""
    held = _cookie(routes, request)
    cookie = held or new_id()
    answer = _drawn(routes, "console_login.html", status, depth=1, wrong=wrong, named=named, form=form_token(cookie))
    return answer if held else _with_cookie(routes, answer, cookie)


def _refused(routes: ConsoleRoutes) -> HTMLResponse:
    return _drawn(routes, "said.html", 403, depth=1, title="Nothing was done", message=FOREIGN_FORM)


def _shown(
    routes: ConsoleRoutes,
    sheet: ConsolePage,
    session: Session,
    *,
    status: int = 200,
    wrong: str = "",
    typed: Fields | None = None,
    done: Done | None = None,
) -> HTMLResponse:
    values = sheet.values(routes.console, routes.pages.clock())
    depth = 1 if sheet.name or status != 200 else 0  # noqa: PLR2004 - a form that was refused is shown at its own address
    given: dict[str, Any] = {"who": session.who, "form": form_token(session.id), "wrong": wrong, "done": done}
    given |= {"typed": defaultdict(str, typed or {}), "blank": defaultdict(str)}
    return _drawn(routes, sheet.template, status, depth=depth, sheet=sheet.name, **given, **values)


def _drawn(routes: ConsoleRoutes, template: str, status: int, *, depth: int, **values: Any) -> HTMLResponse:  # noqa: ANN401 - what each template asks for
    view = routes.pages.shelf.view(None)
    to = Links(root="../" * depth, base_url=view.base_url, subscribe=routes.pages.settings.subscribe)
    return HTMLResponse(draw_form(template, view, routes.pages.clock(), to, **values), status, KEEP_OUT)
