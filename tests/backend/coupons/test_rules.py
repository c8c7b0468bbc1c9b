from datetime import UTC, date, datetime, timedelta

import pytest

from backend.coupons.definition import FixedDays, PerMember, RelativeDays
from backend.coupons.errors import CodeRefused, NoteRefused
from backend.coupons.rules import checked_code, checked_note, counts_since, last_day, validity
from backend.kit.calendar import day_end, day_start
from tests.support.clocks import LATE, MORNING

SUNDAY = date(2026, 3, 1)


def test_fifteen_days_from_the_day_after():
    start, end = validity(RelativeDays(days=15, after=1), LATE)
    assert (start, end) == (day_start(date(2026, 3, 2)), day_end(date(2026, 3, 16)))


def test_at_once_is_from_that_very_instant():
    assert validity(RelativeDays(days=1), MORNING) == (MORNING, day_end(SUNDAY))


def test_fixed_days_are_those_days_whenever_it_is_got():
    terms = FixedDays(first=SUNDAY, last=date(2026, 3, 31))
    assert validity(terms, MORNING + timedelta(days=90)) == (day_start(SUNDAY), day_end(date(2026, 3, 31)))


@pytest.mark.parametrize(
    ("per", "since"),
    [
        ("day", SUNDAY),
        ("week", date(2026, 2, 23)),
        ("month", SUNDAY),
        ("year", date(2026, 1, 1)),
        ("ever", date.min),
    ],
)
def test_a_limit_counts_from_the_beginning_of_its_period(per, since):
    assert counts_since(PerMember(most=1, per=per), SUNDAY) == since


def test_the_last_day_is_the_one_before_its_end():
    assert last_day(datetime(2026, 3, 1, 16, tzinfo=UTC)) == SUNDAY
    assert last_day(datetime(2026, 3, 1, 16, 0, 1, tzinfo=UTC)) == date(2026, 3, 2)


@pytest.mark.parametrize("code", ["", "A", "-a", "满", "a b", "a" * 33, "a\n"])
def test_codes_that_are_none(code):
    with pytest.raises(CodeRefused):
        checked_code(code)


def test_a_code_and_a_note_as_they_should_be():
    assert checked_code("spring-2026") == "spring-2026"
    assert checked_note(" 春季 ") == "春季"


@pytest.mark.parametrize("note", ["", " ", "a\nb", "长" * 201])
def test_notes_that_are_none(note):
    with pytest.raises(NoteRefused):
        checked_note(note)
