"""Each mistake is answered with file, line, table, key, what was found and what was expected."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.config.texts import LADDER, SIGNAL, SMALL

Mistakes = Callable[..., list[str]]
FIRST = SMALL.count("\n") + 1
"""Line on which text after SMALL begins."""

# what is added after SMALL → what is said about its line (counted from 0), table, key, finding and expectation
AFTER = {
    "an unknown table": ("[watsch]\n", 0, "[watsch]", 'the key "watsch"', '(did you mean "watch"?)'),
    "an unknown key": (
        '[watch]\ntimezon = "UTC"\n',
        1,
        "[watch], key `timezon`",
        'the key "timezon"',
        '(did you mean "timezone"?)',
    ),
    "a key of a tool that is a tag now": (
        '[[stack]]\nname = "Chat"\nopen_weights = true\n',
        2,
        "stack 1, key `open_weights`",
        'the key "open_weights"',
        'tags = ["open_weights"] where it was true',
    ),
    "an unknown zone": (
        '[watch]\ntimezone = "Mars"\n',
        1,
        "[watch], key `timezone`",
        '"Mars"',
        "a time zone of the IANA database",
    ),
    "a broken duration": ('[watch]\ngroup_wait = "ten"\n', 1, "[watch], key `group_wait`", '"ten"', 'such as "90s", "10m"'),
    "an endless duration": ('[watch]\ngroup_wait = "999999w"\n', 1, "key `group_wait`", '"999999w"', "at most a hundred years"),
    "a number for a text": ("[watch]\ntitle = 7\n", 1, "[watch], key `title`", "7", "a text in quotes"),
    "a text for a number": ('[web]\nport = "80"\n', 1, "[web], key `port`", '"80"', "a whole number"),
    "a port out of range": ("[web]\nport = 70000\n", 1, "[web], key `port`", "70000", "less than or equal to 65535"),
    "a text for a truth": ('[web]\nsubscribe = "yes"\n', 1, "[web], key `subscribe`", '"yes"', "true or false"),
    "subscribers without a mail server": (
        '[web]\nsubscribe = true\n[watch]\nbase_url = "https://w.example/"\n',
        1,
        "[web], key `subscribe`",
        "true",
        "a table [smtp]",
    ),
    "subscribers without an address for their links": (
        '[smtp]\nhost = "localhost"\nfrom = "w@w.example"\n[web]\nsubscribe = true\n',
        4,
        "[web], key `subscribe`",
        "true",
        "`base_url` in [watch]",
    ),
    "subscribers with a mail server that lacks its name": (
        '[smtp]\nfrom = "w@w.example"\n[web]\nsubscribe = true\n[watch]\nbase_url = "https://w.example/"\n',
        0,
        "[smtp]",
        "a table with from",
        "host",
    ),
    "an element that is none": (
        '[[signal.source]]\nurl = "https://x.example/"\ntier = "press"\nexpect = { element = "a > b" }\n',
        3,
        "key `expect.element`",
        '"a > b"',
        "an element such as",
    ),
    "a key in plain text": (
        '[[signal.source]]\nurl = "https://x.example/"\ntier = "press"\n[signal.source.headers]\nX-Api-Key = "s3cret"\n',
        4,
        "key `headers.X-Api-Key`",
        "a value in the file",
        '"$API_KEY"',
    ),
    "a key that the environment lacks": (
        '[[signal.source]]\nurl = "https://x.example/"\ntier = "press"\n[signal.source.headers]\nX-Api-Key = "$NO_SUCH_KEY"\n',
        4,
        "key `headers.X-Api-Key`",
        '"$NO_SUCH_KEY"',
        "NO_SUCH_KEY or NO_SUCH_KEY_FILE to be set",
    ),
    "a key that all can read on its way": (
        '[[signal.source]]\nurl = "http://x.example/"\ntier = "press"\n[signal.source.headers]\nAccept = "$PATH"\n',
        4,
        "key `headers.Accept`",
        "a key for an address of http",
        "an address of https",
    ),
    "a header that is ours": (
        '[[signal.source]]\nurl = "https://x.example/"\ntier = "press"\n[signal.source.headers]\nHost = "$X"\n',
        4,
        "key `headers.Host`",
        'the header "Host"',
        "X-Api-Key or Authorization",
    ),
    "a broken size": ('[fetch]\nmax_body = "15 apples"\n', 1, "[fetch], key `max_body`", '"15 apples"', '"15MB"'),
    "an address of a file": ('[fetch]\nvia = "file:///etc/passwd"\n', 1, "[fetch], key `via`", "file:", 'starts with "https://"'),
    "a path that climbs": ('[web]\nbase_path = "/../x y"\n', 1, "[web], key `base_path`", "..", 'such as "/watch"'),
    "a table for a list": ("[recipient]\n", 0, "[recipient]", "a table with nothing in it", "[[in double brackets]]"),
    "an unknown channel": (
        '[[recipient]]\nchannel = "smpt"\nto = "a@b.c"\n',
        1,
        "recipient 1, key `channel`",
        '"smpt"',
        '"smtp"?',
    ),
    "no address": ('[[recipient]]\nchannel = "apprise"\n', 0, "recipient 1", "nothing", "the key `to`"),
    "quiet hours without an end": (
        '[[recipient]]\nchannel = "maildir"\nquiet_hours = "22:00"\n',
        2,
        "recipient 1, key `quiet_hours`",
        '"22:00"',
        '"22:00-07:00"',
    ),
    "an hour past the day": ('[[recipient]]\nchannel = "maildir"\nat = "25:00"\n', 2, "key `at`", '"25:00"', '"08:00"'),
    "an unknown day": ('[[recipient]]\nchannel = "maildir"\nweekdays = ["mon", "xday"]\n', 2, "`weekdays`", '"xday"', "mon, tue"),
    "an unknown signal": (
        '[[recipient]]\nchannel = "maildir"\nsignals = ["my-releese"]\n',
        2,
        "`signals`",
        "my-releese",
        '"my-release"?',
    ),
    "two recipients of one id": (
        '[[recipient]]\nid = "me"\nchannel = "maildir"\n[[recipient]]\nid = "me"\nchannel = "maildir"\n',
        4,
        'recipient "me", key `id`',
        '"me" again',
        "no other recipient",
    ),
    "a secret in a recipient": (
        '[[recipient]]\nchannel = "webhook"\nto = "https://example.org/hook"\nsecret = "whsec_abc"\n',
        3,
        "recipient 1, key `secret`",
        "a secret in the file",
        '"$HOOK_SECRET"',
    ),
    "a secret that is not set": (
        '[[recipient]]\nchannel = "apprise"\nto = "$NTFY_URL"\n',
        2,
        "recipient 1, key `to`",
        '"$NTFY_URL"',
        "NTFY_URL or NTFY_URL_FILE to be set",
    ),
    "a password in the file": (
        '[smtp]\nhost = "h"\nfrom = "a@b.c"\npassword = "hunter2"\n',
        3,
        "[smtp], key `password`",
        "a secret in",
        "WATCHER_SMTP_PASSWORD",
    ),
    "a mail server without a sender": ('[smtp]\nhost = "localhost"\n', 0, "[smtp]", "a table with host", "sender"),
    "mail without a server": (
        '[[recipient]]\nchannel = "smtp"\nto = "a@example.org"\n',
        1,
        "recipient 1, key `channel`",
        "nothing",
        "host",
    ),
    "an unused binding": (
        '[[signal.track]]\nid = "b"\nladder = "release"\nbind = { x = 1 }\n',
        3,
        'track "b", key `bind.x`',
        "1",
        "$x",
    ),
    "an unknown ladder": (
        '[[signal.track]]\nid = "b"\nladder = "releese"\n',
        2,
        'track "b", key `ladder`',
        "releese",
        '"release"?',
    ),
    "two tracks of one id": (
        '[[signal.track]]\nladder = "release"\n',
        0,
        "track 2, key `id`",
        '"release" again',
        "no other track",
    ),
    "two sources of one address": (
        '[[signal.source]]\nurl = "https://github.com/o/r/releases.atom"\ntier = "press"\n',
        0,
        'signal "my-release" › source 2',
        '"github.com-o-r-releases.atom" again',
        "no other source",
    ),
    "a source without a speaker": (
        '[[signal.source]]\nurl = "https://example.org/feed"\n',
        0,
        'signal "my-release" › source 2, key `tier`',
        "nothing",
        "a value, which has no default",
    ),
    "an address without a scheme": (
        '[[signal.source]]\nurl = "example.org"\ntier = "press"\n',
        1,
        "key `url`",
        "example.org",
        "https://",
    ),
    "an address with a password": (
        '[[signal.source]]\nurl = "https://me:pw@example.org"\ntier = "press"\n',
        1,
        "key `url`",
        "example.org",
        "secrets do not belong in this file",
    ),
    "an address read two ways": (
        "[[signal.source]]\nurl = 'https://example.org\\@evil.test/'\ntier = \"press\"\n",
        1,
        "key `url`",
        "evil.test",
        "names a host",
    ),
    "an unknown tier": (
        '[[signal.source]]\nurl = "https://e.org"\ntier = "offical"\n',
        2,
        "key `tier`",
        '"offical"',
        '"official"?',
    ),
    "an unknown format": (
        '[[signal.source]]\nurl = "https://e.org"\ntier = "press"\nformat = "fead"\n',
        3,
        "key `format`",
        "fead",
        '"feed"?',
    ),
    "an unknown option": (
        '[[signal.source]]\nurl = "https://e.org"\ntier = "press"\noptions = { max_itemz = 3 }\n',
        3,
        "key `options.max_itemz`",
        '"max_itemz"',
        '"max_items"?',
    ),
    "no pace": (
        '[[signal.source]]\nurl = "https://e.org"\ntier = "press"\nevery = "0s"\n',
        3,
        "key `every`",
        '"0s"',
        "longer than nothing",
    ),
    "an unreadable day": (
        '[[signal.date]]\nid = "d"\nlabel = "D"\nat = "14 May"\n',
        3,
        'date "d", key `at`',
        '"14 May"',
        "2026-05-14",
    ),
    "a headline of no status": (
        '[[signal.headline]]\nid = "out"\nlabel = "Out"\nwhen = { release = ["releasd"] }\n',
        3,
        'headline "out", key `when.release`',
        '"releasd"',
        '"released"?',
    ),
    "a headline of no track": (
        '[[signal.headline]]\nid = "out"\nlabel = "{relaese.label}"\nwhen = { release = "released" }\n',
        2,
        'headline "out", key `label`',
        '"relaese"',
        '"release"?',
    ),
    "a headline of no status of either": (
        '[[signal.headline]]\nid = "out"\nlabel = "Out"\nany_of = { release = "releasd" }\n',
        3,
        'headline "out", key `any_of.release`',
        '"releasd"',
        '"released"?',
    ),
    "history that clears no flag": (
        '[[signal.known]]\ntrack = "release"\nstatus = "released"\nat = 2026-01-01\nquote = "q"\nurl = "https://e.org"\nclears = "late"\n',
        6,
        "known 1, key `clears`",
        '"late"',
        "none, because nothing",
    ),
    "history of no status": (
        '[[signal.known]]\ntrack = "release"\nstatus = "out"\nat = 2026-01-01\nquote = "q"\nurl = "https://e.org"\n',
        2,
        "known 1, key `status`",
        '"out"',
        "awaiting, released",
    ),
    "an example of no flag": (
        '[[signal.example]]\nseen = "x"\nflag = "late"\n',
        2,
        "example 1, key `flag`",
        '"late"',
        "none, because nothing",
    ),
    "a list that mixes tables in": (
        '[ladder.b]\nstatus = [{ id = "x" }]\n[[ladder.b.rule]]\nid = "r"\nstatus = "x"\nwhen = { a = [1,\n { b = 2 }] }\n',
        6,
        'ladder "b" › rule "r", key `when.a`',
        "a table with b",
        "a text, a number, true or false",
    ),
    "a name with spaces": (
        '[ladder.b]\n[[ladder.b.status]]\nid = "Not Yet"\n',
        2,
        'ladder "b"',
        '"Not Yet"',
        "a name of small letters",
    ),
    "one side alone": (
        '[ladder.b]\ndifference = "gap"\nstatus = [{ id = "x" }]\n[[ladder.b.side]]\nid = "ours"\nlabel = "ours"\nnames = ["we"]\n',
        3,
        'ladder "b"',
        '["ours"]',
        "two sides, the one that is watched first, or none",
    ),
    "a difference without a name": (
        '[ladder.b]\nstatus = [{ id = "x" }]\nside = [{ id = "a", label = "a", names = [] }, { id = "b", label = "b", names = [] }]\n',
        0,
        'ladder "b"',
        "two sides",
        "the key difference",
    ),
    "an outcome of no comparison": (
        '[ladder.b]\nstatus = [{ id = "x" }]\n[[ladder.b.rule]]\nid = "r"\nstatus = "x"\noutcome = true\n',
        5,
        'ladder "b" › rule "r", key `outcome`',
        "true in a ladder without sides",
        "two tables [[ladder.NAME.side]] to compare",
    ),
    "a ladder without rungs": (
        "[ladder.b]\nstatus = []\n",
        1,
        'ladder "b", key `status`',
        "an empty list",
        "at least one status",
    ),
    "a rule of no status": (
        '[ladder.b]\nstatus = [{ id = "on" }]\n[[ladder.b.rule]]\nid = "r"\nstatus = "off"\n',
        4,
        'ladder "b" › rule "r", key `status`',
        '"off"',
        "one of on",
    ),
    "a rule of no source": (
        '[ladder.b]\nstatus = [{ id = "on" }]\n[[ladder.b.rule]]\nid = "r"\nstatus = "on"\nsources = ["x"]\n',
        5,
        'ladder "b" › rule "r", key `sources`',
        '"x"',
        "github.com-o-r-releases.atom",
    ),
    "a rule that leads nowhere": (
        '[ladder.b]\nstatus = [{ id = "on" }]\n[[ladder.b.rule]]\nid = "r"\n',
        2,
        'ladder "b" › rule "r"',
        "a rule that leads nowhere",
        "status, flag, review",
    ),
    "two rules of one id": (
        '[ladder.b]\nstatus = [{ id = "on" }]\n[[ladder.b.rule]]\nid = "r"\nreview = true\n[[ladder.b.rule]]\nid = "r"\nreview = true\n',
        6,
        'ladder "b" › rule "r", key `id`',
        '"r" again',
        "no other rule here",
    ),
}


@pytest.mark.parametrize(("added", "line", "place", "found", "expected"), AFTER.values(), ids=AFTER)
def test_a_mistake_is_named(mistakes: Mistakes, added: str, line: int, place: str, found: str, expected: str) -> None:
    [said] = mistakes(SMALL + added)
    assert said.startswith(f"signals.toml:{FIRST + line}: ")
    where, _, rest = said.partition(": found ")
    what, _, wanted = rest.partition("; expected ")
    assert place in where
    assert found in what
    assert expected in wanted


def test_what_a_ladder_asks_for_must_be_bound(mistakes: Mistakes) -> None:
    asking = LADDER.replace("github.com/o/r/", "github.com/$repo/")
    line = (asking + SIGNAL).splitlines().index("[[signal.track]]") + 1
    [said] = mistakes(asking + SIGNAL)
    assert said == (
        f'signals.toml:{line}: signal "my-release" › track 1: found a table with nothing in it; '
        'expected bind to give "repo", which ladder "release" asks for as $repo'
    )


def test_what_a_sentence_says_is_checked(mistakes: Mistakes) -> None:
    wrong = LADDER.replace('when = { link = "github.com/o/r/releases/tag/v2*" }', 'says = { abaut = "x" }')
    [said] = mistakes(wrong + SIGNAL)
    assert said.startswith('signals.toml:10: ladder "release" › rule "tag", key `says`: found a table with abaut; expected ')


def test_a_vocabulary_is_checked(mistakes: Mistakes) -> None:
    [said] = mistakes(SMALL + "[signal.vocabulary]\nthinks = { a = ['b'] }\n")
    assert said.startswith(f'signals.toml:{FIRST}: signal "my-release", key `vocabulary`: found a table with thinks; expected ')


def test_what_a_wrong_vocabulary_leads_to_is_not_told(mistakes: Mistakes) -> None:
    says = LADDER.replace('when = { link = "github.com/o/r/releases/tag/v2*" }', 'says = { about = ["x"], phrase = ["y"] }')
    [said] = mistakes(says + SIGNAL + "[signal.vocabulary]\nthings = { x = 7 }\n")
    assert "key `vocabulary`" in said


def test_several_mistakes_are_told_together_in_the_order_of_their_lines(mistakes: Mistakes) -> None:
    said = mistakes(SMALL.replace('"official"', '"king"') + '[watch]\ntimezone = "Mars"\ncontact = 5\n[web]\nport = true\n')
    assert [each.split(":")[1] for each in said] == [str(FIRST - 1), str(FIRST + 1), str(FIRST + 2), str(FIRST + 4)]


TWO = {
    "of a recipient": (
        '[[recipient]]\nchannel = "maildir"\nquiet_hours = "22:00"\nsignals = ["nope"]\n',
        ("quiet_hours", "signals"),
    ),
    "of a list": ('[[recipient]]\nchannel = "maildir"\nweekdays = ["mon", "x"]\nsignals = ["nope"]\n', ("weekdays", "signals")),
    "of a rule": (
        '[[ladder.release.rule]]\nid = "r"\nstatus = "b"\nback_from = ["z"]\nby = ["king"]\n',
        ("status", "back_from", "by"),
    ),
    "of a source": (
        '[[signal.source]]\nurl = "https://x.example/"\ntier = "press"\nevery = "ten"\noptions = { itemz = "x" }\n',
        ("every", "options.itemz"),
    ),
    "of several tables": (
        '[watch]\ntitle = 7\n[[signal.headline]]\nid = "h"\nlabel = "L"\nwhen = { zz = ["a"] }\n',
        ("title", "when.zz"),
    ),
    "of which one is a ladder without a status": ('[ladder.q]\n[[signal.track]]\nladder = "q"\n', ("status",)),
    "that hide what else there is": ('[[recipient]]\nchannel = "smpt"\nsignals = ["nope"]\n', ("channel",)),
}


@pytest.mark.parametrize(("text", "keys"), TWO.values(), ids=TWO)
def test_mistakes_of_a_kind_and_of_a_name_are_told_together(mistakes: Mistakes, text: str, keys: tuple[str, ...]) -> None:
    assert [each.partition("key `")[2].partition("`")[0] for each in mistakes(SMALL + text)] == list(keys)


BROKEN = {
    "an open bracket": ("[watch\n", 1, '"[watch"', "between brackets, such as [watch]"),
    "a key twice": ('[watch]\ntitle = "a"\ntitle = "b"\n', 3, 'title = \\"b\\"', "each key and table once"),
    "a table twice": ("[watch]\n[watch]\n", 2, '"[watch]"', "this table once"),
    "a text without quotes": ("[watch]\ntitle = hello\n", 2, '"title = hello"', 'a text in "quotes"'),
    "no value": ("[watch]\ntitle =\n", 2, '"title ="', 'a value behind "="'),
    "no equals sign": ("[watch]\ntitle: 1\n", 2, '"title: 1"', 'a line such as key = "value"'),
    "two values": ("[web]\nport = 80 90\n", 2, '"port = 80 90"', "nothing more on this line"),
    "no key": ("[web]\n= 80\n", 2, '"= 80"', 'a line such as key = "value"'),
    "a list without a comma": ("[a]\nb = [1 2]\n", 2, '"b = [1 2]"', "values stand between commas"),
    "an open list": ("a = [1\nb = 2\n", 2, '"b = 2"', '"]" at its end'),
    "an open inline table": ("a = { b = 1\n", 2, "the end of the text", 'a "}" at the end'),
    "an open text": ('[watch]\ntitle = "a\n', 2, 'title = \\"a', "the quote that ends this text"),
    "an open text of several lines": ('[watch]\ntitle = """a\n', 3, "the end of the text", "the quotes that end the text"),
    "an open text in single quotes": ("[watch]\ntitle = 'a", 2, "title = 'a", "the quote that ends the text"),
    "a path of Windows": ('[web]\nx = "C:\\users"\n', 2, "users", "a backslash written twice"),
    "a number no table knows": ("[web]\nx = 1\n[web.x]\n", 3, '"[web.x]"', "each key and table once"),
    "a strange character": ("[web]\nx = 1 \u0000\n", 2, "x = 1", "TOML 1.0"),
}


