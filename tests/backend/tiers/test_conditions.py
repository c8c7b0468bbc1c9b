from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import TypeAdapter

from backend.tiers.book import TierBook
from backend.tiers.conditions import alternatives, leaves, met_until, missing, ways
from backend.tiers.grammar import Condition
from backend.tiers.history import FRIEND, PAID, Line, history_of
from backend.tiers.measures import Moment
from tests.factories.tiers import bought, definition, noon, tier

BOOK = TierBook.model_validate(definition(tier("silver", {"growth": 1}), tier("gold", {"growth": 2})))
TODAY = noon("2026-03-30")
NOW = Moment(BOOK, TODAY.date(), TODAY)
END = noon("2027-01-01")
LINES = [
    bought(1, 70_000, noon("2026-03-01")),
    bought(2, 10_000, noon("2026-03-30")),
    bought(3, 500, noon("2025-12-31")),
    Line(4, FRIEND, noon("2026-03-02"), friend_id=1, tier_code="silver"),
    Line(5, FRIEND, noon("2026-03-02"), friend_id=2, tier_code="basic"),
    Line(6, PAID, noon("2026-03-02"), from_at=noon("2026-03-30"), until_at=noon("2026-06-01")),
]
HISTORY = history_of(LINES, 805)


def condition(given):
    return TypeAdapter(Condition).validate_python(given)


def met(given, moment=NOW):
    return met_until(condition(given), HISTORY, moment, end=END) is not None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"spent_fen": 80_000, "days": 30}, True),
        ({"spent_fen": 80_001, "days": 30}, False),
        ({"spent_fen": 80_000, "days": 29}, False),
        ({"spent_fen": 80_000, "days": "calendar-year"}, True),
        ({"spent_fen": 80_500, "days": "calendar-year"}, False),
        ({"spent_fen": 80_500, "days": 366}, True),
        ({"spent_in_a_day_fen": 10_000}, True),
        ({"spent_in_a_day_fen": 10_001}, False),
        ({"spent_in_a_day_fen": 70_000, "days": 30}, True),
        ({"purchases": 2, "days": 30}, True),
        ({"purchases": 3, "days": 30}, False),
        ({"growth": 805}, True),
        ({"growth": 806}, False),
        ({"friends": 2}, True),
        ({"friends": 2, "tier": "silver"}, False),
        ({"friends": 1, "tier": "silver"}, True),
        ({"paid_membership": True}, True),
        ({"manual": True}, False),
        ({"all": [{"growth": 805}, {"friends": 3}]}, False),
        ({"any": [{"growth": 806}, {"friends": 2}]}, True),
    ],
)
def test_what_is_exactly_enough_is_enough(given, expected):
    """T4: a value equal to the threshold qualifies."""
    assert met(given) is expected


def test_a_past_day_counts_what_was_bought_by_then():
    past = replace(NOW, day=noon("2026-03-10").date(), upto=noon("2026-03-10").date())
    assert met({"spent_fen": 70_000, "days": 30}, past)
    assert not met({"spent_fen": 70_001, "days": 30}, past)


def test_paid_memberships_give_as_long_as_they_last():
    paid, grown = {"paid_membership": True}, {"growth": 1}
    ends = [met_until(condition(given), HISTORY, NOW, end=END) for given in (paid, {"all": [paid, grown]}, grown)]
    assert ends == [noon("2026-06-01"), noon("2026-06-01"), END]
    assert met_until(condition({"any": [paid, grown]}), HISTORY, NOW, end=END) == END
    assert not met(paid, replace(NOW, at=noon("2026-06-01")))
    assert not met(paid, replace(NOW, at=TODAY - timedelta(microseconds=1)))


TREE = {"any": [{"all": [{"growth": 900}, {"any": [{"friends": 5}, {"purchases": 1, "days": 9}]}]}, {"manual": True}]}


def test_every_way_through_a_tree_is_named():
    assert [len(way) for way in alternatives(condition(TREE))] == [2, 2, 1]
    assert [type(leaf).__name__ for leaf in leaves(condition(TREE))] == ["Growth", "Friends", "Purchases", "Manual"]
    assert list(leaves(None)) == []
    nearest = ways(condition(TREE), HISTORY, NOW)[0]
    assert [(need.kind, need.missing) for need in nearest] == [("growth", 95), ("purchases", 0)]


def test_only_what_is_missing_is_told_and_nothing_of_what_only_staff_can_give():
    found = missing(condition(TREE), HISTORY, NOW)
    assert [[(need.kind, need.missing) for need in way] for way in found] == [
        [("growth", 95)],
        [("growth", 95), ("friends", 3)],
    ]
    assert missing(condition({"any": [TREE, {"growth": 1}]}), HISTORY, NOW) == []


def test_what_is_spent_on_a_day_that_is_over_does_not_shorten_the_way_to_a_day():
    (way,) = missing(condition({"spent_in_a_day_fen": 80_000, "days": 30}), HISTORY, NOW)
    assert [(need.had, need.missing, need.from_day) for need in way] == [(10_000, 70_000, noon("2026-03-01").date())]
