"""What tills still report of members who were merged or have left."""

from datetime import timedelta

import pytest
from sqlalchemy import LargeBinary, String, select

from backend import lifecycle, members, points, purchases, tiers
from backend.addresses.models import Address
from backend.kit.db import Model
from backend.members import ProfileChanges
from backend.purchases import RefundRequest
from tests.factories.addresses import make_address
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase, make_receipt, make_store
from tests.support import identities
from tests.support.clocks import MORNING

LATER = MORNING + timedelta(hours=1)
DUE = MORNING + timedelta(days=7)


@pytest.fixture
def store_id(session):
    return make_store(session).id


def merge(session, gone, into):
    lifecycle.merge(session, gone_id=gone.id, into_id=into.id, by="anna", reason="同一人", now=LATER)
    session.flush()


def leave(session, member):
    closure, _ = lifecycle.ask_to_leave(session, member.id, now=MORNING)
    session.flush()
    assert lifecycle.close_due(session, closure.id, now=DUE)
    session.flush()


def refund(session, purchase, amount_fen, *, now):
    wish = RefundRequest(refund_no="R1", amount_fen=amount_fen)
    done = purchases.refund(session, wish, store_id=purchase.store_id, order_no=purchase.order_no, now=now)
    session.flush()
    return done.refund


def books(session, member, *, now=LATER):
    assert points.verify(session, [member.id]) == []
    balance = points.summary(session, member.id, now=now)
    return balance.available, balance.pending, balance.debt


def test_a_refund_of_what_the_gone_one_bought_is_settled_with_the_survivor(session, store_id):
    gone, into = make_member(session), make_member(session)
    bought = make_purchase(session, 10_000, store_id=store_id, member_id=gone.id)
    assert bought.points_earned == 100
    merge(session, gone, into)
    assert books(session, into) == (300, 0, 0)
    assert refund(session, bought, 4_000, now=LATER).points_taken == 40
    assert books(session, into) == (260, 0, 0)
    assert books(session, gone) == (0, 0, 0)


def test_so_is_one_of_points_that_were_still_pending(session):
    gone, into = make_member(session), make_member(session)
    bought = make_purchase(session, 10_000, store_id=make_store(session, return_days=7).id, member_id=gone.id)
    merge(session, gone, into)
    assert books(session, into) == (200, 100, 0)
    refund(session, bought, 4_000, now=LATER)
    assert books(session, into) == (200, 60, 0)
    assert books(session, into, now=MORNING + timedelta(days=8)) == (260, 0, 0)


def test_points_that_the_gone_one_paid_with_go_back_to_the_survivor(session, store_id):
    gone, into = make_member(session), make_member(session)
    bought = make_purchase(session, 1_000, store_id=store_id, member_id=gone.id, paid_fen=900, points_to_use=100)
    merge(session, gone, into)
    before = books(session, into)[0]
    made = refund(session, bought, 1_000, now=LATER)
    assert (made.points_returned, made.money_fen) == (100, 900)
    assert books(session, into)[0] == before + 100 - made.points_taken


def test_a_till_that_knows_the_gone_one_by_its_id_sells_to_the_survivor(session, store_id):
    gone, into = make_member(session), make_member(session)
    merge(session, gone, into)
    sold = make_purchase(session, 10_000, store_id=store_id, member_id=gone.id, now=LATER)
    assert sold.member_id == into.id
    assert books(session, into) == (300, 0, 0)


def test_growth_and_tier_of_both_are_the_survivors(session, store_id):
    gone, into = make_member(session), make_member(session)
    for member in (gone, into):
        make_purchase(session, 120_000, store_id=store_id, member_id=member.id)
    assert tiers.standing(session, into.id, now=LATER).tier.code == "basic"
    merge(session, gone, into)
    standing = tiers.standing(session, into.id, now=LATER)
    assert (standing.growth, standing.tier.code) == (2_400, "silver")


def test_who_left_gets_the_money_back_and_no_points_move(session, store_id):
    leaver = make_member(session)
    bought = make_purchase(session, 10_000, store_id=store_id, member_id=leaver.id)
    leave(session, leaver)
    made = refund(session, bought, 4_000, now=DUE)
    assert (made.amount_fen, made.points_taken, made.debt) == (4_000, 0, 0)
    assert books(session, leaver, now=DUE) == (0, 0, 0)


def test_nothing_is_sold_to_who_left(session, store_id):
    leaver = make_member(session)
    leave(session, leaver)
    receipt = make_receipt(1_000, member_id=leaver.id, paid_at=DUE)
    with pytest.raises(members.Closed):
        purchases.record(session, receipt, store_id=store_id, now=DUE)


def test_no_table_keeps_what_is_personal_about_who_left(session, store_id):
    """Erased on request (O4): whatever column of whatever table."""
    gone, leaver = make_member(session, unionid="u-gone"), make_member(session, unionid="u-leaver")
    changes = ProfileChanges(gender="female")
    members.update_profile(session, leaver.id, changes=changes, now=MORNING)
    make_purchase(session, 1_000, store_id=store_id, member_id=leaver.id)
    planted = {"u-gone", "u-leaver", gone.phone_index, leaver.phone_index, gone.phone_sealed, leaver.phone_sealed}
    planted |= {identities.mini_program_identity(session, one.id).openid for one in (gone, leaver)}
    planted |= {gone.nickname_sealed, leaver.nickname_sealed}
    for one, street in ((gone, "甲"), (leaver, "乙")):
        make_address(session, one.id, street=street)
    planted |= set(session.scalars(select(Address.content_sealed)))
    assert planted <= everything_said(session)
    merge(session, gone, leaver)
    leave(session, leaver)
    session.expire_all()
    assert not planted & everything_said(session)


def everything_said(session):
    """Every text and every bytes that stand in the database."""
    session.flush()
    found = set()
    for table in Model.metadata.sorted_tables:
        columns = [one for one in table.columns if isinstance(one.type, (String, LargeBinary))]
        for row in session.execute(select(*columns)) if columns else ():
            found |= {bytes(value) if isinstance(value, (bytes, memoryview)) else value for value in row}
    return found
