from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter
from typing import Final

from backend.kit.money import PER_TEN_THOUSAND
from backend.tiers.history import DERIVED, History, Line, history_of, is_void, taken_back
from backend.tiers.instants import MOMENT
from backend.tiers.rules import Career
from backend.tiers.state import NEW_BOOK, opening
from backend.tiers.timeline import Timeline

_order: Final = attrgetter("at", "seq")


def replay(lines: Iterable[Line], timeline: Timeline, *, opened_at: datetime, at: datetime) -> Career:
    """Where a member stands at an instant who opened at another and did what the lines tell: reckoned from scratch.

    What is stored is always this. What was taken back under a book that re-checks counts as if it had never been; a
    book that recomputes as if it had always been in force. Growth value decays by the books of its time in any case.
    """
    written = sorted((line for line in lines if line.at <= at), key=_order)
    came = {edition.version for edition in timeline.editions if edition.live_from <= at}
    timeline = timeline.met_by(written)
    at = max([at, *(edition.live_from for edition in timeline.editions if edition.version in came)])
    told = [line for line in written if line.kind not in DERIVED]
    merits = _rechecked(told, timeline)
    judging = timeline.judging(at)
    career = Career(judging, History(), opening(judging.at(opened_at), opened_at), growth_by=timeline)
    for place, line in enumerate(merits):
        if not line.takes:
            career.count(line)
            continue
        career.go_on(line.at)
        before = merits[:place]
        taken_back(before, line)
        merits[:place] = before
        career.history = history_of(_given(before), grown(before, timeline, at=line.at))
    career.go_on(at)
    return career


def carry(career: Career, lines: Iterable[Line], *, opened_at: datetime, until: datetime) -> Career:
    """Let time pass to an instant, also over books that recompute; these need all `lines` of the journal, others none.

    Answers the career that goes on from there, with all steps and decays since `career` began.
    """
    coming = career.timeline.after(career.edition)
    while coming is not None and coming.book.change != "recompute":
        coming = career.timeline.after(coming)
    if coming is None or coming.live_from > until:
        career.go_on(until)
        return career
    turn = coming.live_from if coming.live_from > career.state.at else career.state.at + MOMENT
    career.go_on(turn - MOMENT)
    again = replay(lines, career.growth_by, opened_at=opened_at, at=turn)
    again.follow(career, turn, NEW_BOOK)
    return carry(again, lines, opened_at=opened_at, until=until)


def grown(lines: Iterable[Line], timeline: Timeline, *, at: datetime) -> int:
    """The growth value at an instant of what some lines, in order, gave, less what decayed of it."""
    growth, clock = 0, None
    for line in _given(lines):
        growth = growth if clock is None else _decayed(growth, timeline, clock, line.at)
        growth, clock = growth + line.value, line.at
    return growth if clock is None else _decayed(growth, timeline, clock, at)


def _rechecked(lines: list[Line], timeline: Timeline) -> list[Line]:
    kept: list[Line] = []
    for line in lines:
        if line.takes and timeline.at(line.at).book.on_refund == "recheck":
            taken_back(kept, line)
        else:
            kept.append(line)
    return [line for line in kept if not is_void(line)]


def _decayed(growth: int, timeline: Timeline, since: datetime, until: datetime) -> int:
    while growth > 0 and (decay := timeline.decay_after(since)) is not None and decay[0] <= until:
        since, growth = decay[0], growth * decay[1] // PER_TEN_THOUSAND
    return growth


def _given(lines: Iterable[Line]) -> Iterable[Line]:
    return (line for line in lines if not line.takes)
