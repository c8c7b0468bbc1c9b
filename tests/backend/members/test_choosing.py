from datetime import date, timedelta

import pytest
from sqlalchemy import select

from backend import members
from backend.members import Member, ProfileChanges, Traits
from tests.factories.members import make_member
from tests.support.clocks import MORNING


@pytest.fixture
def people(session):
    """Four who joined a day after one another; the last is blocked."""
    found = [make_member(session, now=MORNING + timedelta(days=number)) for number in range(4)]
    found[3].status = members.BLOCKED
    for number, words in ((0, ("新客", "母婴")), (1, ("母婴",)), (3, ("母婴",))):
        for word in words:
            members.tag(session, found[number].id, word)
    session.flush()
    return [one.id for one in found]


@pytest.fixture
def chosen(session, people):
    """Which of them, by number."""

    def who(**traits):
        rows = session.scalars(select(Member.id).where(members.chosen(session, Traits(**traits))))
        return sorted(map(people.index, rows))

    return who


def test_nothing_asked_is_everybody_who_is_active(chosen):
    assert chosen() == [0, 1, 2]


def test_one_of_some_tags_is_enough_and_all_of_others_are_wanted(chosen):
    assert chosen(any_tag=frozenset({"新客", "母婴"})) == [0, 1]
    assert chosen(all_tags=frozenset({"新客", "母婴"})) == [0]
    assert chosen(any_tag=frozenset({"无人"})) == []


def test_the_first_instant_of_joining_counts_and_the_last_does_not(chosen):
    second, third = MORNING + timedelta(days=1), MORNING + timedelta(days=2)
    assert chosen(joined_from=second) == [1, 2]
    assert chosen(joined_before=third) == [0, 1]
    assert chosen(joined_from=second, joined_before=third) == [1]


@pytest.mark.parametrize(
    ("day", "month"), [(date(1990, 2, 29 - 1), 2), (date(1992, 2, 29), 2), (date(1990, 12, 31), 12)]
)
def test_a_birthday_counts_for_its_month(session, people, chosen, day, month):
    members.update_profile(session, people[1], changes=ProfileChanges(birthday=day), now=MORNING)
    session.flush()
    assert chosen(birthday_month=month) == [1]
    assert chosen(birthday_month=month - 1) == []


def test_all_that_is_asked_is_wanted_together(chosen):
    assert chosen(any_tag=frozenset({"母婴"}), joined_from=MORNING + timedelta(days=1)) == [1]
