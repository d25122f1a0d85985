"""What a reader sees on the pages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest

from tests.web.conftest import Site
from tests.web.story import CAISI, MYTHOS, NOW, SENATE, Shown, said, verdicts, view
from watcher.core.model import Article, Change, RaisedFlag, Tier
from watcher.web import pages
from watcher.web.security import WebSettings

EVERY = (
    "/",
    "/signals/senate-vote",
    "/signals/mythos-ga",
    "/signals/caisi-evaluation",
    "/stories/mythos-ga",
    "/sources",
    "/log",
    "/machines",
    "/cards/mythos-ga",
)


def words(html: str) -> str:
    """The page as read aloud: text only, blanks joined."""
    html = re.sub(r"</(dt|dd|p|li|h\d|td|th)>", " ", html)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", re.sub(r"<(title|style)[^>]*>.*?</\1>", "", html, flags=re.DOTALL)))


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/", "Has the Senate voted to close the remote-access loophole?"),
        ("/", "Not yet. Both bills are with the Senate Banking Committee"),
        ("/", "◐ Provisional since 13 January 2026"),
        ("/", "Last verified 48 minutes ago; all 5 sources read"),
        ("/", "Cannot see since 21 November 2026"),
        ("/", "What stands here is the last that was known."),
        ("/", "Cannot see 1 source of 4: aws.amazon.com."),
        ("/sources", "Cannot be seen: aws.amazon.com (403, a human check); nist.gov ("),
        ("/signals/mythos-ga", "This answer since 1 July 2026."),
        ("/", "⚑ The body was renamed CAISSI, since 1 October 2026"),
        ("/signals/senate-vote", "Received in the Senate and Read twice and referred to the Committee"),
        ("/signals/senate-vote", "H.R. 2683: here since 13 January 2026"),
        ("/signals/senate-vote", "S. 3519: here since 17 December 2025"),
        ("/signals/senate-vote", "What would change our mind"),
        ("/", "The 60 days ended on 13 July 2026. They brought: nothing that moved the answer."),
        ("/", "The 119th Congress ends, and both bills with it 3 January 2027, in 40 days"),
        ("/", "Nothing changes yet. Remote access to export-controlled chips stays outside the licence rules."),
        ("/signals/mythos-ga", "your fallback is Claude Opus 5.5"),
        ("/signals/senate-vote", "! no fallback written down"),
        ("/signals/senate-vote", "316 days"),
        ("/signals/senate-vote", "Nothing to show yet Tally in the Senate"),
        ("/", "◍ 1 answer cannot be checked not seen: aws.amazon.com, nist.gov;"),
        ("/?as_of=2026-06-13", "Where it stood on 13 June 2026"),
        ("/signals/mythos-ga", "Open to all, under another name ✓ Confirmed since 1 July 2026"),
        ("/signals/mythos-ga", "was here from 12 June 2026"),
        ("/signals/mythos-ga", "↓ Stepped back Suspended"),
        ("/signals/mythos-ga", "copy kept: 3f1c9a5e3f1c"),
        ("/signals/mythos-ga", "2 independent places that agree, an official one among them; with one it is called provisional"),
        ("/signals/mythos-ga", "3 independent newspapers within 3 days make it reported, never confirmed"),
        ("/signals/mythos-ga", "What is wanted A model that is named Mythos and open to all."),
        ("/signals/mythos-ga", "As it stands You can use the class today."),
        ("/signals/mythos-ga", "Promised 28 May 2026 → Open to all, under another name 9 June 2026 → Suspended 12 June 2026 →"),
        ("/signals/mythos-ga", "Cannot see since 22 November 2026: 403, a human check"),
        ("/signals/caisi-evaluation", "No new figure for the gap"),
        ("/signals/caisi-evaluation", "Compared in words only, no figures"),
        ("/sources", "never changes an answer"),
        ("/sources", "the press alone never does"),
        ("/sources", "Senate roll calls"),
        ("/log", "Not delivered … to be tried again: 1 message by webhook Messages"),
        ("/log", "Mythos: now Claude Fable 5.2 news delivered 2 of 3"),
        ("/log", "The watch has started first report delivered 3 of 3"),
        ("/log", "took back a claim on caisi-evaluation (a US model)"),
        ("/log", "CAISI Signs Agreement nist.gov; names the body, is no evaluation"),
        ("/machines", "https://watch.example.org/badges/senate-vote.json"),
        ("/", "Its 20 times was 8.5 times in September 2026."),
        ("/signals/mythos-ga", "Its 20 times was 8.5 times in September 2026."),
        ("/cards/mythos-ga", "Its 20 times was 8.5 times in September 2026."),
        ("/cards/mythos-ga", "The class is open to all as Claude Fable 5.2; models named Mythos are not"),
    ],
)
def test_the_page_says(site: Site, path: str, sentence: str) -> None:
    assert sentence in words(site.get(path).text)


@pytest.mark.parametrize("path", EVERY)
def test_a_page_carries_no_inline_code_and_nothing_from_other_hosts(site: Site, path: str) -> None:
    html = site.get(path).text
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=", html)
    loaded = re.findall(r'(?:<(?:script|img|iframe)[^>]*\ssrc|<link rel="(?:stylesheet|icon)"[^>]*\shref)="([^"]+)"', html)
    assert loaded
    assert all("//" not in address for address in loaded)


@pytest.mark.parametrize("path", EVERY)
def test_every_own_link_leads_somewhere(site: Site, path: str) -> None:
    html = site.get(path).text
    for address in set(re.findall(r'(?:href|src)="([^"#]+)"', html)):
        if "//" not in address and not address.startswith("?"):
            assert site.get(str(httpx2.URL(f"http://watch.example.org{path}").join(address))).status_code == 200, address


@pytest.mark.parametrize("path", EVERY[:4])
def test_a_page_with_all_it_needs_weighs_under_sixty_kilobytes(site: Site, path: str) -> None:
    parts = (path, "/static/style.css", "/static/local.js", "/static/icon.svg")
    assert sum(len(site.get(part).content) for part in parts) < 60_000


def test_a_step_says_in_words_what_the_drawing_shows(site: Site) -> None:
    html = site.get("/signals/mythos-ga").text
    said_aloud = (
        "The Mythos class, any name: Promised (28 May 2026), then Open to all, under another name (9 June 2026), "
        "then Suspended (12 June 2026), then Open to all, under another name (1 July 2026)."
    )
    assert said_aloud in html
    assert html.count('aria-current="step"') == 2


def test_the_first_page_is_no_second_copy_of_the_signals_pages(site: Site) -> None:
    first, full = words(site.get("/").text), words(site.get("/signals/senate-vote").text)
    assert "Rejected by the Senate a step back" in full
    assert "What would change our mind" in full
    assert "Rejected by the Senate" not in first
    assert "What would change our mind" not in first
    assert re.search("Suspended +a step back +was here from 12 June", words(site.get("/signals/mythos-ga").text))


def test_a_flag_that_several_reports_raised_says_when_the_first_of_them_was() -> None:
    held = verdicts()["caisi-evaluation"]
    [flag] = held.tracks[0].flags
    early = tuple(replace(each, tier=Tier.PRESS, published=flag.since - timedelta(days=2)) for each in flag.evidence)
    stood = replace(held, tracks=(replace(held.tracks[0], flags=(replace(flag, evidence=early),)), *held.tracks[1:]))
    site = Site(Shown(view(verdicts={**verdicts(), "caisi-evaluation": stood})))
    assert "since 1 October 2026, first told 29 September 2026" in words(site.get("/signals/caisi-evaluation").text)
    plain = Site(Shown(view()))
    assert "first told" not in words(plain.get("/signals/caisi-evaluation").text), "official words raise it at once"


def test_a_flag_whose_words_bear_no_day_is_said_to_be_seen_and_not_to_be_so_since() -> None:
    held = verdicts()["caisi-evaluation"]
    flags = tuple(replace(flag, undated=True) for flag in held.tracks[0].flags)
    stood = replace(held, tracks=(replace(held.tracks[0], flags=flags), *held.tracks[1:]))
    site = Site(Shown(view(verdicts={**verdicts(), "caisi-evaluation": stood})))
    for path in ("/", "/signals/caisi-evaluation"):
        assert "The body was renamed CAISSI, seen 1 October 2026" in words(site.get(path).text)


def test_why_the_words_counted_stands_on_the_page_of_the_story() -> None:
    moved = tuple(replace(item, reason="it is stated of Fable") for item in view().history if item.kind is Change.ADVANCE)
    site = Site(Shown(view(history=moved)))
    assert "Why it counted: it is stated of Fable." in words(site.get("/stories/mythos-ga").text)
    assert "it is stated of Fable" not in words(site.get("/signals/mythos-ga").text)


def test_exact_times_appear_on_hover(site: Site) -> None:
    assert '<time datetime="2026-11-24T08:42:00Z" title="24 November 2026, 08:42 UTC">48 minutes ago</time>' in site.get("/").text


def test_autodiscovery_names_the_feeds_of_all_and_of_each(site: Site) -> None:
    assert (
        '<link rel="alternate" type="application/atom+xml" title="All signals (Atom)" href="feeds/all.atom">'
        in site.get("/").text
    )
    assert 'type="application/feed+json"' in site.get("/").text
    assert 'href="../feeds/mythos-ga.ics"' in site.get("/signals/mythos-ga").text


HOSTILE = '"><script>alert(1)</script><b onclick=x>'


def hostile() -> Shown:
    """Every text that comes from outside, or from the settings, tries to break out."""
    shown = view()
    bad = replace(said("nist.gov", HOSTILE, title=HOSTILE), url="javascript:alert(1)", publisher=HOSTILE)
    signals = tuple(
        replace(
            signal,
            title=HOSTILE,
            question=HOSTILE,
            why=HOSTILE,
            wanted=HOSTILE,
            changes_for_you=HOSTILE,
            article=Article(HOSTILE, "javascript:alert(1)", HOSTILE, NOW),
            tracks=tuple(replace(track, title=HOSTILE, link="javascript:alert(1)") for track in signal.tracks),
            dates=tuple(replace(date, label=HOSTILE) for date in signal.dates),
            known=tuple(replace(known, quote=HOSTILE, url="javascript:alert(1)", title=HOSTILE) for known in signal.known),
        )
        for signal in shown.signals
    )
    flag = RaisedFlag("x", HOSTILE, NOW, (bad,), subject=HOSTILE)
    told = {
        name: replace(
            verdict,
            headline_label=HOSTILE,
            tracks=tuple(
                replace(
                    track,
                    evidence=(bad,),
                    details={HOSTILE: HOSTILE},
                    flags=(flag,),
                    reason=HOSTILE,
                    events=tuple(replace(event, title=HOSTILE, evidence=(bad,)) for event in track.events),
                )
                for track in verdict.tracks
            ),
            figures=tuple(replace(figure, label=HOSTILE, text=HOSTILE, note=HOSTILE, quote=bad) for figure in verdict.figures),
            blind=tuple(replace(blind, why=HOSTILE, url="javascript:alert(1)") for blind in verdict.blind),
        )
        for name, verdict in verdicts().items()
    }
    strips = tuple(
        replace(strip, health=replace(strip.health, error=HOSTILE), source=replace(strip.source, url="javascript:alert(1)"))
        for strip in shown.strips
    )
    history = tuple(
        replace(item, title=HOSTILE, headline_label=HOSTILE, reason=HOSTILE, evidence=(bad,)) for item in shown.history
    )
    changed = replace(
        shown,
        title=HOSTILE,
        contact=HOSTILE,
        signals=signals,
        verdicts=told,
        strips=strips,
        history=history,
        told=tuple(replace(item, subject=HOSTILE) for item in shown.told),
        undelivered=tuple(replace(item, channel=HOSTILE) for item in shown.undelivered),
        acts=tuple(replace(item, what=HOSTILE, by=HOSTILE, reason=HOSTILE, url="javascript:alert(1)") for item in shown.acts),
        reviews=tuple(replace(item, title=HOSTILE, url="javascript:alert(1)", publisher=HOSTILE) for item in shown.reviews),
        stack=tuple(tool.model_copy(update={"provider": HOSTILE, "fallback": HOSTILE}) for tool in shown.stack),
    )
    return Shown(changed)


@pytest.mark.parametrize("path", [*EVERY, "/badges/mythos-ga.svg", "/feeds/all.atom"])
def test_what_a_feed_contains_never_runs(path: str) -> None:
    site = Site(hostile(), WebSettings())
    body = site.get(path).text
    assert "<script>alert" not in body
    assert "<b onclick" not in body
    assert not re.search(r'(?:href|src)="(?!https?:|\.\.?/|\?|#|[a-z])', body)
    assert "javascript:" not in body
    assert "alert(1)" in body


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://nist.gov/a?b=1#c", "https://nist.gov/a?b=1#c"),
        ("http://nist.gov/", "http://nist.gov/"),
        ("javascript:alert(1)", ""),
        ("JaVaScRiPt:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//nist.gov/a", ""),
        ("https:///a", ""),
        ("https://good.example\\@evil.example/", ""),
        ("https://a.example/\nb", ""),
        ("https://a.example/ b", "https://a.example/%20b"),
        ("http://[::1", ""),
        ("", ""),
        ("https://user:pass@api.example/x", "https://api.example/x"),
        ("https://api.example/x?api_key=abc&n=1", "https://api.example/x?api_key=***&n=1"),
        ("https://api.example/x?monkey=abc", "https://api.example/x?monkey=abc"),
    ],
)
def test_only_web_addresses_become_links_and_no_key_is_shown(address: str, shown: str) -> None:
    assert pages.safe_link(address) == shown


def test_a_signal_without_a_verdict_says_so() -> None:
    site = Site(Shown(view(verdicts={}, history=(), strips=())), WebSettings())
    assert words(site.get("/").text).count("The first look is still to come.") == 6, "in short and on each card"
    assert site.get("/signals/senate-vote").status_code == 200


def test_an_empty_watch_still_has_a_page() -> None:
    site = Site(
        Shown(view(signals=(), verdicts={}, history=(), strips=(), stack=(), told=(), undelivered=(), acts=(), reviews=())),
        WebSettings(),
    )
    for path in ("/", "/sources", "/log", "/machines"):
        assert site.get(path).status_code == 200
    assert "Everything that was written has been delivered." in words(site.get("/log").text)


def test_a_past_day_says_so_and_stays_past_when_links_are_followed(site: Site) -> None:
    html = site.get("/?as_of=2026-06-13").text
    assert "This is what the watch knew on 13 June 2026." in words(html)
    assert 'href="signals/mythos-ga?as_of=2026-06-13"' in html
    assert '<a href="?">Show today</a>' in html
    assert site.reads.asked[-1].isoformat() == "2026-06-13T23:59:59+00:00"  # type: ignore[union-attr]


@pytest.mark.parametrize("day", ["2026-06-13", "20260613", "2026-W24-6", "2026-06-13T23:59:59Z"])
def test_a_day_may_be_written_in_several_ways_and_means_its_end(site: Site, day: str) -> None:
    assert 'href="signals/mythos-ga?as_of=2026-06-13"' in site.get(f"/?as_of={day}").text


@pytest.mark.parametrize("between", ["T", "%20", "%23", "%26", "%22", "%00", "%0A", "%25", "%C3%A9", "%3C", "+"])
def test_links_of_a_past_moment_lead_to_that_very_moment(site: Site, between: str) -> None:
    answer = site.get(f"/?as_of=2026-06-13{between}12:00")
    assert answer.status_code in {200, 400}
    carried = set(re.findall(r'href="[^"]*\?(as_of=[^"]*)"', answer.text))
    assert carried <= {"as_of=2026-06-13T12:00:00Z"}
    assert (answer.status_code == 200) is bool(carried)


def test_a_moment_is_not_answered_under_the_name_of_another(site: Site) -> None:
    noon = site.get("/?as_of=2026-06-13%2612:00").text
    assert site.get("/?as_of=2026-06-13&12:00").text != noon


def test_moments_after_that_day_are_not_told(site: Site) -> None:
    late = words(site.get("/signals/senate-vote?as_of=2025-12-20").text)
    assert "Read twice and referred" in late
    assert "13 January 2026 ↑" not in late


@pytest.mark.parametrize("asked", ["x", "2026-13-01", "1999-01-01", "9999-12-31", "2026-06-13T" + "0" * 40, "%00", "-1"])
def test_a_day_that_is_none_is_refused_in_words(site: Site, asked: str) -> None:
    answer = site.get(f"/?as_of={asked}")
    assert answer.status_code == 400
    assert "as_of must" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_the_future_is_today(site: Site) -> None:
    assert "This is what the watch knew" not in site.get("/?as_of=2027-06-13").text


@pytest.mark.parametrize("signal", [SENATE, MYTHOS, CAISI])
def test_an_address_names_its_signal(site: Site, signal: object) -> None:
    assert f"<h1>{signal.question}</h1>" in site.get(f"/signals/{signal.id}").text  # type: ignore[attr-defined]


def test_the_sum_of_a_page_is_in_its_title(site: Site) -> None:
    assert "<title>General availability of Mythos: The class is open to all" in site.get("/signals/mythos-ga").text


def test_the_documentation_and_what_a_phone_can_follow_are_linked_where_they_are_named() -> None:
    bare = pages.draw_machines(view(), NOW, pages.Links())
    assert "ntfy" not in bare
    assert "Documentation" not in bare
    named = view(docs="https://watch.example.org/docs/", push="https://ntfy.example.org/our-watch")
    shown = pages.draw_machines(named, NOW, pages.Links())
    assert '<a href="ntfy://ntfy.example.org/our-watch">' in shown
    assert 'href="https://ntfy.example.org/our-watch"' in shown
    assert '<a href="https://watch.example.org/docs/">Documentation</a>' in shown
    plain = pages.draw_machines(replace(named, push="http://ntfy.home.example/our-watch"), NOW, pages.Links())
    assert "ntfy://ntfy.home.example/our-watch?secure=false" in plain


def test_a_phone_that_looks_at_the_page_can_follow_by_its_camera() -> None:
    bare = pages.draw_machines(view(), NOW, pages.Links())
    assert "QR code" not in bare
    shown = pages.draw_machines(view(push="https://ntfy.example.org/our-watch"), NOW, pages.Links())
    assert 'role="img" aria-label="QR code of https://ntfy.example.org/our-watch"' in shown
    longest = pages.draw_machines(view(push=f"https://ntfy.example.org/{'x' * 3000}"), NOW, pages.Links())
    assert "QR code" not in longest, "no code holds so long an address, and the links stand all the same"


def test_under_a_step_back_stand_only_the_details_that_were_told_since() -> None:
    then, known = NOW - timedelta(days=3), verdicts()
    old = said("lab.example", "It is open at $10 / $50.", when=f"{then - timedelta(days=9):%Y-%m-%d}")
    new = said("lab.example", "Version 9.9 is closed.", when=f"{then + timedelta(days=2):%Y-%m-%d}")
    track = known["mythos-ga"].tracks[0]
    gone = replace(
        track,
        status="suspended",
        since=then,
        details={"price": "$10/$50", "version": "9.9"},
        proofs={"price": old, "version": new},
    )
    stands = {**known, "mythos-ga": replace(known["mythos-ga"], tracks=(gone, *known["mythos-ga"].tracks[1:]))}
    shown = words(pages.draw_signal(view(verdicts=stands), NOW, pages.Links(), "mythos-ga"))
    where = shown.partition("Where it stands, and the way it came")[2].partition("What would change our mind")[0]
    assert "Version 9.9" in where
    assert "$10/$50" not in where
    promised = replace(gone, status="available", details={"window": "in the coming weeks"}, proofs={"window": old})
    stands["mythos-ga"] = replace(known["mythos-ga"], tracks=(promised, *known["mythos-ga"].tracks[1:]))
    assert "coming weeks" not in words(pages.draw_signal(view(verdicts=stands), NOW, pages.Links(), "mythos-ga"))


def test_the_latest_changes_name_their_track_where_a_signal_has_several() -> None:
    latest = words(pages.draw_home(view(), NOW, pages.Links())).partition("Latest")[2].partition("Dates")[0]
    assert "Moved on Open to all, under another name The Mythos class, any name, General availability of Mythos" in latest


def test_the_check_of_ones_own_tools_says_how_what_touches_them_stands() -> None:
    worded = {name: replace(verdict, word="Not under that name") for name, verdict in verdicts().items()}
    tools = words(pages.draw_home(view(verdicts=worded), NOW, pages.Links())).partition("Your tools")[2]
    assert f"{MYTHOS.title} (Not under that name)" in tools
    assert "GLM-5.3, via prc lab, open weights" in tools
    assert "watcher stack" in tools
    assert "watcher stack" not in pages.draw_home(view(stack=()), NOW, pages.Links())
