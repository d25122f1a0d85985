"""Addresses and pages of the console: each asks first who is signed in; a GET only shows, a POST is an act."""

from __future__ import annotations

import hmac
import logging
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from watcher import formats
from watcher.acts.errors import NothingToDo, Unusable
from watcher.acts.evidence import Testimony, mute, record, unmute, withdraw
from watcher.acts.look import look_at
from watcher.acts.moments import parse_datetime, parse_duration
from watcher.acts.new_source import USUAL_PACE, Wish, check_wish, propose
from watcher.acts.review import Decision, open_texts, settle
from watcher.acts.trial import Tried, chosen, send_trials
from watcher.config.errors import ConfigError
from watcher.core.addresses import redact, safe_link
from watcher.core.model import Signal, Tier, Track, Undecided
from watcher.store.store import Transaction
from watcher.web.console import (
    MAX_FIELD_LENGTH,
    Console,
    Deed,
    Done,
    Fields,
    Session,
    Values,
    changes_of,
    form_token,
    moment_of,
    new_id,
    number_of,
    place_in_words,
    status_in_words,
    stored,
)
from watcher.web.pages import Links, draw_form
from watcher.web.queries import digests_of, letters_of, stopped_of
from watcher.web.read_model import Access
from watcher.web.render import PageRenderer
from watcher.web.routes_pages import form as posted
from watcher.web.security import PLAIN, SECURE, client_key
from watcher.web.summary import health_rows
from watcher.web.wording import UNCARRIED, datetime_text
from watcher.wording import count

# The pages of the console: what each shows, and what its forms do, by the same acts as the command line's.

LISTED = 50
"""Lines of the audit list that the page shows."""
SPANS = {"6h": "six hours", "1d": "a day", "7d": "a week", "30d": "thirty days", "": "until it is ended here"}
TIERS = (Tier.OFFICIAL, Tier.PARTNER, Tier.PRESS, Tier.COMMUNITY)


# --- texts that a person is to settle --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class UndecidedText:
    """A text that a person is to settle, with what it may be settled as."""

    text: Undecided
    signal: Signal
    track: Track
    may_say: str
    """The label of the status that the text may claim."""
    stands: str
    """The label of the status where its track stands."""


def texts_shown(console: Console, _now: datetime) -> dict[str, Any]:
    """The texts to settle and the newest acts."""
    with console.store.reading() as tx:
        return {"texts": tuple(_open(console, tx)), "acts": tx.audit.of(LISTED)}


def _open(console: Console, tx: Transaction) -> Iterator[UndecidedText]:
    tracks = {(signal.id, track.id): (signal, track) for signal in console.config.signals for track in signal.tracks}
    verdicts = tx.verdicts.all_latest()
    for text in open_texts(tx):
        if place := tracks.get((text.signal, text.track)):
            held = (track.status for track in verdicts[text.signal].tracks if track.track == text.track)
            label = partial(status_in_words, console.config.signals, text.signal, text.track)
            yield UndecidedText(text, *place, label(text.status), label(next(held, "")))


def settle_text(console: Console, fields: Fields, who: str, now: datetime) -> Done:
    """Claim or dismiss one text."""
    number = number_of(fields)
    why, status = fields.get("why", "").strip(), fields.get("status", "")
    claimed = fields.get("as") == "claim"
    if claimed and not status:
        raise Unusable("no status is chosen; expected what the text says")
    if not claimed and not why:
        raise Unusable("no reason is given; expected why the text changes nothing")
    decided = Decision(who, why, status if claimed else "", moment_of(fields), fields.get("title", "").strip())
    with console.store.writing() as tx:
        done = settle(tx, console.config.signals, number, decided, now)
    became = f"decided as {status.replace('_', ' ')}: evidence {done.evidence}" if claimed else "dismissed"
    return Done(f"Text {number} is {became}.", changes_of(console, done.told))


# --- evidence --------------------------------------------------------------------------------------------------------


