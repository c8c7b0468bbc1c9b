import pytest
from sqlalchemy import select

from backend.messaging import referral_messages
from backend.messaging.models import Message
from backend.referrals import (
    InvitationIgnored,
    ReferralInReview,
    ReferralRefused,
    ReferralRewarded,
    ReferralStageReached,
)
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.databases import sqlite_copy

AT = "2026年3月1日 09:00"


@pytest.fixture
def engine(sqlite_template, tmp_path):
    with sqlite_copy(sqlite_template, tmp_path) as engine:
        yield engine


@pytest.fixture
def pair(session):
    found = [make_member(session, nickname=name).id for name in ("王芳", "李雷")]
    session.flush()
    return found


def told(session, member_id):
    session.flush()
    rows = session.execute(select(Message.template, Message.words).where(Message.member_id == member_id))
    return {template: words for template, words in rows if template != "joined"}


def test_each_side_is_told_what_it_was_given(session, pair):
    inviter, friend = pair
    for one, other, side, coupon in ((inviter, friend, "inviter", "满减券"), (friend, inviter, "newcomer", None)):
        fact = ReferralRewarded(one, other, side, 7, 200, coupon, MORNING)
        referral_messages.tell_referral_rewarded(session, fact)
    assert told(session, inviter) == {"referral_rewarded": {"friend": "李*", "reward": "200积分、「满减券」", "at": AT}}
    assert told(session, friend) == {"invitee_rewarded": {"friend": "王*", "reward": "200积分", "at": AT}}


def test_a_newcomer_who_was_given_nothing_is_told_nothing_an_inviter_that_the_friend_counts(session, pair):
    inviter, friend = pair
    referral_messages.tell_referral_rewarded(
        session, ReferralRewarded(friend, inviter, "newcomer", 7, 0, None, MORNING)
    )
    referral_messages.tell_referral_rewarded(session, ReferralRewarded(inviter, friend, "inviter", 7, 0, None, MORNING))
    assert told(session, friend) == {}
    assert told(session, inviter)["referral_rewarded"]["reward"] == "已计入邀请成绩"


def test_stages_reviews_refusals_and_codes_of_nobody_are_told(session, pair):
    inviter, friend = pair
    referral_messages.tell_referral_stage(session, ReferralStageReached(inviter, 3, 200, None, MORNING))
    referral_messages.tell_referral_in_review(session, ReferralInReview(inviter, friend, 7, MORNING))
    referral_messages.tell_referral_refused(session, ReferralRefused(inviter, friend, 7, "记录异常", MORNING))
    referral_messages.tell_invitation_ignored(session, InvitationIgnored(friend, "邀请码无效", MORNING))
    assert told(session, inviter) == {
        "referral_stage": {"friends": "3", "reward": "200积分", "at": AT},
        "referral_in_review": {"friend": "李*", "at": AT},
        "referral_refused": {"friend": "李*", "why": "记录异常", "at": AT},
    }
    assert told(session, friend) == {"invitation_ignored": {"why": "邀请码无效", "at": AT}}
