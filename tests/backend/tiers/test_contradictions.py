import pytest

from backend.tiers.book import TierBook
from backend.tiers.contradictions import easier
from tests.factories.tiers import definition, tier

SPENT = {"spent_fen": 100, "days": 30}
FRIENDS = {"friends": 3, "tier": "low"}


def overlaps(low, high):
    book = TierBook.model_validate(definition(tier("low", low), tier("high", high)))
    return bool(list(easier(book.tiers[2], book.tiers[1], book)))


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (SPENT, SPENT),
        (SPENT, SPENT | {"spent_fen": 99}),
        (SPENT, SPENT | {"days": 60}),
        (SPENT | {"days": "calendar-year"}, SPENT | {"days": 366}),
        ({"spent_in_a_day_fen": 100}, SPENT),
        ({"spent_in_a_day_fen": 100}, SPENT | {"days": "calendar-year"}),
        ({"spent_in_a_day_fen": 100}, {"spent_in_a_day_fen": 50, "days": 9}),
        ({"purchases": 5, "days": 30}, {"purchases": 4, "days": 30}),
        ({"growth": 5}, {"growth": 5}),
        (FRIENDS, {"friends": 2}),
        (FRIENDS, {"friends": 3, "tier": "low"}),
        ({"paid_membership": True}, {"paid_membership": True}),
        ({"all": [SPENT, {"growth": 5}]}, {"any": [{"purchases": 9, "days": 1}, {"growth": 4}]}),
        ({"any": [SPENT, {"growth": 5}]}, {"growth": 5}),
    ],
)
def test_a_way_to_the_lower_tier_that_leads_to_the_higher_is_found(low, high):
    assert overlaps(low, high)


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (SPENT, SPENT | {"spent_fen": 101}),
        (SPENT, SPENT | {"days": 29}),
        (SPENT, SPENT | {"days": "calendar-year"}),
        (SPENT | {"days": "calendar-year"}, SPENT | {"days": 365}),
        (SPENT, {"spent_in_a_day_fen": 100}),
        (SPENT, {"purchases": 1, "days": 30}),
        ({"friends": 3}, {"friends": 3, "tier": "low"}),
        ({"manual": True}, {"manual": True}),
        (SPENT, {"all": [SPENT, {"growth": 5}]}),
    ],
)
def test_a_higher_tier_that_takes_more_is_none(low, high):
    assert not overlaps(low, high)