def evidence_shown(console: Console, _now: datetime) -> dict[str, Any]:
    """The evidence of people, newest first, what was taken back as well."""
    with console.store.reading() as tx:
        held = tx.evidence.of(withdrawn=True)[::-1]
    signals = console.config.signals
    said = {"place": partial(place_in_words, signals), "label": partial(status_in_words, signals)}
    return {"evidence": held, "signals": signals, **said}


def record_evidence(console: Console, fields: Fields, who: str, now: datetime) -> Done:
    """Add evidence; the form names track and status in one."""
    where, _, status = fields.get("what", "").partition(" ")
    if not status:
        raise Unusable("no status is chosen; expected what the evidence supports")
    said = Testimony(
        where,
        status,
        fields.get("url", ""),
        fields.get("quote", ""),
        who,
        fields.get("why", ""),
        moment_of(fields),
        fields.get("title", ""),
    )
    with console.store.writing() as tx:
        number, told = record(tx, console.config.signals, said, now)
    return Done(f"Evidence {number} is recorded.", changes_of(console, told))


def withdraw_evidence(console: Console, fields: Fields, who: str, now: datetime) -> Done:
    """Take evidence back, with a reason."""
    number, why = number_of(fields), fields.get("why", "").strip()
    if not why:
        raise Unusable("no reason is given; expected why it is taken back")
    with console.store.writing() as tx:
        told = withdraw(tx, console.config.signals, number, by=who, reason=why, now=now)
    return Done(f"Evidence {number} is taken back.", changes_of(console, told))


# --- silences --------------------------------------------------------------------------------------------------------


def mutes_shown(console: Console, now: datetime) -> dict[str, Any]:
    """The silences that hold."""
    with console.store.reading() as tx:
        held = tx.mutes.of(now)
    signals = console.config.signals
    return {"mutes": held, "signals": signals, "spans": SPANS, "place": partial(place_in_words, signals)}


def mute_place(console: Console, fields: Fields, who: str, now: datetime) -> Done:
    """Hold back messages about a signal or a track."""
    where, until, span = fields.get("where", ""), fields.get("until", ""), fields.get("for", "")
    if not where:
        raise Unusable("nothing is chosen; expected a signal or one of its tracks")
    end = parse_datetime(until) if until else now + parse_duration(span) if span else None
    why = fields.get("why", "").strip()
    with console.store.writing() as tx:
        mute(tx, console.config.signals, where, by=who, reason=why, now=now, until=end)
    return Done(f"{_named(console, where)} is muted until {datetime_text(end) if end else 'it is ended here'}.")


def unmute_place(console: Console, fields: Fields, who: str, now: datetime) -> Done:
    """End a mute now."""
    where = fields.get("where", "")
    with console.store.writing() as tx:
        unmute(tx, console.config.signals, where, by=who, reason=fields.get("why", "").strip(), now=now)
    return Done(f"{_named(console, where)} is no longer muted. What was held back is told.")


def _named(console: Console, where: str) -> str:
    signal, _, track = where.partition(".")
    return place_in_words(console.config.signals, signal, track)


# --- sources ---------------------------------------------------------------------------------------------------------


def sources_shown(console: Console, _now: datetime) -> dict[str, Any]:
    """The signals, and how to draw the health of their sources."""
    return {"signals": console.config.signals, "rows": health_rows}


async def try_source(console: Console, fields: Fields, who: str, now: datetime) -> Done:
    """Ask one source now and read it as the watch would; nothing of it is stored."""
    name = fields.get("source", "")
    source = next((one for one in console.config.sources if one.id == name), None)
    if source is None:
        raise NothingToDo(f"there is no source {name}")
    async with console.turn, console.ways.look(console.config) as outside:
        found = await look_at(source, get=outside.get, read=outside.read, now=now)
    await run_in_threadpool(console.note, f"tried source {source.id}", found.said, who, now)
    return Done(f"{source.title or source.id}: {found.said}", found=found)


