from __future__ import annotations

from datetime import timedelta

from tests.builders import ACCESS, day, said, signal_of
from watcher.core.decision.decide import decide
from watcher.core.decision.digest import MOST_IN_FULL, compose, in_full, is_due, net_changes
from watcher.core.model import Change, Standing, Transition

NOW = day("06-10 12:00")
WAIT = timedelta(minutes=10)


def move(
    before: str,
    after: str,
    *,
    kind: Change = Change.ADVANCE,
    number: int = 1,
    track: str = "it",
    mail: bool = True,
    urgent: bool = False,
) -> Transition:
    return Transition(
        "sig", track, kind, before, after, NOW, Standing.CONFIRMED, after, after, id=number, mail=mail, urgent=urgent
    )


def test_changes_gather_for_a_while_and_urgent_ones_do_not_wait() -> None:
    assert not is_due([move("a", "b")], now=NOW + timedelta(minutes=9), wait=WAIT)
    assert is_due([move("a", "b")], now=NOW + WAIT, wait=WAIT)
    assert is_due([move("a", "b", urgent=True)], now=NOW, wait=WAIT)
    assert not is_due([move("a", "b", mail=False)], now=NOW + timedelta(days=9), wait=WAIT), "a detail waits for the next news"
    assert not is_due([], now=NOW, wait=WAIT)


def test_moves_of_one_track_are_told_as_one() -> None:
    (told,) = net_changes([move("a", "b"), move("b", "c", number=2, kind=Change.STEP_BACK)])

    assert (told.before, told.after, told.kind) == ("a", "c", "step_back")


def test_a_raised_standing_joins_the_move_it_confirms() -> None:
    (told,) = net_changes([move("a", "b"), move("b", "b", number=2, kind=Change.RAISED)])

    assert (told.before, told.after, told.kind) == ("a", "b", "advance")


def test_there_and_back_is_nothing() -> None:
    assert net_changes([move("a", "b"), move("b", "a", number=2)]) == ()


def test_a_correction_is_always_said() -> None:
    told = net_changes([move("a", "b"), move("b", "a", number=2, kind=Change.CORRECTION)])

    assert [line.kind.value for line in told] == ["advance", "correction"]


def test_two_tracks_and_events_stay_apart() -> None:
    told = net_changes(
        [move("a", "b"), move("a", "b", track="other"), move("x", "y", kind=Change.NEXT), move("x", "y", kind=Change.NEXT)]
    )

    assert len(told) == 4


def test_the_same_rows_make_the_same_digest() -> None:
    pending = [move("a", "b", number=7), move("x", "y", kind=Change.DETAIL, number=8, mail=False)]

    digest = compose(pending, {}, now=NOW)

    assert (digest.id, digest.kind) == ("news-20260610T120000Z-8", "news")
    assert len(digest.transitions) == 2, "details travel along"
    assert compose([move("a", "b"), move("b", "a", number=2)], {}, now=NOW).kind == "nothing"


def test_a_digest_holds_where_things_stand_and_no_more_words_than_its_letter_shows() -> None:
    claims = [said("official:lab", "gated", f"06-0{number}", words=f"It is gated, say {number}.") for number in range(1, 4)]
    verdict = decide(signal_of(ACCESS), claims, [], NOW)
    news, first = (compose([move("a", "b")], {"sig": verdict}, now=NOW, kind=kind).verdicts[0] for kind in ("news", "baseline"))

    assert [(track.status, track.since, len(track.evidence)) for track in news.tracks] == [("gated", verdict.tracks[0].since, 0)]
    assert [track.evidence for track in first.tracks] == [verdict.tracks[0].evidence[:1]]


def test_for_each_reader_the_first_signals_have_their_words_and_the_first_that_begin() -> None:
    names = [f"s{number:03}" for number in range(200)]
    most = MOST_IN_FULL

    assert in_full(names, (), [()]) == {*names[:most]}
    assert in_full(names, names[100:], [()]) == {*names[:most], *names[100 : 100 + most]}
    assert in_full(names, names, [names[150:], names[:2], names[:2]]) == {*names[:2], *names[150:]}
    assert in_full(names, names, []) == set()
