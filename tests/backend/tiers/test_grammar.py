import pytest
from pydantic import TypeAdapter, ValidationError

from backend.tiers.grammar import AllOf, Condition, DaySpent, Friends, Manual, Paid, Spent

CONDITION = TypeAdapter(Condition)


@pytest.mark.parametrize(
    ("condition", "read"),
    [
        ({"spent_fen": 5, "days": "calendar-year"}, Spent(spent_fen=5, days="calendar-year")),
        ({"spent_in_a_day_fen": 5}, DaySpent(spent_in_a_day_fen=5, days=1)),
        ({"friends": 3}, Friends(friends=3, tier=None)),
        (
            {"all": [{"manual": True}, {"paid_membership": True}]},
            AllOf(all=[Manual(manual=True), Paid(paid_membership=True)]),
        ),
    ],
)
def test_a_condition_is_known_by_what_it_names(condition, read):
    assert CONDITION.validate_python(condition) == read
    assert CONDITION.validate_python(read) == read


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"spent_fen": 100},
        {"spent_fen": 0, "days": 30},
        {"spent_fen": "100", "days": 30},
        {"spent_fen": 100, "days": 30, "friends": 1},
        {"spent_fen": 100, "days": "year"},
        {"growth": 1.5},
        {"any": []},
        {"paid_membership": False},
        {"points": 100},
    ],
)
def test_a_condition_that_cannot_be_read_is_refused(condition):
    with pytest.raises(ValidationError):
        CONDITION.validate_python(condition)