def new_source_shown(console: Console, _now: datetime) -> dict[str, Any]:
    """What the form for a new source offers."""
    return {"signals": console.config.signals, "tiers_of": TIERS, "formats": formats.names(), "path": console.config.path}


async def find_source(console: Console, fields: Fields, who: str, now: datetime) -> Done:
    """Find what can be watched at an address, and make the table that declares it; nothing is written."""
    tier = fields.get("tier", "")
    if tier not in {"", *TIERS}:
        raise Unusable(f"{tier!r} is no tier; expected one of {', '.join(TIERS)}")
    wish = Wish(
        fields.get("url", "").strip(),
        fields.get("signal", ""),
        Tier(tier) if tier else None,
        fields.get("every", "").strip() or USUAL_PACE,
        fields.get("format", ""),
    )
    check_wish(console.config, wish, now)
    async with console.turn, console.ways.look(console.config) as outside:
        new = await propose(console.config, wish, outside, now)
    what = f"looked at {safe_link(new.found.document.url)} as a new source of {new.signal.id}"
    await run_in_threadpool(console.note, what, "", who, now)
    entries = count(len(new.read), "entry", "entries")
    return Done(f"{new.claiming} of {entries} there would claim something of {new.signal.id}.", found=new)


# --- messages --------------------------------------------------------------------------------------------------------


def messages_shown(console: Console, _now: datetime) -> dict[str, Any]:
    """Every message of late, what was not delivered and to whom, and who is sent nothing more."""
    with console.store.reading() as tx:
        told = digests_of(tx, console.config.signals, console.config.watch.title)
        return {"told": told, "letters": letters_of(tx), "stopped": stopped_of(tx)}


def recipients_shown(console: Console, _now: datetime) -> dict[str, Any]:
    """The recipients, without their addresses."""
    return {"recipients": console.config.recipients}


async def send_trial(console: Console, fields: Fields, who: str, now: datetime) -> Done:
    """Send a trial to one recipient, or to all."""
    wanted = chosen(console.config, [fields["recipient"]] if fields.get("recipient") else [])
    async with console.turn:
        channels = await run_in_threadpool(console.ways.channels, console.config)
        tried = await send_trials(console.config, wanted, channels, now)
    for one in tried:
        await run_in_threadpool(console.note, f"sent a trial to {one.recipient} by {one.channel}", _ended(one), who, now)
    good = sum(1 for one in tried if not one.error)
    return Done(f"{good} of {len(tried)} sent.", tuple(f"{one.recipient} by {one.channel}: {_ended(one)}" for one in tried))


def _ended(one: Tried) -> str:
    return one.error or "sent"


# The addresses: who is signed in, and which page or act is asked for.

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


UNDECIDED = ConsolePage("", "console_undecided.html", texts_shown)
EVIDENCE = ConsolePage("evidence", "console_evidence.html", evidence_shown)
SILENCE = ConsolePage("mutes", "console_mutes.html", mutes_shown)
SOURCES = ConsolePage("sources", "console_sources.html", sources_shown)
NEW = ConsolePage("add", "console_add.html", new_source_shown)
SENT = ConsolePage("messages", "console_sent.html", messages_shown)
TRIAL = ConsolePage("trial", "console_trial.html", recipients_shown)
SHEETS = (UNDECIDED, EVIDENCE, SILENCE, SOURCES, NEW, SENT, TRIAL)
FORMS = (
    ActionForm("settle", UNDECIDED, stored(settle_text)),
    ActionForm("record", EVIDENCE, stored(record_evidence)),
    ActionForm("withdraw", EVIDENCE, stored(withdraw_evidence)),
    ActionForm("mute", SILENCE, stored(mute_place)),
    ActionForm("unmute", SILENCE, stored(unmute_place)),
    ActionForm("try", SOURCES, try_source),
    ActionForm("find", NEW, find_source),
    ActionForm("send", TRIAL, send_trial),
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
