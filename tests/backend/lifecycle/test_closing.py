from datetime import timedelta

import pytest
from sqlalchemy import func, select

from backend import families, lifecycle, mall, members, points
from backend.lifecycle.closing import ASKED_BY_MEMBER
from backend.messaging.models import Message
from backend.points import Source
from tests.factories.books import change_book
from tests.factories.mall import make_item
from tests.factories.members import make_application, make_follower, make_identity, make_member
from tests.factories.stores import make_store
from tests.support import identities
from tests.support.clocks import MORNING

PHONE = "13812345678"
WEEK = timedelta(days=7)
DUE = MORNING + WEEK
AFTER = DUE + timedelta(hours=1)
TICK = timedelta(microseconds=1)


def ask(session, member, *, now=MORNING, **parts):
    closure, begun = lifecycle.ask_to_leave(session, member.id, now=now, **parts)
    session.flush()
    return closure, begun


def leave(session, member):
    """Ask, and be closed when it is due."""
    closure, _ = ask(session, member)
    assert lifecycle.close_due(session, closure.id, now=DUE)
    session.flush()
    return closure


@pytest.fixture
def member(session):
    return make_member(session, phone=PHONE, unionid="u-1")


def test_asking_begins_the_time_to_think_again(session, member):
    closure, begun = ask(session, member)
    assert begun
    assert (closure.status, closure.closes_at, closure.asked_by, closure.reason) == (
        "running",
        DUE,
        None,
        ASKED_BY_MEMBER,
    )
    assert lifecycle.running(session, member.id) is closure


def test_asking_again_changes_nothing(session, member):
    closure, _ = ask(session, member)
    assert ask(session, member, now=AFTER, by="anna", reason="来电要求") == (closure, False)
    assert (closure.closes_at, closure.asked_by) == (DUE, None)


def test_a_blocked_member_may_ask_too_and_an_operator_for_a_member(session, member):
    members.block(session, member.id)
    closure, begun = ask(session, member, by="anna", reason=" 来电要求 ")
    assert (begun, closure.asked_by, closure.reason) == (True, "anna", "来电要求")
    assert closure.closes_at == MORNING + timedelta(days=30)  # longer than others, and whoever asks
    with pytest.raises(lifecycle.ReasonRefused):
        ask(session, make_member(session), by="anna", reason="")


def test_the_time_is_what_the_rules_in_force_say(session, member):
    change_book(session, lifecycle.KIND, cooling_off_days=3)
    assert ask(session, member)[0].closes_at == MORNING + timedelta(days=3)


def test_meanwhile_everything_works(session, member):
    ask(session, member)
    account = points.lock(session, member.id, now=DUE)
    points.spend(session, account, 100, source=Source("exchange", 1), now=DUE)
    assert members.active(member) is member


def test_it_can_be_taken_back_until_it_is_done(session, member):
    closure, _ = ask(session, member)
    assert lifecycle.stay(session, member.id, now=AFTER) is closure
    assert (closure.status, closure.ended_at, lifecycle.running(session, member.id)) == ("taken-back", AFTER, None)
    assert not lifecycle.close_due(session, closure.id, now=AFTER)
    assert member.status == members.ACTIVE
    with pytest.raises(lifecycle.NotClosing):
        lifecycle.stay(session, member.id, now=AFTER)


def test_it_is_done_at_the_instant_and_not_before(session, member):
    closure, _ = ask(session, member)
    assert not lifecycle.close_due(session, closure.id, now=DUE - TICK)
    assert (member.status, closure.status) == (members.ACTIVE, "running")
    assert lifecycle.close_due(session, closure.id, now=DUE)
    assert (member.status, closure.status) == (members.CLOSED, "done")
    assert not lifecycle.close_due(session, closure.id, now=AFTER)


def test_one_that_was_asked_for_again_is_not_done_for_the_one_taken_back(session, member):
    first, _ = ask(session, member)
    lifecycle.stay(session, member.id, now=MORNING)
    ask(session, member, now=DUE - TICK)
    assert not lifecycle.close_due(session, first.id, now=DUE)
    assert member.status == members.ACTIVE


