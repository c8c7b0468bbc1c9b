"""What holds of every book and every life: pure, so that many can be tried (T1, T3)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.tiers.history import CORRECTION, History, Line
from backend.tiers.replay import carry, replay
from backend.tiers.rules import Career
from backend.tiers.state import opening
from tests.backend.tiers.lives import BEGIN, MOMENTS, TIMELINES, doings, refunds

MANY = settings(max_examples=60)


def rank(lines, timeline, at):
    career = replay(lines, timeline, opened_at=BEGIN, at=at)
    return career.book.rank(career.state.tier)


@MANY
@given(TIMELINES, doings(), doings(first_seq=100, max_size=4), MOMENTS)
def test_having_done_more_never_gives_a_lower_tier(timeline, lines, more, at):
    more = [line for line in more if line.kind not in {"manual", "friend", "friend-tier"}]
    assert rank([*lines, *more], timeline, at) >= rank(lines, timeline, at)


@MANY
@given(st.data(), TIMELINES, doings(), MOMENTS)
def test_a_refund_never_gives_a_higher_tier(data, timeline, lines, at):
    earlier = data.draw(refunds(lines))
    last = data.draw(refunds([line for line in lines if line.seq not in {made.of_seq for made in earlier}], 700))
    assert rank([*lines, *earlier, *last], timeline, at) <= rank([*lines, *earlier], timeline, at)


@MANY
@given(TIMELINES, doings(), MOMENTS, st.integers(1, 500), MOMENTS)
def test_a_correction_never_gives_a_higher_tier(timeline, lines, taken_at, value, at):
    correction = Line(900, CORRECTION, taken_at, value=-value)
    assert rank([*lines, correction], timeline, at) <= rank(lines, timeline, at)


@MANY
@given(TIMELINES, doings(), st.lists(MOMENTS, max_size=4), MOMENTS)
def test_step_by_step_is_what_a_replay_gives(timeline, lines, looks, at):
    """Step by step as the services do: each line carried over what time and books brought, looked at in between."""
    first = timeline.editions[0]
    career, told = Career(timeline, History(), opening(first, BEGIN)), []
    story = sorted([*((line.at, line) for line in lines), *((look, None) for look in looks)], key=lambda one: one[0])
    for instant, line in story:
        if instant > at:
            break
        career = carry(career, told, opened_at=BEGIN, until=instant)
        if line is not None:
            judged = line._replace(version=career.state.version)
            told.append(judged)
            career.count(judged)
    career = carry(career, told, opened_at=BEGIN, until=at)
    again = replay(told, timeline, opened_at=BEGIN, at=at)
    assert said(career) == said(again)


def said(career):
    state = career.state
    terms, lapsed = ({code: ends for code, ends in part.items() if ends} for part in (state.terms, state.lapsed))
    return state.tier, state.earned, terms, lapsed, state.manual, career.history.growth, state.version
