"""Merging loses and doubles nothing (L21); a preview agrees with the merge (L22)."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from backend import checkin, families, lifecycle, mall, members, points
from backend.kit.db import run
from backend.lifecycle import MemberMerge, SetAside
from backend.messaging.models import Message
from backend.points import Expiry, Source
from tests.factories.mall import make_item
from tests.factories.members import make_application, make_identity, make_member
from tests.factories.stores import make_store
from tests.support import identities
from tests.support.clocks import MORNING

LATER = MORNING + timedelta(hours=1)
A_WEEK = timedelta(days=7)
SOON, FAR, EVER = Expiry("months", 1), Expiry("months", 6), Expiry("never")


def merge(session, gone, into, *, now=LATER, reason="同一人"):
    return lifecycle.merge(session, gone_id=gone.id, into_id=into.id, by="anna", reason=reason, now=now)


def preview(session, gone, into, *, now=LATER):
    session.flush()
    return lifecycle.preview(session, gone_id=gone.id, into_id=into.id, now=now)


@pytest.fixture
def pair(session):
    """Who will be gone, and who stays."""
    return make_member(session), make_member(session)


def test_a_merge_moves_all_and_is_written_down(session, pair):
    gone, into = pair
    account = points.lock(session, gone.id, now=MORNING)
    points.promise(session, account, 40, source=Source("purchase", 9), settles_at=MORNING + A_WEEK, now=MORNING)
    seen = preview(session, gone, into)
    done = merge(session, gone, into, reason=" 换了手机 ")
    session.flush()
    assert (done.points, done.pending, done.debt, done.figures) == (100, 40, 0, {"growth": seen.growth})
    assert (seen.points, seen.pending, seen.debt, seen.set_aside, seen.refusals) == (100, 40, 0, (), ())
    assert (done.merged_by, done.reason, done.at) == ("anna", "换了手机", LATER)
    assert list(lifecycle.merges(session, into.id, limit=5)) == [done]
    balance = points.summary(session, into.id, now=LATER)
    assert (balance.available, balance.pending) == (200, 40)
    assert (gone.status, gone.merged_into) == (members.MERGED, into.id)
    assert points.verify(session, [gone.id, into.id]) == []


def test_a_debt_moves_along_and_is_foreseen(session, pair):
    gone, into = pair
    account = points.lock(session, gone.id, now=MORNING)
    points.take_back(session, account, 130, source=Source("refund", 1), of=[], now=MORNING)
    seen, done = preview(session, gone, into), merge(session, gone, into)
    assert (seen.points, seen.debt) == (done.points, done.debt) == (0, 30)
    assert points.summary(session, into.id, now=LATER).available == 70


def _close(session, member):
    members.erase(session, member)
    points.close(session, points.lock(session, member.id, now=MORNING), source_id=1, now=MORNING)


def _block(session, member):
    members.block(session, member.id)


def _leave(session, member):
    lifecycle.ask_to_leave(session, member.id, now=MORNING)


def _freeze(session, member):
    points.freeze(session, points.lock(session, member.id, now=MORNING), reason="对账", now=MORNING)


REFUSED = {
    lifecycle.MemberEnded: _close,
    lifecycle.MemberBlocked: _block,
    lifecycle.ClosureRunning: _leave,
    lifecycle.AccountFrozen: _freeze,
}


@pytest.mark.parametrize("which", [0, 1], ids=["gone", "into"])
@pytest.mark.parametrize("refusal", REFUSED, ids=lambda refusal: refusal.__name__)
def test_who_stands_in_the_way_is_named_and_foreseen(session, pair, refusal, which):
    REFUSED[refusal](session, pair[which])
    seen = preview(session, *pair)
    with pytest.raises(refusal) as refused:
        merge(session, *pair)
    assert refused.value.details == {"card_no": pair[which].card_no}
    assert [(type(one), one.details) for one in seen.refusals] == [(refusal, refused.value.details)]


def test_points_set_aside_stand_in_the_way_until_their_time_is_over(session, pair):
    gone, into = pair
    account = points.lock(session, gone.id, now=MORNING)
    points.reserve(session, account, 60, source=Source("cash-hold", "S1:1"), until=LATER, now=MORNING)
    early = LATER - timedelta(microseconds=1)
    seen = preview(session, gone, into, now=early)
    assert seen.set_aside == (SetAside("cash-hold", "S1:1", 60),)
    assert [type(one) for one in seen.refusals] == [lifecycle.HoldsOpen]
    with pytest.raises(lifecycle.HoldsOpen):
        merge(session, gone, into, now=early)
    assert (preview(session, gone, into).points, preview(session, gone, into).refusals) == (100, ())
    assert merge(session, gone, into).points == 100


def test_points_set_aside_of_the_one_who_stays_do_not(session, pair):
    gone, into = pair
    account = points.lock(session, into.id, now=MORNING)
    points.reserve(session, account, 60, source=Source("cash-hold", "S1:1"), until=None, now=MORNING)
    merge(session, gone, into)
    balance = points.summary(session, into.id, now=LATER)
    assert (balance.available, balance.held) == (140, 60)


def test_nobody_is_merged_into_themselves(session, pair):
    gone, into = pair
    for verb in (merge, preview):
        with pytest.raises(lifecycle.SameMember):
            verb(session, gone, gone)
    with pytest.raises(lifecycle.ReasonRefused):
        merge(session, gone, into, reason=" ")


def test_who_is_gone_is_not_merged_again(session, pair):
    gone, into = pair
    merge(session, gone, into)
    for one, other in ((gone, into), (into, gone), (gone, make_member(session))):
        with pytest.raises(lifecycle.MemberEnded):
            merge(session, one, other)


def test_three_cards_of_one_person_lead_to_the_last(session, pair):
    first, second = pair
    third = make_member(session)
    merge(session, first, second)
    merge(session, second, third)
    assert {members.by_card_no(session, one.card_no).id for one in (first, second, third)} == {third.id}
    assert points.summary(session, third.id, now=LATER).available == 300


def test_exchanges_messages_and_check_ins_pass_to_the_survivor(session, rng, pair):
    gone, into = pair
    store, item = make_store(session), make_item(session)
    session.flush()
    given = {"wishes": {item.id: 1}, "store_id": store.id, "rng": rng}
    order = mall.exchange(session, gone.id, now=MORNING, **given)
    mall.cancel(session, gone.id, order.no, now=MORNING)
    for member, days in ((gone, (0, 1, 2, 4)), (into, (2, 3))):
        for day in days:
            checkin.check_in(session, member.id, now=MORNING + timedelta(days=day))
    told = session.scalar(select(func.count()).select_from(Message))
    merge(session, gone, into, now=MORNING + timedelta(days=4))
    session.flush()
    session.expire_all()
    assert [one.no for one in mall.orders(session, into.id, limit=9)] == [order.no]
    assert session.scalars(select(Message.member_id).distinct()).all() == [into.id]
    assert session.scalar(select(func.count()).select_from(Message)) == told
    visits = checkin.month(session, into.id, date(2026, 3, 1))
    assert [(visit.day.day, visit.streak) for visit in visits] == [(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)]
    assert visits[2].points == 5  # the survivor's own first visit, not the third of the one who is gone
    assert checkin.month(session, gone.id, date(2026, 3, 1)) == []
    with pytest.raises(checkin.AlreadyCheckedIn):
        checkin.check_in(session, into.id, now=MORNING + timedelta(days=4))


def test_an_exchange_that_waits_stands_in_the_way_and_one_overdue_ends_first(session, rng, pair):
    gone, into = pair
    store, item = make_store(session), make_item(session, price=60, stock=5)
    session.flush()
    order = mall.exchange(session, gone.id, {item.id: 1}, store_id=store.id, rng=rng, now=MORNING)
    assert [type(one) for one in preview(session, gone, into).refusals] == [lifecycle.HoldsOpen]
    with pytest.raises(lifecycle.HoldsOpen):
        merge(session, gone, into)
    assert preview(session, gone, into, now=order.pick_up_by).points == 100
    assert merge(session, gone, into, now=order.pick_up_by).points == 100
    session.flush()
    session.expire_all()
    assert (order.status, order.member_id) == ("lapsed", into.id)
    assert mall.stock_faults(session) == []


def test_the_seat_in_a_family_passes_too(session, pair):
    gone, into = pair
    families.make(session, gone.id, now=MORNING)
    merge(session, gone, into)
    session.flush()
    assert families.household(session, into.id, now=LATER).owner_id == into.id


def test_the_token_of_the_gone_member_acts_for_the_survivor(session, pair):
    gone, into = pair
    identity = identities.mini_program_identity(session, gone.id)
    merge(session, gone, into)
    session.flush()
    assert members.active_member(members.of_identity(session, identity.id)) is into


def test_an_application_under_way_meets_the_survivor(session, rng, pair):
    gone, into = pair
    identity = make_identity(session, unionid="u-9")
    gone.unionid = "u-9"
    session.flush()
    merge(session, gone, into)
    assert members.join(session, identity.id, application=make_application(), rng=rng, now=LATER).member is into


BOOKS = st.lists(
    st.tuples(
        st.sampled_from(["earn", "promise", "owe", "spend"]), st.integers(1, 99), st.sampled_from([SOON, FAR, EVER])
    ),
    max_size=7,
)


def fill(session, member_id, book):
    for number, (verb, amount, expiry) in enumerate(book):
        account = points.lock(session, member_id, now=MORNING)
        source, why = Source("purchase", f"{member_id}-{number}"), Source("refund", f"{member_id}-{number}")
        if verb == "earn":
            points.credit(session, account, amount, source=source, now=MORNING, expiry=expiry)
        elif verb == "promise":
            at = MORNING + A_WEEK
            points.promise(session, account, amount, source=source, settles_at=at, now=MORNING, expiry=expiry)
        elif verb == "owe":
            points.take_back(session, account, amount, source=why, of=[], now=MORNING)
        elif account.available >= amount:
            points.spend(session, account, amount, source=why, now=MORNING)


def worth(session, *member_ids):
    """All that members have: net points, pending points by when they come, points by when they expire if none owes."""
    session.flush()
    seen = [points.summary(session, member_id, now=LATER) for member_id in member_ids]
    expiring, settling = Counter(), Counter()
    for one in seen:
        expiring.update({part.last_day: part.points for part in one.expiring})
        settling.update({part.day: part.points for part in one.settling})
    owing = any(one.debt for one in seen)
    return sum(one.available - one.debt for one in seen), settling, None if owing else expiring


@given(BOOKS, BOOKS)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_two_members_have_the_survivor_has(sessions, one, other):
    def work(session):
        gone, into = make_member(session), make_member(session)
        fill(session, gone.id, one)
        fill(session, into.id, other)
        net, settling, expiring = worth(session, gone.id, into.id)
        seen = preview(session, gone, into)
        done = merge(session, gone, into)
        after = worth(session, into.id)
        assert after[:2] == (net, settling)
        assert expiring is None or after[2] == expiring
        assert (seen.points, seen.pending, seen.debt) == (done.points, done.pending, done.debt)
        assert points.verify(session, [gone.id, into.id]) == []
        assert session.get(MemberMerge, gone.id) is done

    run(sessions.write, work)
