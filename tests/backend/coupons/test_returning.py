from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import coupons, points
from backend.coupons.returning import Cause, Restored, give_back, restored, return_shares
from backend.coupons.tickets import Order
from backend.coupons.using import redeem_on_bill
from tests.backend.coupons.tickets import bill
from tests.factories.coupons import make_coupon
from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.support.clocks import MORNING

LATER = MORNING + timedelta(days=1)
TEN = {"kind": "cash-off", "off_fen": 1_000}


@pytest.fixture
def used(session):
    """A function that gives a coupon which was used, and its redemption."""
    member, store = make_member(session), make_store(session)

    def use(**parts):
        coupon = make_coupon(session, member, worth=TEN, **parts)
        points.lock(session, member.id, now=MORNING)
        order = Order(store.id, MORNING, f"SO-{coupon.id}")
        done = redeem_on_bill(session, member.id, bill(5_000), [coupon.code], order=order, now=MORNING)
        session.flush()
        return coupon, done.redemptions[0]

    return use


def test_a_part_goes_back_and_its_bearer_owes_the_rest(session, used):
    coupon, made = used(cost={"bearer": "store", "settlement_fen": 301})
    for refund_id, back in enumerate((333, 333, 1_000), start=1):
        return_shares(session, {made.id: back}, all_back=False, refund_id=refund_id, now=LATER)
    session.flush()
    rows = session.scalars(select(coupons.Return).order_by(coupons.Return.source_id)).all()
    assert [(row.source_id, row.discount_fen, row.settlement_fen) for row in rows] == [(1, 333, 100), (3, 667, 201)]
    assert (made.returned_fen, made.returned_settlement_fen, made.reversed_at) == (1_000, 301, None)
    assert coupon.status == "redeemed"
    assert restored(session, [1, 3]) == {}


@pytest.mark.parametrize(
    ("parts", "late", "status"),
    [
        ({}, False, "ready"),
        ({"validity": {"days": 1}}, True, "expired"),
        ({"on_refund": "keep"}, False, "redeemed"),
    ],
)
def test_when_all_is_back_its_version_and_validity_decide(session, used, parts, late, status):
    coupon, made = used(**parts)
    until = coupon.valid_until
    at = until if late else LATER
    for _ in range(2):
        return_shares(session, {made.id: 1_000}, all_back=True, refund_id=7, now=at)
    session.flush()
    assert (coupon.status, coupon.valid_until, made.returned_fen) == (status, until, 1_000)
    assert (made.reversed_at is not None) == (status != "redeemed")
    back = {7: [Restored(coupon.code, status)]} if status != "redeemed" else {}
    assert restored(session, [7]) == back


def test_what_was_used_again_meanwhile_is_not_given_back_twice(session, used):
    coupon, made = used()
    give_back(session, made, coupon, Cause("reversal", made.id, "录错"), returned_fen=1_000, now=LATER)
    assert (coupon.status, made.reversed_why) == ("ready", "录错")
    return_shares(session, {made.id: 1_000}, all_back=True, refund_id=8, now=LATER)
    session.flush()
    assert [row.source_kind for row in session.scalars(select(coupons.Return))] == ["reversal"]
