from datetime import date, timedelta
from random import Random

import pytest

from backend import members
from backend.members import ProfileChanges, ProfileCompleted
from tests.factories.members import make_application, make_identity, make_member
from tests.support.clocks import MORNING

BIRTHDAY = date(1990, 4, 5)
LATER = MORNING + timedelta(days=1)


@pytest.fixture
def heard(session):
    told = []
    session.info["listeners"] = {**session.info["listeners"], ProfileCompleted: [lambda _, fact: told.append(fact)]}
    return told


def change(session, member_id, now=LATER, **changes):
    members.update_profile(session, member_id, changes=ProfileChanges(**changes), now=now)


def test_it_is_told_when_the_last_of_the_three_is_known(session, heard):
    member_id = make_member(session, nickname=None).id
    for changes in ({"birthday": BIRTHDAY}, {"gender": "female"}):
        change(session, member_id, **changes)
        assert heard == []
    change(session, member_id, nickname="小红")
    assert heard == [ProfileCompleted(member_id, LATER)]


def test_it_is_told_once_for_ever(session, heard):
    member_id = make_member(session).id
    for gender in ("female", "unknown", "male"):
        change(session, member_id, gender=gender, birthday=BIRTHDAY)
    assert len(heard) == 1


def test_who_joins_with_all_three_has_completed_it(session, heard):
    application = make_application(birthday=BIRTHDAY, gender="male")
    identity = make_identity(session)
    joined = members.join(session, identity.id, application=application, rng=Random(1), now=MORNING)
    assert heard == [ProfileCompleted(joined.member.id, MORNING)]


def test_a_birthday_that_the_store_corrects_may_complete_it(session, heard):
    member_id = make_member(session).id
    change(session, member_id, gender="female")
    members.correct_birthday(session, member_id, BIRTHDAY, now=LATER)
    members.correct_birthday(session, member_id, BIRTHDAY + timedelta(days=1), now=LATER)
    assert heard == [ProfileCompleted(member_id, LATER)]


def test_who_stands_for_two_has_completed_it_when_one_of_them_had(session, heard):
    gone, into = make_member(session), make_member(session)
    change(session, gone.id, gender="female", birthday=BIRTHDAY)
    members.absorb(session, gone, into)
    change(session, into.id, nickname="大红")
    assert [fact.member_id for fact in heard] == [gone.id]
