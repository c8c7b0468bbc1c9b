from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from backend import lifecycle, members, referrals, risk, sharing
from backend.messaging.models import Message
from backend.referrals import Invitation
from backend.sharing import JoinedByShare
from tests.factories.books import change_book
from tests.factories.members import make_application, make_identity, make_member
from tests.factories.referrals import LONG_BEFORE, make_friend, make_inviter, make_newcomer
from tests.factories.shares import make_share
from tests.support.clocks import MORNING
from tests.support.statements import statements_of

LATER = MORNING + timedelta(hours=23, minutes=59)


@pytest.fixture
def inviter(session):
    return make_inviter(session)


@pytest.fixture
def code(session, inviter):
    return referrals.code_of(session, inviter.id)


def ignored(session, member):
    told = select(Message.words).where(Message.member_id == member.id, Message.template == "invitation_ignored")
    return [words["why"] for words in session.scalars(told)]


def test_who_joins_by_a_code_is_bound_to_its_owner_by_the_rules_of_then(session, inviter, code):
    friend = make_newcomer(session, f" {code.lower()} ")
    row = session.get(Invitation, friend.id)
    assert (row.inviter_id, row.via, row.state, row.book_version) == (inviter.id, "code", "joined", 1)
    assert row.buy_until == MORNING + timedelta(days=90)
    assert ignored(session, friend) == []


def test_a_scene_that_is_a_code_binds_too_and_any_other_is_no_invitation(session, inviter, code):
    by_scene = make_newcomer(session, None, scene=code)
    assert session.get(Invitation, by_scene.id).via == "scene"
    other = make_newcomer(session, None, scene="door-7")
    assert session.get(Invitation, other.id) is None
    assert ignored(session, other) == []


@pytest.mark.parametrize("said", ["NOBODYXX", "OOOOOOOO", "短", "x" * 64])
def test_a_code_of_nobody_fails_no_joining_and_is_told(session, said):
    friend = make_newcomer(session, said)
    assert (session.get(Invitation, friend.id), ignored(session, friend)) == (None, ["邀请码无效"])


def test_a_blocked_inviter_binds_nobody_and_the_newcomer_is_told_no_more_than_that_the_code_is_not_good(
    session, inviter, code
):
    block = risk.block_member(session, inviter.id, by="anna", reason="刷单", now=MORNING)
    assert ignored(session, make_newcomer(session, code)) == ["邀请码无效"]
    risk.unblock(session, block.id, by="anna", reason="核实无误", now=MORNING)
    members.block(session, inviter.id)
    assert ignored(session, make_newcomer(session, code)) == ["邀请码无效"]


def test_where_the_house_rewards_nobody_nobody_is_bound(session, code):
    change_book(session, "referral", running=False)
    assert ignored(session, make_newcomer(session, code)) == ["邀请活动暂未开放"]


def test_a_code_may_be_entered_for_a_day_and_the_first_wins(session, inviter, code):
    late = make_member(session)
    assert referrals.bind_late(session, late.id, code, now=LATER).inviter_id == inviter.id
    other = make_inviter(session)
    with pytest.raises(referrals.InvitedBefore):
        referrals.bind_late(session, late.id, referrals.code_of(session, other.id), now=LATER)
    referrals.bind_by_share(session, JoinedByShare(other.id, late.id, 1, LATER))
    assert session.get(Invitation, late.id).inviter_id == inviter.id


def test_entered_late_is_too_late(session, code):
    late = make_member(session)
    with pytest.raises(referrals.TooLate):
        referrals.bind_late(session, late.id, code, now=LATER + timedelta(minutes=1))


def test_nobody_invites_themselves(session):
    me = make_inviter(session, now=MORNING)
    with pytest.raises(referrals.OwnCode):
        referrals.bind_late(session, me.id, referrals.code_of(session, me.id), now=LATER)


def test_nobody_is_brought_by_who_came_after_them(session):
    early = make_member(session)
    after = make_inviter(session, now=MORNING + timedelta(hours=1))
    with pytest.raises(referrals.NoNewcomer):
        referrals.bind_late(session, early.id, referrals.code_of(session, after.id), now=LATER)


def test_who_shared_binds_who_joined_by_it_once(session, inviter):
    friend = make_member(session)
    for _ in range(2):
        referrals.bind_by_share(session, JoinedByShare(inviter.id, friend.id, 1, MORNING))
        found = session.get(Invitation, friend.id)
        assert (found.inviter_id, found.via) == (inviter.id, "share")


def test_who_opened_a_share_and_joins_is_bound_to_who_shared(session, inviter):
    visitor = make_identity(session)
    sharing.open_share(session, make_share(session, inviter.id).token, visitor.id, now=MORNING)
    joined = members.join(session, visitor.id, application=make_application(), rng=Random(4), now=MORNING)
    assert session.get(Invitation, joined.member.id).inviter_id == inviter.id


def test_who_left_and_joins_again_with_the_same_phone_is_no_newcomer(session, code):
    phone = "13912345678"
    leaver = make_member(session, phone=phone, now=LONG_BEFORE)
    closure, _ = lifecycle.ask_to_leave(session, leaver.id, now=LONG_BEFORE)
    session.flush()
    assert lifecycle.close_due(session, closure.id, now=closure.closes_at)
    session.flush()
    again = make_newcomer(session, code, phone=phone)
    assert session.get(Invitation, again.id) is None
    assert ignored(session, again) == ["您在邀请人之前已是会员"]


def test_a_code_of_a_card_that_was_merged_leads_to_the_survivor(session, inviter, code):
    survivor = make_member(session)
    lifecycle.merge(session, gone_id=inviter.id, into_id=survivor.id, by="anna", reason="同一人", now=MORNING)
    session.flush()
    friend = make_friend(session, survivor)
    assert referrals.code_of(session, survivor.id) == code
    assert session.get(Invitation, friend.id).inviter_id == survivor.id


def test_who_joins_without_any_words_costs_no_statement(session):
    joined = members.MemberJoined(make_member(session).id, "mini-program", None, MORNING)
    with statements_of(session) as said:
        referrals.bind_joined(session, joined)
    assert said == []
