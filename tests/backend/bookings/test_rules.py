from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.bookings import Course, FeedbackRefused, HoursRefused, LeaveRefused, ServiceRefused, Span
from backend.bookings.rules import (
    GRAIN,
    checked_course,
    checked_feedback,
    checked_hours,
    checked_leave,
    free_starts,
    grains,
    opened,
)
from tests.factories.bookings import HOUR, MONDAY, TEN

QUARTERS = st.integers(min_value=0, max_value=40)
COURSES = st.builds(
    lambda long, after, step: Course(15 * long, 15 * after, 15 * step),
    st.integers(min_value=1, max_value=8),
    st.integers(min_value=0, max_value=4),
    st.integers(min_value=1, max_value=8),
)


def starts(spans, away, taken, course, earliest=TEN):
    found = free_starts(spans, away, taken, course, earliest=earliest)
    return [int((at - TEN).total_seconds()) // 60 for at in found]


def test_hours_of_a_shop_day():
    assert opened(MONDAY, [(780, 1080), (600, 720)]) == [
        Span(TEN, TEN + 2 * HOUR),
        Span(TEN + 3 * HOUR, TEN + 8 * HOUR),
    ]
    assert opened(date(2026, 3, 2), []) == []


def test_a_service_begins_every_step_while_it_ends_in_time():
    course = Course(60, 15, 30)
    assert starts([Span(TEN, TEN + 2 * HOUR)], [], set(), course) == [0, 30, 60]
    assert starts([Span(TEN, TEN + HOUR / 2)], [], set(), course) == []
    assert starts([Span(TEN, TEN + 2 * HOUR)], [], set(), course, TEN + timedelta(minutes=1)) == [30, 60]


def test_what_is_taken_and_who_is_away():
    course, spans = Course(60, 15, 30), [Span(TEN, TEN + 4 * HOUR)]
    taken = set(course.grains(TEN + HOUR))
    assert starts(spans, [], taken, course) == [150, 180]
    assert starts(spans, [Span(TEN + HOUR, TEN + 2 * HOUR)], set(), course) == [0, 120, 150, 180]


def test_grains_are_quarters_of_hours():
    assert grains(TEN, 45) == [TEN, TEN + GRAIN, TEN + 2 * GRAIN]
    assert len(Course(60, 15, 30).grains(TEN)) == 5
    assert Course(60, 15, 30).span(TEN) == Span(TEN, TEN + HOUR)


@given(COURSES, st.sets(QUARTERS), QUARTERS, QUARTERS, QUARTERS)
def test_free_starts_are_free(course, taken_quarters, length, away_from, away_for):
    span = Span(TEN, TEN + length * GRAIN)
    away = Span(TEN + away_from * GRAIN, TEN + (away_from + away_for) * GRAIN)
    taken = {TEN + no * GRAIN for no in taken_quarters}
    found = list(free_starts([span], [away] if away_for else [], taken, course, earliest=TEN))
    for start in found:
        assert span.start <= start
        assert course.span(start).end <= span.end
        assert not taken & set(course.grains(start))
        assert not away_for or not course.span(start).meets(away)
    step = timedelta(minutes=course.step_minutes)
    possible = [span.start + no * step for no in range(41) if course.span(span.start + no * step).end <= span.end]
    for start in set(possible) - set(found):
        assert taken & set(course.grains(start)) or course.span(start).meets(away)


@given(COURSES, st.lists(QUARTERS, max_size=10))
def test_whoever_books_one_after_the_other_never_meets(course, wishes):
    span, taken, booked = Span(TEN, TEN + 10 * HOUR), set(), []
    for wish in wishes:
        free = list(free_starts([span], [], taken, course, earliest=TEN + wish * GRAIN))
        if free:
            taken |= set(course.grains(free[0]))
            booked.append(course.span(free[0]))
    assert not any(one.meets(other) for one in booked for other in booked if one is not other)


@pytest.mark.parametrize("parts", [(0, 0, 15), (50, 0, 15), (60, 7, 15), (60, 0, 0), (1455, 0, 15), (60, -15, 15)])
def test_a_course_that_cannot_be(parts):
    with pytest.raises(ServiceRefused):
        checked_course(Course(*parts))


@pytest.mark.parametrize(
    "hours",
    [
        [(7, 600, 660)],
        [(0, 660, 600)],
        [(0, 601, 660)],
        [(0, 600, 1455)],
        [(0, 600, 720), (0, 705, 800)],
    ],
)
def test_hours_that_cannot_be(hours):
    with pytest.raises(HoursRefused):
        checked_hours(hours)


def test_hours_in_their_order():
    assert checked_hours([(1, 600, 720), (0, 780, 900), (0, 600, 780)])[0] == (0, 600, 780)


def test_leaves_and_words():
    assert checked_leave(Span(TEN, TEN + HOUR))
    for leave in (Span(TEN, TEN), Span(TEN, TEN + timedelta(days=367))):
        with pytest.raises(LeaveRefused):
            checked_leave(leave)
    assert checked_feedback(" 很好 ") == "很好"
    for text in ("好" * 201, "\x00"):
        with pytest.raises(FeedbackRefused):
            checked_feedback(text)
