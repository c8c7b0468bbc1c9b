import pytest
from pydantic import TypeAdapter

from backend.tiers.book import Condition, TierBook
from backend.tiers.conditions import Moment, alternatives, met_until, missing
from backend.tiers.history import PAID, Line, history_of
from tests.backend.tiers.lives import on
from tests.factories.tiers import bought, definition, midnight, noon, tier

BOOK = TierBook.model_validate(definition(tier("silver", {"growth": 100}), tier("gold", {"growth": 200})))
END = midnight("2027-01-01")


def condition(said):
    return TypeAdapter(Condition).validate_python(said)


def at(day):
    return Moment(BOOK, on(day), noon(day))


def met(said, history, day):
    return met_until(condition(said), history, at(day), end=END) == END


SPENT = history_of(
    [
        bought(1, 60_000, noon("2026-01-01")),
        bought(2, 40_000, noon("2026-01-30")),
        bought(3, 30_000, noon("2026-01-30")),
    ],
    growth=1_300,
)


@pytest.mark.parametrize(
    ("said", "holds"),
    [
        ({"spent_fen": 130_000, "days": 30}, True),
        ({"spent_fen": 130_001, "days": 30}, False),
        ({"spent_fen": 70_001, "days": 29}, False),
        ({"spent_in_a_day_fen": 70_000}, True),
        ({"spent_in_a_day_fen": 70_001, "days": 30}, False),
        ({"purchases": 3, "days": "calendar-year"}, True),
        ({"purchases": 3, "days": 29}, False),
        ({"growth": 1_300}, True),
        ({"growth": 1_301}, False),
        ({"any": [{"growth": 9_999}, {"purchases": 2, "days": 1}]}, True),
        ({"all": [{"growth": 1}, {"purchases": 4, "days": 30}]}, False),
        ({"manual": True}, False),
        ({"paid_membership": True}, False),
    ],
)
def test_a_value_equal_to_the_threshold_holds_and_one_less_does_not(said, holds):
    assert met(said, SPENT, "2026-01-30") is holds


def test_friends_count_from_the_tier_they_hold():
    history = history_of([], growth=0)
    history.friends = {1: "basic", 2: "silver", 3: "gold"}
    assert met({"friends": 3}, history, "2026-01-30")
    assert met({"friends": 2, "tier": "silver"}, history, "2026-01-30")
    assert not met({"friends": 3, "tier": "silver"}, history, "2026-01-30")


def test_a_paid_membership_gives_its_tier_for_as_long_as_it_lasts():
    paid = Line(1, PAID, noon("2026-01-01"), from_at=noon("2026-01-01"), until_at=noon("2026-02-01"))
    until = met_until(condition({"paid_membership": True}), history_of([paid], 0), at("2026-01-30"), end=END)
    assert until == noon("2026-02-01")


def test_what_is_missing_is_told_by_each_way_that_can_be_gone():
    ways = missing(
        condition(
            {"any": [{"growth": 1_500}, {"manual": True}, {"all": [{"purchases": 5, "days": 30}, {"friends": 1}]}]}
        ),
        SPENT,
        at("2026-01-30"),
    )
    assert [[(need.kind, need.missing) for need in way] for way in ways] == [
        [("growth", 200)],
        [("purchases", 2), ("friends", 1)],
    ]


def test_nothing_is_missing_where_one_way_is_gone():
    assert missing(condition({"any": [{"growth": 1}, {"growth": 9_999}]}), SPENT, at("2026-01-30")) == []


def test_ways_through_a_tree_are_multiplied_out():
    tree = condition({"all": [{"any": [{"growth": 1}, {"growth": 2}]}, {"any": [{"friends": 1}, {"friends": 2}]}]})
    assert len(alternatives(tree)) == 4