@pytest.mark.parametrize(("text", "line", "found", "expected"), BROKEN.values(), ids=BROKEN)
def test_a_text_that_is_no_toml_is_refused_where_it_breaks(
    mistakes: Mistakes, text: str, line: int, found: str, expected: str
) -> None:
    [said] = mistakes(text)
    assert said.startswith(f"signals.toml:{line}: found ")
    assert found in said
    assert expected in said


def test_a_file_without_a_signal_is_refused(mistakes: Mistakes) -> None:
    assert mistakes("") == ["signals.toml:1: key `signal`: found nothing; expected a value, which has no default"]


def test_a_signal_needs_a_track_and_a_source(mistakes: Mistakes) -> None:
    said = mistakes(LADDER + '[[signal]]\nid = "s"\nquestion = "?"\ntrack = []\nsource = []\n')
    assert [each.partition(": found ")[2] for each in said] == [
        "an empty list; expected at least one track",
        "an empty list; expected at least one source",
    ]


def test_a_value_in_the_place_of_a_table_is_not_hidden_by_the_environment(mistakes: Mistakes) -> None:
    assert mistakes("web = 5\n" + SMALL, WATCHER_WEB_PORT="1") == ["signals.toml:1: key `web`: found 5; expected a table"]


NOT_NESTED = {"settings": "watch = 5\n", "ladders": "ladder = 5\n", "one ladder": "ladder.a = 5\n", "signals": "signal = 5\n"}


@pytest.mark.parametrize("text", NOT_NESTED.values(), ids=NOT_NESTED)
def test_a_value_in_the_place_of_a_table_is_refused(mistakes: Mistakes, text: str) -> None:
    assert any(said.startswith("signals.toml:1: ") and "found 5; expected a " in said for said in mistakes(text))
