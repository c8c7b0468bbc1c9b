from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from backend import lifecycle, lottery, members, points, purchases, referrals, risk
from backend.messaging.models import Message
from backend.purchases import RefundRequest
from backend.referrals.models import Reward
from tests.factories.books import change_book
from tests.factories.draws import make_draw
from tests.factories.members import make_member
from tests.factories.purchases import make_store
from tests.factories.referrals import DUE, make_bought, make_inviter, settle, suspect_everybody
from tests.support.clocks import MORNING


@pytest.fixture
def inviter(session):
    return make_inviter(session)


def balance(session, member_id, *, now=DUE):
    return points.summary(session, member_id, now=now).available


def told(session, member_id):
    rows = select(Message.template).where(Message.member_id == member_id).order_by(Message.id)
    return [one for one in session.scalars(rows) if one.startswith(("referral", "invitee"))]


def refund(session, row, fen, *, now, number="R1"):
    wish = RefundRequest(refund_no=number, amount_fen=fen)
    purchases.refund(session, wish, store_id=row.store_id, order_no=row.order_no, now=now)
    session.flush()


def test_both_sides_are_paid_when_the_return_window_has_passed_and_once(session, inviter):
    row = make_bought(session, inviter)
    before = [balance(session, one, now=MORNING) for one in (inviter.id, row.newcomer_id)]
    due_at = row.due_at
    assert settle(session, row, now=due_at - timedelta(microseconds=1)) == "nothing"
    assert [settle(session, row, now=due_at) for _ in range(2)] == ["rewarded", "nothing"]
    after = [balance(session, one, now=row.ended_at) for one in (inviter.id, row.newcomer_id)]
    assert [now - then for now, then in zip(after, before, strict=True)] == [200 + 50, 100]
    assert told(session, inviter.id) == ["referral_rewarded", "referral_stage"]
    assert told(session, row.newcomer_id) == ["invitee_rewarded"]
    assert points.verify(session, [inviter.id, row.newcomer_id]) == []


def test_the_stores_own_window_is_waited_for_where_it_is_longer(session, inviter):
    row = make_bought(session, inviter, store_id=make_store(session, return_days=30).id)
    assert settle(session, row) == "nothing"
    assert settle(session, row, now=MORNING + timedelta(days=31)) == "rewarded"


def test_draws_give_tickets_for_a_friend(session, inviter):
    draw = make_draw(session, cost={"kind": "ticket"}, tickets={"referral": 3}, closes_at="2026-04-01T00:00:00+08:00")
    row = make_bought(session, inviter)
    settle(session, row)
    mine = lottery.mine(session, inviter.id, [draw], now=DUE)
    assert mine[draw.id].tickets == 3


def test_what_looks_suspicious_waits_for_people_and_is_never_paid_by_itself(session, inviter):
    suspect_everybody(session)
    row = make_bought(session, inviter)
    assert [settle(session, row), settle(session, row, now=DUE + timedelta(days=99))] == ["review", "nothing"]
    assert (row.state, row.score, row.reasons[0]["code"]) == ("review", 60, "fresh-inviter")
    assert told(session, inviter.id) == ["referral_in_review"]
    assert session.scalars(select(Reward)).all() == []


def test_a_blocked_inviter_earns_nothing_and_is_told_why(session, inviter):
    row = make_bought(session, inviter)
    risk.block_member(session, inviter.id, by="anna", reason="刷单", now=MORNING)
    assert settle(session, row) == "refused"
    assert (row.decided_by, told(session, inviter.id)) == ("baihui", ["referral_refused"])


def test_what_is_refunded_before_is_not_rewarded(session, inviter):
    row = make_bought(session, inviter)
    refund(session, row, 8_801, now=MORNING)
    assert (row.state, row.due_at, settle(session, row)) == ("joined", None, "nothing")


def test_what_is_refunded_afterwards_is_taken_back_from_both_once(session, inviter):
    row = make_bought(session, inviter)
    settle(session, row)
    ids = (inviter.id, row.newcomer_id)
    refund(session, row, 8_801, now=DUE)
    assert row.state == "returning"
    before = [balance(session, one) for one in ids]
    assert [settle(session, row), settle(session, row)] == ["returned", "nothing"]
    assert [then - balance(session, one) for then, one in zip(before, ids, strict=True)] == [200, 100]
    assert referrals.rewarded_friends(session, inviter.id) == 0
    assert [one.stage for one in session.scalars(select(Reward)) if one.stage] == [1]  # what was reached stays
    assert points.verify(session, list(ids)) == []


def test_a_refund_that_keeps_enough_changes_nothing(session, inviter):
    row = make_bought(session, inviter)
    refund(session, row, 8_800, now=MORNING)
    assert settle(session, row) == "rewarded"


@pytest.mark.parametrize("leaver", ["inviter", "newcomer"])
def test_who_leaves_gets_nothing_and_the_invitation_lapses(session, inviter, leaver):
    row = make_bought(session, inviter)
    member_id = inviter.id if leaver == "inviter" else row.newcomer_id
    closure, _ = lifecycle.ask_to_leave(session, member_id, now=MORNING)
    session.flush()
    lifecycle.close_due(session, closure.id, now=closure.closes_at)
    session.flush()
    session.expire_all()
    assert (row.state, settle(session, row)) == ("lapsed", "nothing")


def test_limits_of_the_month_leave_what_they_say_was_wanted(session, inviter):
    change_book(session, "referral", friends_a_month=1, points_a_month=320, now=MORNING - timedelta(days=1))
    first, second = make_bought(session, inviter), make_bought(session, inviter)
    for row in (first, second):
        settle(session, row)
    rows = session.scalars(select(Reward).order_by(Reward.invitation_id, Reward.part, Reward.friends)).all()
    given = [(one.part, one.wanted, one.points, one.limited_by) for one in rows]
    assert given == [
        ("inviter", 200, 200, None),
        ("newcomer", 100, 100, None),
        ("stage", 50, 20, "budget"),
        ("inviter", 200, 0, "month"),
        ("newcomer", 100, 0, "budget"),
    ]


def test_nothing_is_due_for_who_was_never_invited(session):
    assert referrals.settle(session, make_member(session).id, rng=Random(1), now=DUE) == "nothing"


def test_an_inviter_whom_the_store_has_barred_earns_nothing(session, inviter):
    row = make_bought(session, inviter)
    members.block(session, inviter.id)
    assert settle(session, row) == "refused"