def test_what_was_lost_is_written_down_and_the_books_are_empty(session, member):
    account = points.lock(session, member.id, now=MORNING)
    later = MORNING + 2 * WEEK
    points.promise(session, account, 40, source=Source("purchase", 9), settles_at=later, now=MORNING)
    lost = lifecycle.stake(session, member.id, now=DUE)
    closure = leave(session, member)
    assert (closure.points, closure.pending, closure.debt) == (lost.points, lost.pending, lost.debt) == (100, 40, 0)
    assert (account.balance, account.pending, account.debt, account.closed_at) == (0, 0, 0, DUE)
    assert points.verify(session, [member.id]) == []
    with pytest.raises(points.AccountClosed):
        lifecycle.ask_to_leave(session, member.id, now=AFTER)


def test_a_debt_is_forgiven(session, member):
    account = points.lock(session, member.id, now=MORNING)
    points.take_back(session, account, 130, source=Source("refund", 1), of=[], now=MORNING)
    assert (lifecycle.stake(session, member.id, now=DUE).debt, leave(session, member).debt) == (30, 30)
    assert points.verify(session, [member.id]) == []


def test_exchanges_that_wait_are_cancelled_first_and_their_goods_go_back(session, rng, member):
    store, item = make_store(session), make_item(session, stock=5)
    order = mall.exchange(session, member.id, {item.id: 1}, store_id=store.id, rng=rng, now=MORNING)
    assert lifecycle.stake(session, member.id, now=DUE).points == 100
    closure = leave(session, member)
    session.expire_all()
    assert (order.status, closure.points) == ("cancelled", 100)
    assert mall.get_item(session, item.id, now=MORNING).stock == 5
    assert mall.stock_faults(session) == []
    assert points.verify(session, [member.id]) == []


def test_it_waits_while_a_bill_is_being_paid(session, member):
    closure, _ = ask(session, member)
    account = points.lock(session, member.id, now=DUE)
    points.reserve(session, account, 60, source=Source("cash-hold", "S1:1"), until=AFTER, now=DUE)
    with pytest.raises(lifecycle.HoldsOpen):
        lifecycle.close_due(session, closure.id, now=DUE)
    assert lifecycle.close_due(session, closure.id, now=AFTER)


def test_it_waits_while_the_books_are_looked_into(session, member):
    closure, _ = ask(session, member)
    account = points.lock(session, member.id, now=MORNING)
    points.freeze(session, account, reason="对账", now=MORNING)
    with pytest.raises(points.Frozen):
        lifecycle.close_due(session, closure.id, now=DUE)
    points.unfreeze(session, account, now=AFTER)
    assert lifecycle.close_due(session, closure.id, now=AFTER)


def test_messages_that_wait_are_not_sent_and_none_is_decided_any_more(session, member):
    waiting = select(func.count()).select_from(Message).where(Message.status == "waiting")
    assert session.scalar(waiting)
    leave(session, member)
    assert session.scalar(waiting) == 0
    assert set(session.scalars(select(Message.error))) == {"the member has left"}


def test_the_family_goes_on_without_who_left(session, rng, member):
    families.make(session, member.id, now=MORNING)
    heir = make_member(session)
    families.join(session, heir.id, code=families.invite(session, member.id, rng=rng, now=MORNING).code, now=MORNING)
    leave(session, member)
    home = families.household(session, heir.id, now=AFTER)
    assert (home.owner_id, len(home.relatives)) == (heir.id, 1)


def test_the_phone_and_the_wechat_user_join_anew_as_somebody_else(session, rng, member):
    follower = make_follower(session, unionid="u-1")
    session.flush()
    openid = identities.mini_program_identity(session, member.id).openid
    leave(session, member)
    back = make_identity(session, openid=openid, unionid="u-1", now=AFTER)
    joined = members.join(session, back.id, application=make_application(phone=PHONE), rng=rng, now=AFTER)
    assert joined.created
    assert joined.member.id != member.id
    assert joined.member.card_no != member.card_no
    assert members.of_identity(session, follower.id).member is joined.member
    assert points.summary(session, joined.member.id, now=AFTER).available == 100


def test_nobody_knows_a_closure_that_there_is_not(session):
    with pytest.raises(lifecycle.NotClosing):
        lifecycle.close_due(session, 1, now=DUE)
    with pytest.raises(points.NoAccount):
        lifecycle.ask_to_leave(session, 1, now=DUE)
