"""Subscribing by mail, from the form to the last mail: what a reader gets, and what nobody else learns."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.mail.stories import BLOCKED, CORRECTION, EVENT, PASSED, digest
from tests.web.subscribing import ADA, SIGNAL, Shop, body, link, opened
from watcher.cli.run import RunningWatch, open_context
from watcher.config.build import load
from watcher.config.errors import ConfigError
from watcher.pipeline.subscribers import CONFIRM, READER, SignedLinks
from watcher.store.records import Outgoing, State
from watcher.web.subscriptions import Subscriptions

BOB = "bob@reader.example"
FAULTLESS = "If the address is right, a mail is on its way."


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with opened(tmp_path) as shop:
        yield shop


def test_a_reader_says_yes_reads_the_news_and_leaves_with_one_click(shop: Shop) -> None:
    asked = shop.ask(signals=["senate-vote"], pace="at_once")
    assert FAULTLESS in asked.text
    assert shop.known() == []
    mail = shop.box.next()
    assert (mail["To"], mail["Auto-Submitted"]) == (ADA, "auto-generated")
    assert mail["List-Unsubscribe"] is None, "there is nothing to leave yet"
    assert shop.post(link(mail)).status_code == 200

    shop.tell()

    news = shop.box.next()
    assert news["Subject"] == "Senate vote: the Senate has passed the bill, 60-40"
    assert news["To"] == ADA
    assert news["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    one_click = re.fullmatch(r"<(https://\S+)>.*", news["List-Unsubscribe"].replace("\n", ""))
    assert one_click
    assert one_click[1] == link(news)
    left = shop.post(one_click[1], {"List-Unsubscribe": "One-Click"})
    assert left.status_code == 200
    assert "Your address is forgotten." in left.text
    shop.tell(replace(digest(EVENT), id="later"))
    assert shop.known() == []
    assert shop.box.mails.empty()


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_scanner_that_follows_every_link_changes_nothing(shop: Shop, method: str) -> None:
    shop.ask()
    asking = shop.box.next()
    for address in re.findall(r'href="(https://[^"]+)"', body(asking, "html")):
        assert shop.client.request(method, address).status_code == 200
    assert shop.known() == []
    shop.post(link(asking))
    shop.tell()
    news = shop.box.next()
    before = shop.known()
    for address in set(re.findall(r'href="(https://127[^"]+)"', body(news, "html"))):
        shop.client.request(method, address)
    assert shop.known() == before
    assert len(before) == 1


def test_a_click_on_another_sites_page_does_nothing(shop: Shop) -> None:
    one = shop.confirmed()
    shop.tell()
    address = link(shop.box.next())
    assert shop.post(address, sec_fetch_site="cross-site").status_code == 400
    assert shop.post("subscribe", {"address": "x@y.example"}, sec_fetch_site="cross-site").status_code == 400
    assert shop.known() == [one]


def test_the_answer_is_the_same_for_everybody_and_the_mail_tells_who_is_known(shop: Shop) -> None:
    unknown = shop.ask(BOB)
    assert shop.box.next()["Subject"].startswith("Confirm")
    shop.confirmed()

    known = shop.ask(ADA.upper())

    assert (known.status_code, known.text) == (unknown.status_code, unknown.text)
    mail = shop.box.next()
    assert mail["Subject"] == "You are subscribed to Policy Signal Watch already"
    assert "unsubscribe/" in link(mail)
    assert len(shop.known()) == 1


def test_the_answer_does_not_wait_for_the_mail(shop: Shop) -> None:
    # The server puts the mail off, and the page waits an hour by its own clock: the answers come all the same.
    shop.box.refusals[ADA] = ["451 4.7.1 Greylisted"] * 3
    assert FAULTLESS in shop.ask().text
    assert shop.get("subscribe").status_code == 200
    assert shop.box.next()["Subject"].startswith("Confirm")
    assert shop.pauses == [60, 300, 1200]


def test_a_server_that_never_takes_the_mail_is_asked_no_more(shop: Shop) -> None:
    shop.box.refusals = {ADA: ["451 4.7.1 Not now"] * 5, BOB: ["550 5.1.1 <{address}>: no such user"]}
    shop.ask()
    shop.ask(BOB)
    asked = [shop.box.asked.get(timeout=20) for _ in range(6)]
    shop.ask("eve@reader.example")
    assert Counter(asked) == {ADA: 5, BOB: 1}
    assert shop.box.next()["To"] == "eve@reader.example"
    assert shop.pauses == [60, 300, 1200, 3600]
    assert shop.box.mails.empty()


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"address": "no address"},
        {"address": "a@b"},
        {"address": "a..b@c.example"},
        {"address": ".a@b.example"},
        {"address": "a.@b.example"},
        {"address": "a@b.example\r\nBcc: c@d.example"},
        {"address": "a@b.example, c@d.example"},
        {"address": f"{'a' * 64}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.example"},
        {"address": "a@b.example", "pace": "hourly"},
        {"address": "a@b.example", "signals": "no-such-signal"},
    ],
)
def test_what_is_no_address_or_no_choice_is_refused_in_words(shop: Shop, fields: dict[str, str]) -> None:
    answer = shop.post("subscribe", fields)
    assert answer.status_code == 400
    assert "That is not a whole mail address" in answer.text
    assert 'role="alert"' in answer.text


def test_a_refused_form_keeps_what_was_typed_and_chosen(shop: Shop) -> None:
    answer = shop.post("subscribe", {"address": '"><b>x@y', "signals": "mythos-ga", "pace": "weekly"})
    assert 'value="&#34;&gt;&lt;b&gt;x@y"' in answer.text
    assert 'value="mythos-ga" checked' in answer.text
    assert 'value="senate-vote" checked' not in answer.text
    assert 'value="weekly" checked' in answer.text


@pytest.mark.parametrize("content", [b"\xff\xfe", b"x" * 9000, b"&".join(b"a=b" for _ in range(60))])
def test_a_form_that_is_none_is_refused(shop: Shop, content: bytes) -> None:
    assert shop.client.post(shop.address + "subscribe", content=content).status_code == 400


def test_who_asks_too_often_is_told_so(shop: Shop) -> None:
    answers = [shop.post("subscribe", {"address": f"r{number}@reader.example"}) for number in range(6)]
    assert [each.status_code for each in answers] == [200] * 5 + [429]
    assert "Ask again in an hour." in answers[5].text
    shop.clock.move(hours=1)
    assert shop.post("subscribe", {"address": "r7@reader.example"}).status_code == 200


def test_an_address_is_written_to_twice_and_no_more_whoever_asks(shop: Shop) -> None:
    assert {shop.ask().status_code for _ in range(4)} == {200}
    shop.ask(BOB)
    assert [shop.box.next()["To"] for _ in range(3)].count(ADA) == 2
    shop.clock.move(hours=6)
    shop.ask()
    assert shop.box.next()["To"] == ADA


def test_names_with_a_tag_are_one_mailbox_and_a_restart_forgets_no_limit(tmp_path: Path) -> None:
    with opened(tmp_path) as shop:
        assert {shop.ask(f"ada.lovelace+{tag}@reader.example").status_code for tag in range(9)} == {200}
        shop.ask(BOB)
        assert sorted(shop.box.next()["To"].partition("+")[0] for _ in range(3)) == ["ada.lovelace", "ada.lovelace", BOB]
        assert shop.box.mails.empty()
    with opened(tmp_path) as again:
        again.ask(ADA)
        again.ask("eve@reader.example")
        assert again.box.next()["To"] == "eve@reader.example"
        assert again.box.mails.empty()


def test_bad_requests_close_the_form_to_nobody(shop: Shop) -> None:
    bad = {shop.post("subscribe", {"address": "none"}, x_forwarded_for="198.51.100.1").status_code for _ in range(201)}
    assert bad == {400}
    assert shop.ask().status_code == 200
    assert shop.box.next()["To"] == ADA


def test_a_link_to_confirm_ends_and_the_address_with_it(shop: Shop) -> None:
    shop.ask()
    address = link(shop.box.next())
    shop.clock.move(hours=47, minutes=59)
    assert shop.get(address).status_code == 200
    shop.clock.move(minutes=2)
    for answer in (shop.get(address), shop.post(address)):
        assert answer.status_code == 404
        assert "This link does not hold" in answer.text
    shop.cycle()
    shop.clock.move(minutes=1)
    with shop.store.reading() as tx:
        assert tx.subscribers.by_address(ADA) is None


def test_links_that_others_made_or_bent_do_nothing(shop: Shop) -> None:
    one = shop.confirmed()
    now = shop.clock()
    real = SignedLinks(b"another key", shop.address)
    shop.tell()
    own = link(shop.box.next()).rpartition("/")[2]
    name, end, signature = own.split(".")
    bent = [
        real.token(READER, one.id),
        real.token(CONFIRM, one.id, now + timedelta(days=1)),
        f"{name}.{end}.{signature[::-1]}",
        f"{name}.1{end}.{signature}",
        f"subscriber-{'0' * 24}.{end}.{signature}",
    ]
    for token in bent:
        assert shop.get(f"unsubscribe/{token}").status_code == 404
        assert shop.get(f"subscription/{token}").status_code == 404
        assert shop.post(f"subscription/{token}", {"pace": "weekly"}).status_code == 404
        assert shop.get(f"confirm/{token}").status_code == 404
        stays = shop.post(f"unsubscribe/{token}")
        assert (stays.status_code, "mails may go on" in stays.text, "You have left" in stays.text) == (404, True, False)
    # A link to leave is none to confirm, and the other way round.
    assert shop.get(f"confirm/{own}").status_code == 404
    assert shop.get(f"unsubscribe/{own}").status_code == 200
    for nonsense in ("x", f"{name}.zz.{signature}", f"{name}.{end}.{signature}x", "../../etc/passwd"):
        assert shop.get(f"unsubscribe/{nonsense}").status_code == 404
    assert shop.known() == [one]


def test_a_reader_sees_changes_and_erases_what_is_kept(shop: Shop) -> None:
    shop.confirmed(signals=["senate-vote"], pace="daily")
    shop.tell()
    shop.clock.move(days=1)
    shop.cycle()
    token = link(shop.box.next()).rpartition("/")[2]

    kept = shop.get(f"subscription/{token}")
    assert kept.headers["content-disposition"].startswith("attachment")
    told = json.loads(kept.text)
    assert (told["address"], told["signals"], told["pace"]) == (ADA, ["senate-vote"], "daily")
    assert [mail["digest"] for mail in told["mails"]] == ["news-20261209-8"]

    changed = shop.post(f"subscription/{token}", {"signals": ["senate-vote", "mythos-ga"], "pace": "weekly"})
    assert "Your choice is kept." in changed.text
    assert [(one.signals, one.pace) for one in shop.known()] == [((), "weekly")]
    assert shop.post(f"subscription/{token}", {"pace": "never"}).status_code == 400

    shop.tell(replace(digest(BLOCKED), id="waits"))
    shop.post(f"unsubscribe/{token}")
    assert shop.get(f"subscription/{token}").status_code == 404
    assert shop.post(f"unsubscribe/{token}").status_code == 200, "leaving twice is no mistake"
    with shop.store.reading() as tx:
        assert tx.deliveries.of(State.PENDING) == []
        assert all((each.address, each.message, each.error) == ("", "", "") for each in tx.deliveries.of())


@pytest.mark.parametrize(("pace", "hours"), [("at_once", 0), ("every_detail", 0), ("daily", 21), ("weekly", 141)])
def test_the_pace_is_kept_in_the_time_of_the_watch_and_urgent_news_passes(shop: Shop, pace: str, hours: int) -> None:
    # 24 November 2026 is a Tuesday; 09:30 UTC is 10:30 in Berlin, and the morning's hour is 08:00 there.
    shop.confirmed(pace=pace)
    shop.tell(digest(BLOCKED))
    if hours:
        shop.clock.move(hours=hours)
        assert shop.cycle() == 0
        shop.clock.move(hours=1)
        assert shop.cycle() == 1
    assert shop.box.next()["Subject"].startswith("Senate vote")
    shop.tell(replace(digest(PASSED), id="urgent"))
    assert shop.box.next()["Importance"] == "high"


def test_news_of_a_signal_goes_to_those_who_chose_it_and_a_correction_answers_it(shop: Shop) -> None:
    shop.confirmed("senate@reader.example", signals=["senate-vote"])
    shop.confirmed("mythos@reader.example", signals=["mythos-ga"])
    shop.tell()
    first = shop.box.next()
    shop.tell(replace(digest(CORRECTION), id="taken-back"))
    second = shop.box.next()
    assert first["To"] == second["To"] == "senate@reader.example"
    assert second["Subject"].startswith("Correction, Senate vote")
    assert second["References"] == first["References"] == "<senate-vote.root@127.0.0.1>"
    assert second["List-Id"] == first["List-Id"]
    assert shop.box.mails.empty()


OURS = ("watcher", "notifiers", "uvicorn", "sqlalchemy", "aiosmtplib", "asyncio", "root")


def test_no_address_is_in_any_log_or_on_any_page(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    for name in OURS:
        caplog.set_level(logging.INFO, logger=name)
    shop.box.refusals = {ADA: ["550 5.1.1 <{address}>: no such user, was it {address}"]}
    shop.ask()
    shop.ask(BOB)
    shop.post(link(shop.box.next()))
    shop.box.refusals = {BOB: ["450 4.2.0 <{address}>: mailbox full"]}
    shop.tell()
    pages = "".join(shop.get(path).text for path in ("", "log", "sources", "api/v1/history", "signals/senate-vote", "metrics"))
    shop.clock.move(days=1)
    shop.cycle()
    shop.box.next()
    shop.post("subscribe", {"address": "Ada.Lovelace@reader.example@"})
    with shop.store.reading() as tx:
        kept = "".join(f"{each.error}{each.message}" for each in tx.deliveries.of())
    logged = "\n".join(record.getMessage() for record in caplog.records if record.name.partition(".")[0] in OURS)
    assert "a confirmation was not sent: recipient refused: 550 5.1.1 <the address>" in logged
    assert "/watch/subscribe" in logged
    for words in (logged, pages, kept):
        assert "reader.example" not in words.lower()


def test_pages_for_subscribers_are_kept_by_nobody(shop: Shop) -> None:
    shop.ask()
    for answer in (shop.get("subscribe"), shop.get(link(shop.box.next()))):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-robots-tag"] == "noindex"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "form-action 'self'" in answer.headers["content-security-policy"]


def test_without_the_setting_there_is_no_door(tmp_path: Path) -> None:
    with opened(tmp_path, web='base_path = "/watch"') as shop:
        assert shop.ask().status_code == 404
        assert shop.get("subscribe").status_code == 404
        assert "subscribe" not in shop.get("").text.lower()
        shop.tell()
        assert shop.known() == []


def test_the_key_of_the_links_is_made_once_and_kept_or_given_from_outside(tmp_path: Path) -> None:
    with opened(tmp_path) as shop:
        one = shop.confirmed()
    with opened(tmp_path) as again:
        again.tell()
        assert again.get(link(again.box.next()).rpartition("/watch/")[2]).status_code == 200
    (tmp_path / "key").write_text("k" * 32 + "\n", "utf-8")
    with opened(tmp_path, env={"WATCHER_LINK_SECRET_FILE": str(tmp_path / "key")}) as other:
        token = SignedLinks(b"k" * 32, other.address).token(READER, one.id)
        assert other.get(f"unsubscribe/{token}").status_code == 200


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"WATCHER_LINK_SECRET": "short"}, "WATCHER_LINK_SECRET: found 5 characters; expected at least 32"),
        ({"WATCHER_LINK_SECRET_FILE": "/no/such/file"}, "WATCHER_LINK_SECRET_FILE: found a file that cannot be read"),
    ],
)
def test_a_key_that_is_no_good_stops_the_start_in_words(tmp_path: Path, env: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError, match=words), opened(tmp_path, env=env):
        pass


def test_a_reader_who_has_left_is_not_written_to_though_a_mail_was_waiting(shop: Shop) -> None:
    shop.confirmed(pace="daily")
    shop.tell(digest(BLOCKED))
    with shop.store.writing() as tx:
        tx.subscribers.erase(shop.known()[0].id)
    shop.clock.move(days=2)
    assert shop.cycle() == 0
    assert shop.box.mails.empty()


def test_an_address_that_never_said_yes_gets_nothing_though_the_outbox_has_it(shop: Shop) -> None:
    shop.ask()
    shop.box.next()
    with shop.store.writing() as tx:
        one = tx.subscribers.by_address(ADA)
        assert one
        tx.digests.put(digest(PASSED), [Outgoing(one.id, "smtp", "", shop.clock())])
    assert shop.cycle() == 0
    assert shop.box.mails.empty()


def test_a_changed_configuration_changes_what_may_be_chosen(shop: Shop, tmp_path: Path) -> None:
    added = shop.config.path.read_text("utf-8") + SIGNAL % ("third", "Third", "third", "https://feeds.example/third.xml")
    (tmp_path / "new.toml").write_text(added, "utf-8")

    async def taken_up() -> Subscriptions | None:
        watching = RunningWatch(shop.config, shop.store, *await open_context(shop.config, shop.store))
        await watching.apply(load(tmp_path / "new.toml", {}))
        await watching._opened.aclose()
        return watching.subscriptions

    subscriptions = asyncio.run(taken_up())
    assert subscriptions
    assert subscriptions.choice({"signals": ["third"]}) == (("third",), "at_once")
    assert shop.subscriptions
    assert shop.subscriptions.choice({"signals": ["third"]}) is None
