import pytest

from backend import sharing
from backend.sharing import book
from tests.factories.books import change_book
from tests.support.clocks import MORNING

GOOD = {
    "within_days": 7,
    "visit": {"points": 5, "per_day": 10},
    "purchase": {"points": 50, "coupon": None, "from_fen": 10_000, "per_month": 20},
}


def test_the_first_book_is_a_good_one(session):
    rules, version = book.live(session, now=MORNING)
    assert (rules.model_dump(), version) == (GOOD, 1)


@pytest.mark.parametrize(
    "change",
    [
        {"within_days": 0},
        {"within_days": 91},
        {"visit": {"points": -1, "per_day": 1}},
        {"visit": {"points": 1.5, "per_day": 1}},
        {"visit": {"points": 1}},
        {"purchase": {"points": 1, "from_fen": -1, "per_month": 1}},
        {"purchase": {"points": 1, "coupon": "No Code", "from_fen": 0, "per_month": 1}},
        {"more": 1},
    ],
)
def test_what_cannot_be_is_refused(session, change):
    with pytest.raises(sharing.BookRefused):
        book.checked(GOOD | change)


def test_a_version_is_what_it_was(session):
    change_book(session, sharing.KIND, within_days=3)
    assert book.of_version(session, 1).within_days == 7
    assert book.live(session, now=MORNING)[0].within_days == 3
