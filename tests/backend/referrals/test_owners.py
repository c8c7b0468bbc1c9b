from datetime import timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from backend import lifecycle, members, points, referrals
from backend.kit.errors import DomainError
from backend.referrals import Invitation
from backend.referrals.models import InviteCode, Period, Reward
from tests.factories.members import make_member
from tests.factories.referrals import (
    DUE,
    LONG_BEFORE,
    make_bought,
    make_friend,
    make_inviter,
    settle,
)
from tests.support.clocks import MORNING

LATER = DUE + timedelta(days=1)


def merge(session, gone_id, into_id, *, now=LATER):
    session.flush()
    lifecycle.merge(session, gone_id=gone_id, into_id=into_id, by="anna", reason="同一人", now=now)
    session.flush()
    session.expire_all()


def test_friends_stages_and_the_code_are_the_survivors(session):
    gone, into = make_inviter(session), make_inviter(session)
    for inviter in (gone, into):
        settle(session, make_bought(session, inviter))
    open_one = make_bought(session, gone)
    merge(session, gone.id, into.id)
    assert [referrals.rewarded_friends(session, one) for one in (gone.id, into.id)] == [0, 2]
    assert len(referrals.friends(session, into.id, now=LATER, limit=9)) == 3
    assert settle(session, open_one, now=LATER) == "rewarded"
    stages = session.scalars(select(Reward.stage).where(Reward.member_id == into.id, Reward.stage > 0)).all()
    assert sorted(stages) == [1, 3]
    assert len(session.scalars(select(InviteCode).where(InviteCode.member_id == into.id)).all()) == 2


@pytest.mark.parametrize("rewarded", [False, True])
def test_who_turns_out_to_be_their_own_friend_is_rewarded_no_more(session, rewarded):
    me = make_inviter(session)
    row = make_bought(session, me)
    if rewarded:
        settle(session, row)
    merge(session, row.newcomer_id, me.id)
    assert (row.state, row.due_at, settle(session, row, now=LATER)) == ("ended", None, "nothing")
    assert referrals.rewarded_friends(session, me.id) == 0


def test_who_was_a_member_before_was_brought_by_nobody(session):
    """The older card is kept, or goes: either way the person came by it, and the later invitation ends."""
    for kept in ("older", "newer"):
        older, row = make_member(session, now=LONG_BEFORE), make_bought(session, make_inviter(session))
        newer_id = row.newcomer_id
        gone_id, into_id = (newer_id, older.id) if kept == "older" else (older.id, newer_id)
        merge(session, gone_id, into_id)
        assert (row.state, settle(session, row, now=LATER)) == ("ended", "nothing")


@pytest.mark.parametrize("other", ["none", "invited later", "own friend"])
def test_who_came_by_the_card_that_goes_stays_invited(session, other):
    inviter = make_inviter(session)
    first = make_friend(session, inviter)
    if other == "none":
        second = make_member(session, now=MORNING + timedelta(days=1))
    else:
        referrals.make_code(session, first.id, rng=Random(1), now=MORNING)
        by = make_inviter(session) if other == "invited later" else first
        second = make_friend(session, by, now=MORNING + timedelta(days=1))
    merge(session, first.id, second.id)
    row = session.get(Invitation, second.id)
    assert (row.inviter_id, row.state, row.joined_at) == (inviter.id, "joined", MORNING)
    lost = session.get(Invitation, first.id)
    assert lost is None if other == "none" else lost.state == "ended"


def test_who_leaves_is_in_no_ranking_and_invites_nobody(session):
    me = make_inviter(session)
    settle(session, make_bought(session, me))
    code = referrals.code_of(session, me.id)
    closure, _ = lifecycle.ask_to_leave(session, me.id, now=LATER)
    session.flush()
    lifecycle.close_due(session, closure.id, now=closure.closes_at)
    session.flush()
    assert session.scalars(select(Period).where(Period.member_id == me.id)).all() == []
    assert session.get(InviteCode, code) is None
    assert referrals.ranking(session, "2026-03", limit=9) == []


STEPS = st.lists(
    st.tuples(st.sampled_from(["join", "bind", "merge"]), st.integers(0, 9), st.integers(0, 9)), min_size=4, max_size=9
)


@given(STEPS)
@settings(max_examples=16, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_merged_nobody_is_behind_themselves(sessions, steps):
    """What counts of invitations, by persons, has no cycles, and everybody at most one inviter."""
    with sessions.write() as session:
        people = [make_inviter(session, now=MORNING) for _ in range(3)]
        for number, (step, one, other) in enumerate(steps, start=1):
            at = MORNING + timedelta(hours=1, minutes=number)
            first, second = people[one % len(people)], people[other % len(people)]
            try:
                if step == "join":
                    people.append(make_friend(session, first, now=at))
                    referrals.make_code(session, people[-1].id, rng=Random(number), now=at)
                elif step == "bind":
                    referrals.bind_late(session, first.id, referrals.code_of(session, second.id) or "", now=at)
                elif first.id != second.id:
                    merge(session, first.id, second.id, now=at)
                    people.remove(first)
            except DomainError:
                continue
        assert_sound(session)


def assert_sound(session):
    session.flush()
    session.expire_all()
    rows = [row for row in session.scalars(select(Invitation)) if row.state != "ended"]
    person = {one.id: members.survivor(session, one).id for one in session.scalars(select(members.Member))}
    inviter_of = {}
    for row in rows:
        assert person[row.newcomer_id] not in inviter_of
        inviter_of[person[row.newcomer_id]] = person[row.inviter_id]
    for start in inviter_of:
        seen, at = set(), start
        while at in inviter_of:
            assert at not in seen
            seen.add(at)
            at = inviter_of[at]
    assert points.verify(session, list(person)) == []
