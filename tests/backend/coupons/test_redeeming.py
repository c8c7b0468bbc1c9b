from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import coupons
from backend.coupons.redeeming import coupon_shown, redeem, reverse
from backend.coupons.till_codes import till_code
from backend.kit.errors import DomainError
from tests.factories.coupons import make_coupon
from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.support.clocks import MORNING
from tests.support.runtimes import KEYS

KEY = KEYS.card_codes
CUP = {"worth": {"kind": "gift", "what": "陶瓷杯"}}
LATER = MORNING + timedelta(minutes=5)


@pytest.fixture
def store(session):
    return make_store(session)


@pytest.fixture
def member(session):
    return make_member(session)


def use(session, store, code, ref="K-1", *, now=MORNING, **parts):
    shown, order = coupons.Shown(code, ref, **parts), coupons.Order(store.id, now)
    return redeem(session, shown, order=order, key=KEY, now=now)


def code_of(call):
    with pytest.raises(DomainError) as refused:
        call()
    return refused.value.code


def test_a_shown_code_redeems_once_whatever_the_retries(session, store, member):
    coupon = make_coupon(session, member, **CUP)
    old, new = till_code(coupon, KEY, MORNING).code, till_code(coupon, KEY, LATER).code
    first = use(session, store, old)
    repeats = [use(session, store, code, now=LATER) for code in (old, new, coupon.code)]
    assert [first.created, *(one.created for one in repeats)] == [True, False, False, False]
    assert {one.redemption.id for one in repeats} == {first.redemption.id}
    assert (coupon.status, coupon.redemptions) == ("redeemed", 1)
    assert code_of(lambda: use(session, store, old, "K-2")) == "coupons.unknown"
    assert code_of(lambda: use(session, store, coupon.code, "K-2")) == "coupons.used"
    other = make_coupon(session, member, **CUP)
    assert code_of(lambda: use(session, store, other.code)) == "coupons.ref-reused"


@pytest.mark.parametrize(
    ("parts", "fee", "worth"),
    [
        (CUP, None, 0),
        ({"worth": {"kind": "parking", "minutes": 120}}, None, 0),
        ({"worth": {"kind": "shipping"}}, 1_200, 1_200),
        ({"worth": {"kind": "shipping", "most_fen": 800}}, 1_200, 800),
        ({"worth": {"kind": "shipping"}}, None, "coupons.fee-needed"),
        ({}, None, "coupons.only-for-bills"),
    ],
)
def test_what_is_redeemed_by_itself(session, store, member, parts, fee, worth):
    coupon = make_coupon(session, member, **parts)
    if isinstance(worth, str):
        assert code_of(lambda: use(session, store, coupon.code, fee_fen=fee)) == worth
        assert coupon.status == "ready"
    else:
        made = use(session, store, coupon.code, fee_fen=fee).redemption
        assert (made.discount_fen, made.settlement_fen, made.order_no) == (worth, worth, None)


def test_it_is_judged_at_the_store_and_the_instant(session, store, member):
    make_store(session, code="THERE")
    elsewhere = make_coupon(session, member, **CUP, scope={"stores": ["THERE"]})
    soon = make_coupon(session, member, **CUP, validity={"days": 1})
    assert code_of(lambda: use(session, store, elsewhere.code)) == "coupons.wrong-store"
    assert code_of(lambda: use(session, store, soon.code, now=soon.valid_until)) == "coupons.expired"
    assert code_of(lambda: use(session, store, "0000000000000000")) == "coupons.unknown"
    assert code_of(lambda: coupon_shown(session, "0" * 26, key=KEY, at=MORNING)) == "coupons.unknown"


def test_a_reversal_gives_it_back_once(session, store, member):
    coupon = make_coupon(session, member, **CUP, cost={"settlement_fen": 500})
    made = use(session, store, coupon.code).redemption
    back = [reverse(session, made.id, store_id=store.id, reason="录错", now=LATER) for _ in range(2)]
    session.flush()
    assert [one.created for one in back] == [True, False]
    assert (coupon.status, made.reversed_at, made.reversed_why) == ("ready", LATER, "录错")
    assert [row.settlement_fen for row in session.scalars(select(coupons.Return))] == [500]
    again = use(session, store, coupon.code, "K-2", now=LATER).redemption
    assert (again.turn, coupon.redemptions, coupon.status) == (2, 2, "redeemed")
    assert reverse(session, made.id, store_id=store.id, reason="录错", now=LATER).created is False
    assert coupon.status == "redeemed"
    elsewhere = make_store(session)
    for redemption_id, store_id in ((made.id, elsewhere.id), (1, store.id)):
        refused = code_of(lambda r=redemption_id, s=store_id: reverse(session, r, store_id=s, reason="x", now=LATER))
        assert refused == "coupons.redemption-unknown"
    made.order_no = "SO-1"
    session.flush()
    assert code_of(lambda: reverse(session, made.id, store_id=store.id, reason="x", now=LATER)) == (
        "coupons.returned-with-goods"
    )
