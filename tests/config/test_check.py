"""What `watcher check` says of a configuration that can be read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.config.texts import SMALL
from watcher.config.build import Config, load
from watcher.config.check import check
from watcher.config.errors import ConfigError, show

Read = Callable[..., Config]
NOW = datetime(2026, 11, 24, tzinfo=UTC)
QUIET = (
    SMALL
    + 'expect_every = "30d"\nessential = true\n'
    + '[watch]\ncontact = "me@example.org"\n[[recipient]]\nchannel = "maildir"\noperator = true\n'
)
V2 = 'url = "https://github.com/o/r/releases/tag/v2.0"\n'
V1 = 'url = "https://github.com/o/r/releases/tag/v1.9"\n'


def test_a_mark_of_byte_order_is_called_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "signals.toml"
    file.write_text(f"\ufeff{QUIET}", "utf-8")
    with pytest.raises(ConfigError, match=r"byte order mark \(BOM\).*save it as UTF-8 without BOM"):
        load(file, {})


def test_a_mail_address_with_a_full_stop_behind_it_is_refused(read: Read) -> None:
    with pytest.raises(ConfigError, match="it ends in a dot"):
        read(
            QUIET
            + '[[recipient]]\nid = "b"\nchannel = "smtp"\nto = "ada@example.org."\n[smtp]\nhost = "h"\nfrom = "w@w.example"\n'
        )


def test_a_careful_configuration_gives_no_warning(read: Read) -> None:
    report = check(read(QUIET), NOW)
    assert (report.passed, report.failures, report.warnings) == (0, (), ())


@pytest.mark.parametrize("table", ["[fetch]\n", '[smtp]\nhost = "h.example"\nfrom = "a@b.example"\n'], ids=["fetch", "smtp"])
def test_a_file_that_is_named_and_is_not_there_is_found(read: Read, tmp_path: Path, table: str) -> None:
    file = tmp_path / "own-ca.pem"
    config = read(f'{QUIET}{table}ca_file = "{file}"\n')
    [said] = check(config, NOW).wrong
    assert said.startswith(
        f"{config.path}: {table.partition(chr(10))[0]}, key `ca_file`: found {show(str(file))}; expected a file"
    )
    file.touch()
    assert check(config, NOW).wrong == ()


EXAMPLES = {
    "read as it says": ('status = "released"\n' + V2, True),
    "rightly nothing": (V1, True),
    "wrongly nothing": ('status = "released"\n' + V1, False),
    "wrongly something": (V2, False),
    "said by nobody who may": ('tier = "press"\nstatus = "released"\n' + V2, False),
    "rightly not heard": ('tier = "press"\n' + V2, True),
    "said by the source": ('source = "github.com-o-r-releases.atom"\nstatus = "released"\n' + V2, True),
    "dated": ('at = 2026-01-01\nstatus = "released"\n' + V2, True),
}


@pytest.mark.parametrize(("example", "passes"), EXAMPLES.values(), ids=EXAMPLES)
def test_an_example_is(read: Read, example: str, passes: bool) -> None:  # noqa: FBT001 - a column of the table
    report = check(read(QUIET + '[[signal.example]]\nseen = "v2 is out"\n' + example), NOW)
    assert (report.passed == 1) is passes
    assert len(report.failures) == (not passes)


def test_a_failed_example_says_what_was_claimed_instead(read: Read) -> None:
    [failure] = check(read(QUIET + f'[[signal.example]]\nseen = "{"v2 is out " * 20}"\n' + V2), NOW).failures
    assert str(failure).startswith('my-release.release: "v2 is out v2')
    assert "should claim none, claims released by rule tag (the record says so" in str(failure)
    [failure] = check(read(QUIET + '[[signal.example]]\ntitle = "v1"\nstatus = "released"\n' + V1), NOW).failures
    assert str(failure) == 'my-release.release: "v1" should claim released, claims nothing'


FLAGGED = QUIET.replace(
    "[[signal]]",
    '[[ladder.release.flag]]\nid = "pre"\n[[ladder.release.rule]]\nid = "pre"\nflag = "pre"\nwhen = { link = "*rc1" }\n[[signal]]',
    1,
)


@pytest.mark.parametrize(("example", "passes"), [('flag = "pre"\n', True), ("", False)])
def test_an_example_names_its_flag(read: Read, example: str, passes: bool) -> None:  # noqa: FBT001 - a column of the table
    text = FLAGGED + '[[signal.example]]\nurl = "https://github.com/o/r/releases/v1rc1"\nseen = "x"\n' + example
    assert (not check(read(text), NOW).failures) is passes


WARNED = {
    "no contact": (QUIET.replace('contact = "me@example.org"', ""), "[watch] names no contact"),
    "no operator": (QUIET.replace("operator = true", ""), "no recipient has operator = true"),
    "no address of the page": (QUIET + '[[recipient]]\nchannel = "apprise"\nto = "json://h"\n', "[watch] names no base_url"),
    "a variable that nothing replaces": (
        QUIET.replace('contact = "me@example.org"', 'contact = "$CONTACT"'),
        "[watch] contact holds $CONTACT, which is replaced in",
    ),
    "a variable in the address of the store": (
        QUIET + '[store]\nurl = "postgresql://w:${PASSWORD}@db/w"\n',
        "[store] url holds ${PASSWORD}",
    ),
    "a contact with a full stop behind it": (
        QUIET.replace('contact = "me@example.org"', 'contact = "me@example.org."'),
        "[watch] contact names a host or a page that ends in a dot",
    ),
    "a host with a full stop behind it": (QUIET.replace("https://github.com/", "https://github.com./", 1), "ends in a dot"),
    "a form for all through a proxy": (
        QUIET.replace(
            "[watch]",
            '[web]\nsubscribe = true\n[smtp]\nhost = "h"\nfrom = "w@w.example"\n[watch]\nbase_url = "https://w.example/"',
        ),
        "[web] subscribe without trusted_proxies",
    ),
    "days for news at once": (QUIET.replace("operator = true", 'operator = true\nweekdays = ["mon"]'), "weekdays are for pace"),
    "no silence alarm": (QUIET.replace('expect_every = "30d"', ""), 'signal "my-release": nobody is told when these fall silent'),
    "an alarm before the pace": (QUIET.replace('"30d"', '"30m"'), "is asked less often (every) than its silence alarm rings"),
    "nothing essential": (QUIET.replace("essential = true", ""), 'signal "my-release" has no essential source'),
    "an idle ladder": (QUIET + '[ladder.idle]\nstatus = [{ id = "on" }]\n', 'ladder "idle" is used by no track'),
    "a rung out of reach": (
        QUIET.replace("[[ladder.release.rule]]", '[[ladder.release.status]]\nid = "retired"\n[[ladder.release.rule]]'),
        'status "retired" of my-release.release is reached by no rule',
    ),
    "a rule that hears nobody": (
        QUIET.replace('id = "tag"', 'id = "tag"\nby = "press"'),
        'rule "tag" of my-release.release is fed by no',
    ),
    "a rule for other publishers": (QUIET.replace('id = "tag"', 'id = "tag"\npublishers = ["gitlab.com"]'), 'rule "tag" of'),
    "a rule for other surfaces": (QUIET.replace('id = "tag"', 'id = "tag"\nsurfaces = ["blog"]'), 'rule "tag" of'),
    "a rule for another source": (
        QUIET.replace('id = "tag"', 'id = "tag"\nsources = ["blog"]')
        + '[[signal]]\nid = "b"\nquestion = "?"\ntrack = [{ ladder = "release" }]\n'
        '[[signal.source]]\nid = "blog"\nurl = "https://e.org"\ntier = "official"\nrecord = true\nessential = true\n',
        'rule "tag" of my-release.release',
    ),
    "a hole between headlines": (
        QUIET.replace(
            "[[signal.track]]",
            '[[signal.headline]]\nid = "out"\nlabel = "Out"\nwhen = { release = "released" }\n[[signal.track]]',
        ),
        'signal "my-release" has no headline where release is awaiting',
    ),
    "an end that is near": (
        QUIET.replace(
            "[[signal]]", '[[ladder.release.rule]]\nid = "end"\nstatus = "released"\nclock = 2026-12-31\n[[signal]]', 1
        ),
        'track "my-release.release" ends on 2026-12-31; look for what follows it: "My release"',
    ),
    "an end that is past, of a bill": (
        QUIET.replace(
            "[[signal]]",
            '[[ladder.release.rule]]\nid = "end"\nstatus = "released"\nclock = 2026-01-03\n'
            '[[ladder.release.rule]]\nid = "bill"\nstatus = "released"\nwhen = { measure = "119/hr/2683" }\n[[signal]]',
            1,
        ).replace('ladder = "release"', 'ladder = "release"\nsearch = "Remote Access Lawler"'),
        'ended on 2026-01-03; look for its successor, "Remote Access Lawler": https://www.congress.gov/search?q=%7B%22congress%22%3A%5B%22120',
    ),
}


@pytest.mark.parametrize(("text", "warning"), WARNED.values(), ids=WARNED)
def test_it_warns_of(read: Read, text: str, warning: str) -> None:
    [said] = check(read(text), NOW).warnings
    assert warning in said


FED = {
    "a host of the publisher": QUIET.replace('id = "tag"', 'id = "tag"\nhosts = ["gist.github.com"]'),
    "links to anywhere": QUIET.replace('id = "tag"', 'id = "tag"\nhosts = ["e.org"]').replace('tier = "off', 'publisher = "link"\ntier = "off'),
    "a page that is followed": QUIET.replace('id = "tag"', 'id = "tag"\nhosts = ["e.org"]').replace(
        "[watch]", '[[signal.source.follow]]\nmatch = "x"\nformat = "page"\nevery = "1h"\n[watch]'
    ),
    "time": QUIET.replace('when = { link = "github.com/o/r/releases/tag/v2*" }', "clock = 2030-01-01\nby = 'press'"),
    "a person": QUIET.replace('id = "tag"', 'id = "tag"\nby = ["operator"]'),
}  # fmt: skip


@pytest.mark.parametrize("text", FED.values(), ids=FED)
def test_a_rule_is_fed_by(read: Read, text: str) -> None:
    assert check(read(text), NOW).warnings == ()


def test_combinations_without_number_are_not_tried(read: Read) -> None:
    rungs = ", ".join(f'{{ id = "s{n}" }}' for n in range(30))
    tracks = "".join(f'[[signal.track]]\nid = "t{n}"\nladder = "wide"\n' for n in range(4))
    rules = "".join(f'[[ladder.wide.rule]]\nid = "r{n}"\nstatus = "s{n}"\n' for n in range(1, 30))
    text = QUIET.replace("[[signal]]", f"[ladder.wide]\nstatus = [{rungs}]\n{rules}[[signal]]", 1)
    text = text.replace(
        "[[signal.source]]", f'{tracks}[[signal.headline]]\nid = "x"\nlabel = "x"\nwhen = {{ t0 = "s0" }}\n[[signal.source]]'
    )
    assert not [said for said in check(read(text), NOW).warnings if "headline" in said]
