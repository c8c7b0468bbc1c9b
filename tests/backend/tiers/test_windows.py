from datetime import date

import pytest

from backend.tiers.book import TierBook
from backend.tiers.windows import asks_people, longest_window, reaches_back
from tests.factories.tiers import definition, tier


def book(qualify, keep=None):
    return TierBook.model_validate(definition(tier("gold", qualify, keep=keep)))


@pytest.mark.parametrize(
    ("qualify", "keep", "days"),
    [
        ({"growth": 1}, None, 0),
        ({"spent_in_a_day_fen": 1}, None, 1),
        ({"any": [{"purchases": 1, "days": 30}, {"spent_fen": 1, "days": 90}]}, None, 90),
        ({"growth": 1}, {"spent_fen": 1, "days": 400}, 400),
        ({"spent_fen": 1, "days": "calendar-year"}, None, 366),
    ],
)
def test_the_longest_window_is_as_far_as_a_call_reads(qualify, keep, days):
    assert longest_window(book(qualify, keep)) == days


def test_people_are_asked_for_only_where_a_condition_does():
    assert not asks_people(book({"growth": 1}))
    assert asks_people(book({"growth": 1}, keep={"friends": 2}))
    assert asks_people(book({"paid_membership": True}))


def test_a_window_of_one_day_is_that_day():
    assert reaches_back(date(2026, 3, 1), 1) == date(2026, 3, 1)
    assert reaches_back(date(2026, 3, 1), 30) == date(2026, 1, 31)
