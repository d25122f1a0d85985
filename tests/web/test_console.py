"""The console: nobody enters without the token, no other site's page acts, and what is done there is what the commands do."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from mailbox import Maildir
from pathlib import Path

import pytest

from tests.asking import OTHER, asked_database
from tests.cli.conftest import Site, serving
from tests.test_undecided import WORDS
from tests.web.consoles import TOKEN, Visitor, Watch, console_of, words
from tests.web.test_routes import routes
from watcher.core.model import Digest
from watcher.store.records import Outgoing
from watcher.web.read_model import Access

CLAIM = {"number": "1", "as": "claim", "status": "open", "why": "it is open to all"}
DISMISS = {"number": "2", "as": "dismiss", "why": "schools alone"}
SECURE = 'base_url = "https://watch.example/"'


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asked_database(tmp_path_factory.mktemp("console"))


@pytest.fixture
def watch(tmp_path: Path, asked: Path) -> Iterator[Watch]:
    with console_of(tmp_path, asked) as opened:
        yield opened


def paths(watch: Watch, method: str) -> list[str]:
    return [route.path for route in routes(watch.app) if route.path.startswith("/console") and method in (route.methods or ())]


def test_without_a_token_there_is_no_console(tmp_path: Path, asked: Path) -> None:
    with console_of(tmp_path, asked, token="") as watch:
        assert paths(watch, "GET") == []
        assert watch.visitor().get("/console").status_code == 404
        assert watch.visitor().post("/console/login", {"who": "Ann", "token": ""}).status_code == 404


def test_every_address_of_it_is_for_the_operator_alone(watch: Watch) -> None:
    for route in routes(watch.app):
        if route.path.startswith("/console"):
            assert route.tags == [Access.OPERATOR], route.path  # type: ignore[attr-defined]


def test_who_is_not_signed_in_sees_and_does_nothing(watch: Watch) -> None:
    stranger = watch.visitor()
    for path in paths(watch, "GET"):
        if path != "/console/login":
            answer = stranger.get(path)
            assert answer.status_code == 303, path
            assert stranger.get(str(answer.url.join(answer.headers["location"]))).status_code == 200
            assert WORDS not in answer.text
    before = watch.store.token()
    for path in paths(watch, "POST"):
        status = 303 if path == "/console/logout" else 403
        assert stranger.post(path, CLAIM | {"token": "x", "who": "x"}).status_code == status, path
    assert (watch.open(), watch.acts()) == ([1, 2], [])
    assert watch.store.token() == before, "a stranger makes the database write nothing"


def test_a_get_changes_nothing(watch: Watch) -> None:
    ann = watch.signed_in()
    for path in paths(watch, "POST"):
        assert ann.get(path).status_code == (200 if path == "/console/login" else 405), path
    assert (watch.open(), watch.acts()) == ([1, 2], [])


def test_a_claim_moves_the_answer_under_the_name_of_who_signed_in(watch: Watch) -> None:
    ann = watch.signed_in()
    assert WORDS in ann.get("/console").text
    assert "It stands at “Closed”. It may say “Open”." in words(ann.get("/console"))
    assert OTHER in ann.get("/console").text

    answer = ann.post("/console/settle", CLAIM)

    assert (answer.status_code, answer.headers["location"]) == (303, "../console")
    said = words(ann.get("/console"))
    assert "Text 1 is decided as open: evidence 1." in said
    assert "Gadget: Open, provisional. Before: Closed." in said
    assert watch.status() == ("open", "provisional"), "one official voice, as if a rule had read it"
    assert watch.open() == [2]
    assert [(act.who, act.what, act.why) for act in watch.acts()][:1] == [
        ("Ann", "decided text 1 of gadget.it as open", "it is open to all")
    ]
    again = words(ann.get("/console"))
    assert "Text 1 is decided" not in again, "it is said once"
    assert "Ann, decided text 1 of gadget.it as open (it is open to all)" in again
    watch.clock.move(minutes=1)
    assert "Ann, decided text 1" in words(ann.get("/log")), "every reader sees who did what"


def test_a_text_that_changes_nothing_is_dismissed_with_a_reason(watch: Watch) -> None:
    ann = watch.signed_in()
    bare = ann.post("/console/settle", DISMISS | {"why": " "})
    assert (bare.status_code, watch.open()) == (400, [1, 2])
    assert "Nothing was done: no reason is given" in words(bare)

    assert ann.post("/console/settle", DISMISS).status_code == 303

    assert "Text 2 is dismissed." in words(ann.get("/console"))
    assert (watch.open(), watch.status()[0]) == ([1], "closed")


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        (CLAIM | {"number": "9"}, 409, "there is no open text 9"),
        (CLAIM | {"number": "one"}, 400, "no number is given"),
        (CLAIM | {"status": "wide"}, 400, "is no status of it; expected one of closed, open"),
        (CLAIM | {"status": ""}, 400, "no status is chosen"),
        (CLAIM | {"at": "yesterday"}, 400, "is no date or time"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(watch: Watch, fields: dict[str, str], status: int, told: str) -> None:
    answer = watch.signed_in().post("/console/settle", fields)

    assert (answer.status_code, told in words(answer)) == (status, True), words(answer)
    assert 'role="alert"' in answer.text
    assert (watch.open(), watch.acts()) == ([1, 2], [])


def test_what_was_typed_is_not_lost_by_a_mistake(watch: Watch) -> None:
    answer = watch.signed_in().post("/console/settle", CLAIM | {"at": "soon", "why": "“it” & <b>"})

    assert 'value="“it” &amp; &lt;b&gt;"' in answer.text
    assert answer.text.count('value="soon"') == 1


def test_when_it_happened_may_be_said(watch: Watch) -> None:
    watch.signed_in().post("/console/settle", CLAIM | {"at": "2026-05-30"})

    with watch.store.reading() as tx:
        (held,) = tx.evidence.of()
    assert f"{held.known.at:%Y-%m-%d}" == "2026-05-30"


FOREIGN = [
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "http://watch.example.evil.example"},
    {"origin": "http://watch.example:8080"},
    {"origin": "http://[bad"},
    {"origin": "https://evil.example", "sec_fetch_site": "same-origin"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_form_on_another_sites_page_does_nothing(watch: Watch, headers: dict[str, str]) -> None:
    ann = watch.signed_in()

    answer = ann.post("/console/settle", CLAIM, **headers)

    assert (answer.status_code, watch.open(), watch.acts()) == (403, [1, 2], [])
    assert "Nothing was done" in answer.text


@pytest.mark.parametrize("token", ["", "0" * 64, "ä"])
def test_a_form_that_was_not_made_for_this_sign_in_does_nothing(watch: Watch, token: str) -> None:
    ann = watch.signed_in()

    assert ann.post("/console/settle", CLAIM | {"form": token}).status_code == 403
    assert ann.post("/console/logout", {"form": token}).status_code == 403
    assert watch.open() == [1, 2]
    assert ann.get("/console").status_code == 200, "still signed in"


def test_the_form_of_one_sign_in_is_of_no_use_in_another(watch: Watch) -> None:
    ann, ben = watch.signed_in(), watch.signed_in()

    assert ben.post("/console/settle", CLAIM | {"form": ann.form}).status_code == 403


def test_a_browser_that_says_cross_site_is_refused(watch: Watch) -> None:
    answer = watch.signed_in().post("/console/settle", CLAIM, sec_fetch_site="cross-site")

    assert (answer.status_code, watch.open()) == (400, [1, 2])


def test_behind_tls_only_the_declared_origin_counts_and_the_cookie_travels_by_tls_alone(tmp_path: Path, asked: Path) -> None:
    with console_of(tmp_path, asked, watch=SECURE) as watch:
        ann = watch.visitor(base="https://watch.example")
        kept = ann.sign_in().headers["set-cookie"]

        assert kept.startswith("__Host-console=")
        assert {part.strip().lower() for part in kept.split(";")[1:]} == {"httponly", "path=/", "samesite=strict", "secure"}
        ann.get("/console")
        assert ann.post("/console/settle", CLAIM, origin="http://watch.example").status_code == 403
        assert ann.post("/console/settle", CLAIM).status_code == 303


@pytest.mark.parametrize("others", ['a="b\\"; {}', "{}; z=1", "console2=x;{}", "=; ;; {} ;", "consol=x; b; {}"])
def test_cookies_of_others_on_the_same_host_change_nothing(watch: Watch, others: str) -> None:
    visitor = watch.signed_in()
    [own] = [f"{name}={value}" for name, value in visitor.cookies.items()]
    visitor.cookies.clear()
    assert visitor.get("/console", cookie=others.format(own)).status_code == 200
    assert visitor.get("/console", cookie=others.format(own[:-1])).status_code == 303


def test_without_tls_the_cookie_is_kept_from_scripts_and_other_sites_all_the_same(watch: Watch) -> None:
    kept = watch.visitor().sign_in().headers["set-cookie"]

    assert {part.strip().lower() for part in kept.split(";")[1:]} == {"httponly", "path=/", "samesite=strict"}


def test_signing_in_gives_a_new_cookie_so_that_nobody_can_have_planted_it(watch: Watch) -> None:
    ann = watch.visitor()
    ann.get("/console/login")
    before = dict(ann.cookies)
    ann.post("/console/login", {"who": "Ann", "token": TOKEN})

    assert before.keys() == dict(ann.cookies).keys() == {"console"}
    assert before != dict(ann.cookies)


@pytest.mark.parametrize(
    ("token", "who", "status", "told"),
    [("wrong", "Ann", 403, "That is not the token"), ("", "Ann", 403, "not the token"), (TOKEN, " ", 400, "Give a name")],
)
def test_who_has_no_token_or_no_name_stays_outside(watch: Watch, token: str, who: str, status: int, told: str) -> None:
    ann = watch.visitor()

    answer = ann.sign_in(token, who)

    assert (answer.status_code, told in words(answer)) == (status, True)
    assert TOKEN not in answer.text
    assert ann.get("/console").status_code == 303


def test_five_wrong_tokens_close_the_door_to_that_place_for_a_quarter_of_an_hour(watch: Watch) -> None:
    assert [watch.visitor().sign_in("wrong").status_code for _ in range(6)] == [403] * 5 + [429]
    assert watch.visitor().sign_in().status_code == 429, "the right one is not looked at either"
    assert watch.visitor(peer="203.0.113.8").sign_in().status_code == 303, "others are not held up"
    assert watch.visitor(peer="127.0.0.1").sign_in(x_forwarded_for="198.51.100.1").status_code == 303
    assert watch.visitor(peer="127.0.0.1").sign_in(x_forwarded_for="203.0.113.7").status_code == 429

    watch.clock.move(minutes=15)

    assert watch.visitor().sign_in().status_code == 303


def test_a_session_ends_by_itself_and_when_its_owner_leaves(watch: Watch) -> None:
    ann, ben = watch.signed_in(), watch.signed_in()
    stolen = watch.visitor()
    stolen.cookies.set("console", ann.cookies["console"])
    assert stolen.get("/console").status_code == 200

    assert ann.post("/console/logout", {}).headers["location"] == "login"

    assert [who.get("/console").status_code for who in (ann, stolen, ben)] == [303, 303, 200]
    watch.clock.move(hours=8)
    assert ben.get("/console").status_code == 303


def test_a_session_outlives_a_restart_but_not_the_token(watch: Watch) -> None:
    ann = watch.signed_in()
    again, other = Watch(watch.config, watch.store), Watch(watch.config, watch.store, token=TOKEN[::-1])

    for after, status in ((again, 200), (other, 303)):
        visitor = after.visitor()
        visitor.cookies = ann.cookies
        assert visitor.get("/console").status_code == status


def test_the_database_holds_nothing_that_opens_the_door(watch: Watch, tmp_path: Path) -> None:
    ann = watch.signed_in()

    kept = b"".join(file.read_bytes() for file in tmp_path.glob("watch.db*"))

    assert b"console sessions" in kept
    assert ann.cookies["console"].encode() not in kept
    assert TOKEN.encode() not in kept


def test_more_sign_ins_than_anybody_needs_end_the_oldest(watch: Watch) -> None:
    first = watch.signed_in()
    for _ in range(20):
        watch.clock.move(seconds=1)
        last = watch.signed_in()

    assert (first.get("/console").status_code, last.get("/console").status_code) == (303, 200)


EVIDENCE = {"what": "gadget.it open", "url": "https://lab.example/1", "quote": "It is open.", "why": "seen live"}


def test_evidence_is_recorded_and_taken_back(watch: Watch) -> None:
    ann = watch.signed_in()

    answer = ann.post("/console/record", EVIDENCE | {"at": "2026-11-20"})

    assert (answer.status_code, answer.headers["location"]) == (303, "evidence")
    said = words(ann.get("/console/evidence"))
    assert "Evidence 1 is recorded." in said
    assert "Gadget: Open, provisional. Before: Closed." in said
    assert "Evidence 1: Gadget, Open" in said
    assert watch.status()[0] == "open"
    assert "It is open." in said

    assert ann.post("/console/withdraw", {"number": "1", "why": "a misreading"}).status_code == 303

    said = words(ann.get("/console/evidence"))
    assert "Evidence 1 is taken back." in said
    assert "by Ann: a misreading" in said
    assert watch.status()[0] == "closed"
    assert [(act.who, act.what, act.why) for act in watch.acts()] == [
        ("Ann", "withdrew evidence 1", "a misreading"),
        ("Ann", "recorded gadget.it open", "seen live"),
    ]


def test_signs_that_no_page_may_carry_are_left_out(watch: Watch) -> None:
    ann = watch.signed_in()
    ann.post("/console/record", EVIDENCE | {"quote": "It\0 is\r\nopen.\x1b", "why": "\u2028"})

    assert "It is open." in words(ann.get("/console/evidence"))
    with watch.store.reading() as tx:
        (held,) = tx.evidence.of()
    assert held.known.quote == "It is\nopen."


def test_a_mute_holds_and_ends(watch: Watch) -> None:
    ann = watch.signed_in()

    ann.post("/console/mute", {"where": "gadget", "for": "7d", "why": "the site is being rebuilt"})

    said = words(ann.get("/console/mutes"))
    assert "Gadget is muted until 1 December 2026, 09:30 UTC." in said
    assert "by Ann, 24 November 2026 (the site is being rebuilt)" in said
    with watch.store.reading() as tx:
        assert [mute.signal for mute in tx.mutes.of(watch.clock())] == ["gadget"]
    ann.post("/console/unmute", {"where": "gadget", "why": "done"})
    assert "Nothing is muted." in words(ann.get("/console/mutes"))
    assert [act.what for act in watch.acts()] == ["unmuted gadget", "muted gadget"]


def test_what_is_muted_twice_is_listed_once_as_it_was_asked_for_last(watch: Watch) -> None:
    ann = watch.signed_in()
    ann.post("/console/mute", {"where": "gadget", "for": ""})

    ann.post("/console/mute", {"where": "gadget", "for": "1d"})

    page = ann.get("/console/mutes")
    assert words(page).count("End it now") == 1
    assert "Until 25 November 2026, 09:30 UTC, by Ann" in words(page)


@pytest.mark.parametrize(
    ("fields", "end"),
    [({"for": ""}, None), ({"for": "6h", "until": "2026-12-24"}, "2026-12-24"), ({"for": "6h", "until": ""}, "2026-11-24")],
)
def test_a_mute_lasts_as_long_as_it_says(watch: Watch, fields: dict[str, str], end: str | None) -> None:
    watch.signed_in().post("/console/mute", {"where": "gadget.it"} | fields)

    with watch.store.reading() as tx:
        (held,) = tx.mutes.of(watch.clock())
    assert (held.track, f"{held.until:%Y-%m-%d}" if held.until else None) == ("it", end)


def test_a_form_that_is_sent_again_records_nothing_again(watch: Watch) -> None:
    ann = watch.signed_in()
    for _ in range(2):
        answer = ann.post("/console/record", EVIDENCE)

    assert answer.status_code == 400
    assert "evidence 1 says this already, of the same day, in the same words" in words(answer)
    ann.post("/console/withdraw", {"number": "1", "why": "a misreading"})
    assert watch.status()[0] == "closed", "no second one was left behind"
    assert ann.post("/console/record", EVIDENCE).status_code == 303, "what was taken back may be said again"


def test_who_settles_a_settled_text_learns_what_became_of_it(watch: Watch) -> None:
    ann = watch.signed_in()
    for why in ("schools alone", "again"):
        answer = ann.post("/console/settle", {"number": "2", "as": "dismiss", "why": why})

    assert answer.status_code == 409
    assert "there is no open text 2: it was dismissed by Ann: schools alone" in words(answer)


def test_a_wrong_token_leaves_the_name_where_it_was_typed(watch: Watch) -> None:
    answer = watch.visitor().sign_in("wrong", "Ann <b>")

    assert 'value="Ann &lt;b&gt;"' in answer.text


MISTAKES = [
    ("record", EVIDENCE | {"what": ""}, 400, "no status is chosen"),
    ("record", EVIDENCE | {"what": "gadget.that open"}, 400, "is no track"),
    ("record", EVIDENCE | {"what": "gadget.it ajar"}, 400, "is no status of it"),
    ("record", EVIDENCE | {"url": "javascript:alert(1)"}, 400, "is no address"),
    ("record", EVIDENCE | {"url": "https://[bad"}, 400, "is no address"),
    ("record", EVIDENCE | {"url": "https://ann:secret@lab.example/"}, 400, "is no address"),
    ("record", EVIDENCE | {"quote": " "}, 400, "the quote is empty"),
    ("record", EVIDENCE | {"at": "9999-12-31T23:59:59-10:00"}, 400, "is no date or time"),
    ("record", EVIDENCE | {"at": "9999-12-31T23:59:59Z"}, 400, "is no day that somebody can have read of"),
    ("record", EVIDENCE | {"at": "0001-01-01"}, 400, "is no day that somebody can have read of"),
    ("withdraw", {"number": "7", "why": "x"}, 409, "there is no evidence 7"),
    ("withdraw", {"number": "7", "why": ""}, 400, "no reason is given"),
    ("mute", {"where": "", "for": "6h"}, 400, "nothing is chosen"),
    ("mute", {"where": "nope", "for": "6h"}, 400, "is no signal and no track; expected one of gadget, gadget.it"),
    ("mute", {"where": "gadget", "for": "a while"}, 400, "is no length of time"),
    ("mute", {"where": "gadget", "for": "999999999w"}, 400, "is no length of time"),
    ("mute", {"where": "gadget", "until": "2020-01-01"}, 400, "lies in the past"),
    ("unmute", {"where": "gadget"}, 409, "gadget is not muted"),
]


@pytest.mark.parametrize(("name", "fields", "status", "told"), MISTAKES, ids=[f"{row[0]} {row[3]}" for row in MISTAKES])
def test_a_mistake_is_answered_on_its_page(watch: Watch, name: str, fields: dict[str, str], status: int, told: str) -> None:
    answer = watch.signed_in().post(f"/console/{name}", fields)

    assert (answer.status_code, told in words(answer)) == (status, True), words(answer)
    assert watch.acts() == []


def test_what_was_typed_as_evidence_is_not_lost_by_a_mistake(watch: Watch) -> None:
    answer = watch.signed_in().post("/console/record", EVIDENCE | {"url": "lab.example", "quote": "<b>It</b> is open."})

    assert 'value="lab.example"' in answer.text
    assert "&lt;b&gt;It&lt;/b&gt; is open.</textarea>" in answer.text
    assert '<option value="gadget.it open" selected>' in answer.text


@pytest.fixture
def lab() -> Iterator[Site]:
    with serving() as found:
        yield found.feed("A day at the lab", "The Gadget is open to everyone", path="/blog.xml").feed("A day at the lab")


@pytest.fixture
def near(tmp_path: Path, asked: Path, lab: Site) -> Iterator[Watch]:
    """A watch whose first source, and whose recipients, are on this machine."""
    more = '[[recipient]]\nid = "hook"\nchannel = "webhook"\nto = "http://127.0.0.1:9/planted-key"\nsecret = "$HOOK_KEY"\n'
    with console_of(tmp_path, asked, site=lab, more=more) as opened:
        yield opened


def test_the_operator_sees_the_messages_to_the_operator_too(near: Watch) -> None:
    with near.store.writing() as tx:
        tx.digests.put(Digest("undecided-1", datetime.now(tz=UTC), "operator", (), (), ("1 message could not be delivered",)), [])

    shown = words(near.signed_in().get("/console/messages"))
    assert "1 message could not be delivered about the watch nobody to send it to" in shown
    assert "Not delivered Nothing has failed." in shown


def test_the_operator_sees_by_name_who_is_not_reached(near: Watch) -> None:
    at = near.clock()
    with near.store.writing() as tx:
        tx.digests.put(Digest("d1", at, "news", (), ()), [Outgoing("box", "maildir", "box", at)])
        box = next(one for one in tx.deliveries.claim(at, timedelta(minutes=5)) if one.recipient == "box")
        tx.deliveries.start(box.id, at)
        tx.deliveries.book_failed(box.id, "the folder is full", at + timedelta(hours=3))
        tx.mailboxes.stop("box", "box", at, by="Ann", why="moved away")

    shown = words(near.signed_in().get("/console/messages"))
    assert "… to be tried again: to box by maildir, written" in shown
    assert "1 attempt, next try in 3 hours (the folder is full)" in shown
    assert "box is sent nothing more since" in shown
    assert "box" not in words(near.visitor().get("/log")).replace("Ann, ", "")


def test_what_has_no_room_on_the_page_of_messages_is_counted(near: Watch) -> None:
    at = near.clock()
    with near.store.writing() as tx:
        crowd = [Outgoing(f"reader-{number}", "maildir", "box", at) for number in range(130)]
        tx.digests.put(Digest("d1", at, "news", (), ()), crowd)
        for one in tx.deliveries.claim(at, timedelta(minutes=5), 500):
            tx.deliveries.start(one.id, at)
            tx.deliveries.book_failed(one.id, "gone", None)
    shown = words(near.signed_in().get("/console/messages"))
    listed, more = shown.count("✕ given up: to reader-"), re.search(r"and (\d+) more", shown)
    assert more
    assert listed + int(more[1]) >= 130
    assert listed < 130


def test_a_source_is_asked_once_and_nothing_of_it_is_stored(near: Watch, lab: Site) -> None:
    ann = near.signed_in()
    assert ">Try news<" in ann.get("/console/sources").text
    before = near.status()

    assert ann.post("/console/try", {"source": "news"}).headers["location"] == "sources"

    said = words(ann.get("/console/sources"))
    assert "works 1 entry" in said
    assert "A day at the lab" in said
    assert lab.asked == ["/feed.xml"]
    assert near.status() == before
    assert [(act.who, act.what) for act in near.acts()] == [("Ann", "tried source news")]


def test_a_source_that_does_not_work_is_told_with_what_to_do(near: Watch, lab: Site) -> None:
    lab.pages.clear()
    ann = near.signed_in()

    ann.post("/console/try", {"source": "news"})

    said = words(ann.get("/console/sources"))
    assert "does not work gone" in said
    assert "look for the new one and change" in said
    assert near.acts()[0].why.startswith("gone")


def test_what_can_be_watched_at_an_address_is_shown_as_the_table_to_put_in(near: Watch, lab: Site, tmp_path: Path) -> None:
    ann, before = near.signed_in(), (tmp_path / "signals.toml").read_bytes()

    fields = {"url": lab.url("/blog.xml"), "signal": "gadget", "tier": "official", "every": "2h", "format": ""}
    assert ann.post("/console/find", fields).headers["location"] == "add"

    page = ann.get("/console/add")
    said = html.unescape(words(page))
    assert "1 of 2 entries there would claim something of gadget." in said
    assert "claims it: open by rule open" in said
    assert f'[[signal.source]] url = "{lab.url("/blog.xml")}" tier = "official" every = "2h"' in said
    assert "This page does not write that file" in said
    assert (tmp_path / "signals.toml").read_bytes() == before
    assert [act.what for act in near.acts()] == [f"looked at {lab.url('/blog.xml')} as a new source of gadget"]


def test_a_trial_goes_the_way_of_real_news_and_each_outcome_is_kept(near: Watch, tmp_path: Path) -> None:
    ann = near.signed_in()
    assert "planted-key" not in ann.get("/console/trial").text

    assert ann.post("/console/send", {"recipient": "box"}).headers["location"] == "trial"

    assert "1 of 1 sent. box by maildir: sent" in words(ann.get("/console/trial"))
    (mail,) = Maildir(tmp_path / "box", create=False)
    assert str(mail["Subject"]).startswith("Trial, no news: ")

    ann.post("/console/send", {})

    page = ann.get("/console/trial")
    assert "1 of 2 sent." in words(page)
    assert "planted-key" not in page.text
    acts = [(act.what, act.why == "sent") for act in near.acts()]
    assert sorted(acts) == [
        ("sent a trial to box by maildir", True),
        ("sent a trial to box by maildir", True),
        ("sent a trial to hook by webhook", False),
    ]


@pytest.mark.parametrize(
    ("name", "fields", "status", "told"),
    [
        ("try", {"source": "nope"}, 409, "there is no source nope"),
        ("find", {"url": "lab.example", "signal": "gadget"}, 400, "is no address"),
        ("find", {"url": "https://lab.example/", "signal": "nope"}, 400, "expected a signal, one of gadget"),
        ("find", {"url": "https://lab.example/", "tier": "king"}, 400, "is no tier"),
        ("find", {"url": "https://lab.example/", "format": "scroll"}, 400, "is no format"),
        ("find", {"url": "https://lab.example/", "every": "often"}, 400, "is no length of time"),
        ("find", {"url": "{site}/feed.xml"}, 409, "is watched already: source news of gadget"),
        ("find", {"url": "{site}/none.xml"}, 409, "gone"),
        ("find", {"url": "http://10.0.0.1/"}, 409, "10.0.0.1"),
        ("send", {"recipient": "nobody"}, 400, "is no recipient; expected one of box, hook"),
    ],
)
def test_a_look_or_a_trial_that_cannot_be_is_answered(
    near: Watch, lab: Site, name: str, fields: dict[str, str], status: int, told: str
) -> None:
    given = {key: value.replace("{site}", lab.url("")) for key, value in fields.items()}

    answer = near.signed_in().post(f"/console/{name}", given)

    assert (answer.status_code, told in html.unescape(words(answer))) == (status, True), words(answer)
    assert near.acts() == []


def everything(watch: Watch) -> Iterator[tuple[str, Visitor]]:
    for path in paths(watch, "GET"):
        yield path, watch.signed_in()
        yield path, watch.visitor()


def test_no_page_of_it_is_kept_framed_or_found(watch: Watch) -> None:
    for path, who in everything(watch):
        headers = who.get(path).headers
        assert headers["cache-control"] == "no-store", path
        assert headers["x-robots-tag"] == "noindex", path
        assert headers["referrer-policy"] == "same-origin", path
        assert headers["x-frame-options"] == "DENY", path
        assert headers["content-security-policy"].startswith("default-src 'none'"), path
        assert "access-control-allow-origin" not in headers, path


def test_it_works_without_javascript_and_says_what_it_keeps(watch: Watch) -> None:
    page = watch.signed_in().get("/console").text

    assert "<script" not in page.split("</head>")[1]
    assert "One cookie, which holds this sign-in, no tracking" in page
    assert "No cookies, no tracking" in watch.visitor().get("/").text


def test_the_public_page_does_not_lead_to_it(watch: Watch) -> None:
    watch.signed_in()
    for path in ("/", "/log", "/sources", "/machines", "/robots.txt"):
        assert "console" not in watch.visitor().get(path).text, path


def test_it_lives_under_a_sub_path(tmp_path: Path, asked: Path) -> None:
    with console_of(tmp_path, asked, base_path="/watch") as watch:
        ann = watch.visitor()
        ann.get("/watch/console/login")
        answer = ann.post("/watch/console/login", {"who": "Ann", "token": TOKEN})
        assert str(answer.url.join(answer.headers["location"])) == "http://watch.example/watch/console"
        page = ann.get("/watch/console")
        assert 'action="console/settle"' in page.text
        assert ann.post("/watch/console/settle", CLAIM).status_code == 303


def test_a_reload_shows_the_console_the_new_configuration(watch: Watch, tmp_path: Path) -> None:
    assert watch.console
    ann = watch.signed_in()
    watch.console.config = replace(watch.config, signals=())
    assert "Nothing is undecided." in ann.get("/console").text


def test_a_name_writes_no_second_line_into_the_log(watch: Watch, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    visitor = watch.visitor()
    visitor.sign_in(who="Ann\n2026-11-28 ERROR all is lost")

    assert [line for line in caplog.messages if "all is lost" in line] == [
        "Ann 2026-11-28 ERROR all is lost is signed in at the console, from 203.0.113.7"
    ]


@pytest.mark.parametrize("address", ["https://ann:planted@lab.example/feed", "https://lab.example/feed?token=planted"])
def test_a_form_that_is_refused_does_not_repeat_a_password_to_who_typed_it(watch: Watch, address: str) -> None:
    ann = watch.signed_in()
    answer = ann.post("/console/find", {"url": address, "signal": "nothing", "tier": "", "every": "2h", "format": ""})
    assert answer.status_code == 400
    again = ann.post("/console/find", {"url": address, "signal": "gadget", "tier": "", "every": "never", "format": ""})
    assert again.status_code == 400
    assert "lab.example/feed" in again.text
    assert "planted" not in answer.text + again.text


def test_a_text_that_is_answered_elsewhere_says_so_and_stays_open(watch: Watch) -> None:
    with watch.store.writing() as tx:
        held = tx.verdicts.all_latest()["gadget"]
        first, *others = held.undecided
        answered = replace(first, answered="its speaker has said since that only some have access")
        tx.verdicts.put(replace(held, undecided=(answered, *others), as_of=held.as_of + timedelta(minutes=1)))
    shown = words(watch.signed_in().get("/console"))
    assert shown.count("The page no longer asks: its speaker has said since that only some have access.") == 1
    assert "Decide text 1" in shown
