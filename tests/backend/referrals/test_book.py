import pytest

from backend import rulebooks
from backend.referrals import BookRefused, book, checked
from tests.factories.books import change_book
from tests.support.clocks import MORNING


@pytest.fixture
def first(session):
    return rulebooks.live(session, "referral", now=MORNING).definition


def test_the_house_begins_with_rules_that_are_rules(session, first):
    assert book.live(session, now=MORNING) == (1, checked(first))
    assert [stage.friends for stage in checked(first).stages] == [1, 3, 5, 10]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"least_fen": -1}, "least_fen"),
        ({"stages": [{"friends": 3}, {"friends": 1}]}, "从小到大"),
        ({"stages": [{"friends": 3}, {"friends": 3}]}, "从小到大"),
        ({"inviter": {"points": 1.5}}, "inviter.points"),
        ({"late_hours": 169}, "late_hours"),
        ({"stores": []}, "stores"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_what_breaks_them_is_refused_in_words(first, wrong, told):
    with pytest.raises(BookRefused) as refused:
        checked(first | wrong)
    assert told in refused.value.detail


def test_an_older_version_says_what_it_said(session):
    change_book(session, "referral", least_fen=1)
    assert [book.of_version(session, version).least_fen for version in (1, 2)] == [10_000, 1]
