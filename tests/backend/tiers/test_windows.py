from datetime import date

import pytest

from backend.tiers.book import TierBook
from backend.tiers.windows import asks_people, longest_window, reaches_back
from tests.factories.tiers import YEAR, definition, tier


def book(qualify, keep=None):
    return TierBook.model_validate(definition(tier("gold", qualify, keep=keep, validity=YEAR)))


@pytest.mark.parametrize(
    ("qualify", "keep", "longest", "people"),
    [
        ({"growth": 5}, None, 0, False),
        ({"spent_fen": 5, "days": 30}, None, 30, False),
        ({"spent_fen": 5, "days": 30}, {"purchases": 1, "days": 400}, 400, False),
        ({"any": [{"spent_in_a_day_fen": 5}, {"friends": 1}]}, None, 1, True),
        ({"all": [{"spent_fen": 5, "days": "calendar-year"}, {"paid_membership": True}]}, None, 366, True),
    ],
)
def test_a_book_says_how_far_back_it_looks(qualify, keep, longest, people):
    found = book(qualify, keep)
    assert (longest_window(found), asks_people(found)) == (longest, people)


def test_a_window_ends_with_its_day():
    assert reaches_back(date(2026, 3, 30), 30) == date(2026, 3, 1)
    assert reaches_back(date(2026, 3, 30), 1) == date(2026, 3, 30)
