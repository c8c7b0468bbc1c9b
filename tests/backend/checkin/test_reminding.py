from datetime import date, timedelta

import pytest
from sqlalchemy import select

from backend import checkin, members
from backend.checkin.models import ReminderWish
from backend.members import MembershipClosed, MembersMerged
from tests.factories.members import make_member
from tests.support.clocks import MORNING

TODAY = date(2026, 3, 1)


@pytest.fixture
def member(session):
    return make_member(session)


def wish(session, member, *, wanted=True):
    checkin.remind_me(session, member.id, wanted=wanted, now=MORNING)
    session.flush()


def test_a_wish_is_noted_and_taken_back_any_number_of_times(session, member):
    seen = []
    for wanted in (True, True, False, False, True):
        wish(session, member, wanted=wanted)
        seen.append(checkin.wants_reminder(session, member.id))
    assert seen == [True, True, False, False, True]


def test_those_are_reminded_who_want_it_and_were_not_here_today(session, member):
    here, blocked, other = (make_member(session) for _ in range(3))
    make_member(session)  # who did not ask
    for one in (member, here, blocked, other):
        wish(session, one)
    checkin.check_in(session, here.id, now=MORNING)
    members.block(session, blocked.id)
    session.flush()
    first, second = sorted((member.id, other.id))
    assert checkin.to_remind(session, TODAY, limit=9) == [first, second]
    assert checkin.to_remind(session, TODAY, after_member_id=first, limit=9) == [second]
    assert len(checkin.to_remind(session, TODAY + timedelta(days=1), limit=9)) == 3


def test_the_streak_that_would_go_on_is_yesterday_s(session, member):
    checkin.check_in(session, member.id, now=MORNING)
    session.flush()
    ids = [member.id, make_member(session).id]
    assert checkin.streaks(session, ids, TODAY + timedelta(days=1)) == {member.id: 1}
    assert checkin.streaks(session, ids, TODAY + timedelta(days=2)) == {}


@pytest.mark.parametrize(("gone_wants", "into_wants"), [(True, True), (True, False), (False, True), (False, False)])
def test_who_was_two_is_reminded_when_either_wanted_it(session, member, gone_wants, into_wants):
    into = make_member(session)
    wish(session, member, wanted=gone_wants)
    wish(session, into, wanted=into_wants)
    checkin.merge_reminder(session, MembersMerged(member.id, into.id, MORNING))
    session.flush()
    wishes = session.scalars(select(ReminderWish.member_id)).all()
    assert wishes == ([into.id] if gone_wants or into_wants else [])


def test_who_leaves_wants_nothing(session, member):
    wish(session, member)
    checkin.drop_reminder(session, MembershipClosed(member.id, MORNING))
    assert session.scalars(select(ReminderWish.member_id)).all() == []
