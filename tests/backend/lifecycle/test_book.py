from datetime import timedelta

import pytest

from backend import lifecycle, rulebooks
from backend.lifecycle import book
from tests.factories.books import change_book
from tests.support.clocks import MORNING


@pytest.mark.parametrize("days", [0, 7, 90])
def test_days_to_think_again(days):
    assert lifecycle.checked({"cooling_off_days": days}).cooling_off(blocked=False) == timedelta(days=days)


@pytest.mark.parametrize(
    ("days", "blocked_days", "waits"), [(7, {}, 30), (7, {"blocked_days": 365}, 365), (60, {"blocked_days": 30}, 60)]
)
def test_who_is_blocked_waits_for_the_longer_of_both(days, blocked_days, waits):
    rules = lifecycle.checked({"cooling_off_days": days} | blocked_days)
    assert rules.cooling_off(blocked=True) == timedelta(days=waits)


@pytest.mark.parametrize(
    "definition",
    [
        {},
        {"cooling_off_days": -1},
        {"cooling_off_days": 91},
        {"cooling_off_days": "7"},
        {"cooling_off_days": 7, "x": 1},
    ],
)
def test_what_breaks_the_rules_is_refused_and_says_where(definition):
    with pytest.raises(lifecycle.BookRefused) as refused:
        lifecycle.checked(definition)
    assert "cooling_off_days" in refused.value.detail or "x：" in refused.value.detail


def test_the_book_in_force_is_the_one_of_the_instant(session):
    change_book(session, lifecycle.KIND, now=MORNING, cooling_off_days=3)
    assert book.live(session, now=MORNING - timedelta(microseconds=1)).cooling_off_days == 7
    assert book.live(session, now=MORNING).cooling_off_days == 3


def test_the_first_book_keeps_the_rules(session):
    first = rulebooks.get(session, lifecycle.KIND, 1)
    assert lifecycle.checked(first.definition) == book.live(session, now=MORNING)
