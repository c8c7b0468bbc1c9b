import pytest
from pydantic import TypeAdapter

from backend.tiers.book import TierBook
from backend.tiers.grammar import Condition
from backend.tiers.history import FRIEND, PAID, Line, history_of
from backend.tiers.measures import MEASURES, Moment, needed_of
from tests.factories.tiers import bought, definition, noon, tier

TODAY = noon("2026-03-30")
NOW = Moment(TierBook.model_validate(definition(tier("silver", {"growth": 1}))), TODAY.date(), TODAY)
HISTORY = history_of(
    [
        bought(1, 70_000, noon("2026-03-01")),
        bought(2, 10_000, TODAY),
        Line(3, FRIEND, TODAY, friend_id=1, tier_code="basic"),
        Line(4, PAID, TODAY, from_at=TODAY),
    ],
    800,
)


@pytest.mark.parametrize(
    ("given", "kind", "needed", "had"),
    [
        ({"spent_fen": 9, "days": 30}, "spent", 9, 80_000),
        ({"spent_fen": 9, "days": 29}, "spent", 9, 10_000),
        ({"spent_in_a_day_fen": 8, "days": 30}, "spent-in-a-day", 8, 70_000),
        ({"purchases": 7, "days": "calendar-year"}, "purchases", 7, 2),
        ({"growth": 6}, "growth", 6, 800),
        ({"friends": 5}, "friends", 5, 1),
        ({"friends": 5, "tier": "silver"}, "friends", 5, 0),
        ({"paid_membership": True}, "paid-membership", 1, 1),
        ({"manual": True}, "manual", 1, 0),
    ],
)
def test_each_kind_has_its_own_measure(given, kind, needed, had):
    leaf = TypeAdapter(Condition).validate_python(given)
    measure = MEASURES[type(leaf)]
    assert (measure.kind, needed_of(leaf), measure.had(leaf, HISTORY, NOW)) == (kind, needed, had)
