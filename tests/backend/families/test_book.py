from datetime import timedelta

import pytest

from backend import families, rulebooks
from backend.families import book
from tests.factories.books import change_book
from tests.support.clocks import MORNING

GOOD = {
    "transfers": True,
    "most_members": 4,
    "day_cap_points": 500,
    "min_points": 50,
    "settled_days": 3,
    "invitation_hours": 2,
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("transfers", "yes please"),
        ("most_members", 1),
        ("most_members", 21),
        ("day_cap_points", 49),
        ("day_cap_points", "500"),
        ("min_points", 0),
        ("settled_days", -1),
        ("invitation_hours", 0),
        ("invitation_hours", 169),
        ("colour", "red"),
    ],
)
def test_what_breaks_the_rules_is_refused_and_says_where(name, value):
    with pytest.raises(families.BookRefused) as refused:
        families.checked({**GOOD, name: value})
    assert name in refused.value.detail


def test_instants_are_reckoned_from_joining_and_inviting():
    rules = families.checked(GOOD)
    assert rules.receives_from(MORNING) == MORNING + timedelta(days=3)
    assert rules.invitation_ends(MORNING) == MORNING + timedelta(hours=2)


def test_points_pass_nowhere_until_the_house_says_so(session):
    assert not book.live(session, now=MORNING).transfers
    assert families.checked(rulebooks.get(session, families.KIND, 1).definition) == book.live(session, now=MORNING)
    change_book(session, families.KIND, transfers=True)
    assert book.live(session, now=MORNING).transfers
