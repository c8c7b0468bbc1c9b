from datetime import date, timedelta

import pytest

from backend import members
from backend.members import ProfileChanges
from tests.factories.members import make_member
from tests.support.clocks import MORNING

LATER = MORNING + timedelta(days=1)
RIGHT = date(1990, 5, 4)


def birthday_of(session, member):
    return members.profile(session, member).birthday


def test_an_operator_corrects_a_birthday_that_was_set_as_often_as_it_takes(session):
    member = make_member(session)
    members.update_profile(session, member.id, changes=ProfileChanges(birthday=date(1909, 5, 4)), now=MORNING)
    for day in (date(1990, 4, 5), RIGHT):
        members.correct_birthday(session, member.id, day, now=LATER)
        assert birthday_of(session, member) == day
    with pytest.raises(members.BirthdayFixed):
        members.update_profile(session, member.id, changes=ProfileChanges(birthday=date(1991, 5, 4)), now=LATER)


def test_a_birthday_that_was_never_set_is_set_for_good(session):
    member = make_member(session)
    members.correct_birthday(session, member.id, RIGHT, now=LATER)
    assert members.profile(session, member).birthday_locked


@pytest.mark.parametrize("day", [date(1899, 12, 31), date(2026, 3, 3)])
def test_an_impossible_birthday_is_refused(session, day):
    member = make_member(session)
    with pytest.raises(members.BirthdayRefused):
        members.correct_birthday(session, member.id, day, now=LATER)
    assert birthday_of(session, member) is None


def test_a_blocked_member_is_corrected_and_stays_blocked(session):
    member = members.block(session, make_member(session).id)
    members.correct_birthday(session, member.id, RIGHT, now=LATER)
    assert (birthday_of(session, member), member.status) == (RIGHT, members.BLOCKED)


def test_blocking_has_a_way_back_and_each_may_be_repeated(session):
    member = make_member(session)
    for verb, status in ((members.block, members.BLOCKED), (members.unblock, members.ACTIVE)):
        for _ in range(2):
            assert verb(session, member.id) is member
            assert member.status == status


def test_a_closed_member_is_left_alone(session):
    member = make_member(session)
    member.status = members.CLOSED
    with pytest.raises(members.Closed):
        members.correct_birthday(session, member.id, RIGHT, now=LATER)
    for verb in (members.block, members.unblock):
        with pytest.raises(members.Closed):
            verb(session, member.id)
    assert (birthday_of(session, member), member.status) == (None, members.CLOSED)


def test_there_is_nothing_to_do_to_a_stranger(session):
    for verb in (members.block, members.unblock):
        with pytest.raises(members.MemberUnknown):
            verb(session, 1)
    with pytest.raises(members.MemberUnknown):
        members.correct_birthday(session, 1, RIGHT, now=LATER)
