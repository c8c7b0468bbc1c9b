"""Each kind of damage to a counter is planted and found, and sound ones are not blamed."""

import pytest
from sqlalchemy import text, update

from backend import coupons, purchases
from backend.coupons import Coupon, Template, Wish
from backend.coupons.models import TemplateDay
from backend.members import MembersMerged
from backend.purchases import RefundRequest, ReturnedLine
from tests.factories.coupons import WRITER, make_coupon, make_template
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase
from tests.factories.stores import make_store
from tests.support.clocks import MORNING

GIVEN = {"supply": {"per_member": None}, "transferable": True}


def faults(session):
    session.flush()
    found = [*coupons.count_faults(session), *coupons.use_faults(session)]
    return [(fault.what.rstrip("0123456789 "), fault.counted, fault.expected) for fault in found]


def test_counters_of_a_template_and_its_days(session):
    template = make_template(session, code="spring", supply={"per_member": None, "stock_per_day": 5})
    make_coupon(session, make_member(session), template=template)
    session.execute(update(Template).values(issued=3))
    session.execute(update(TemplateDay).values(issued=2))
    assert faults(session) == [("template spring", 3, 1), ("template spring", 2, 1)]
    session.execute(update(Coupon).values(status="revoked"))
    assert [expected for _, _, expected in faults(session)] == [0, 0]


def test_counters_of_codes_and_words(session, rng):
    code = make_template(session, **GIVEN).code
    batch = coupons.order_codes(session, Wish(code, 3, "地推"), by=WRITER, now=MORNING)
    coupons.make_codes(session, batch.id, rng=rng, limit=2)
    word = coupons.order_codes(session, Wish(code, 9, "口令", "百汇", 3), by=WRITER, now=MORNING)
    one, other = make_member(session).id, make_member(session).id
    mine = [coupons.redeem_code(session, member_id, "百汇", rng=rng, now=MORNING).id for member_id in (one, one, other)]
    session.flush()
    sent = coupons.send(session, one, mine[1], rng=rng, now=MORNING)
    coupons.accept(session, other, sent.token, now=MORNING)
    coupons.move_coupons(session, MembersMerged(one, other, MORNING))
    session.refresh(word)
    assert (word.used, faults(session)) == (3, [])
    word.used, batch.made = 4, 1
    assert faults(session) == [("batch", 1, 2), ("word 百汇", 4, 2)]
    word.used, batch.made = 1, 2
    assert faults(session) == [("word 百汇", 1, 2)]


@pytest.fixture
def used(session):
    """A coupon of ¥20 on a bill, half of which came back, one that came back with all of its bill, and one unused."""
    member, store = make_member(session), make_store(session)
    kind = make_template(session, worth={"kind": "cash-off", "off_fen": 2_000}, cost={"settlement_fen": 1_000})
    for number, lines in enumerate(((1,), (1, 2))):
        codes = frozenset([make_coupon(session, member, template=kind).code])
        parts = {"member_id": member.id, "paid_fen": 8_000, "coupon_codes": codes, "order_no": f"SO-{number}"}
        make_purchase(session, 5_000, 5_000, store_id=store.id, **parts)
        request = RefundRequest("R1", lines=tuple(map(ReturnedLine, lines)))
        purchases.refund(session, request, store_id=store.id, order_no=f"SO-{number}", now=MORNING)
    make_coupon(session, member, template=kind)
    session.flush()
    return member.id


def test_uses_that_are_sound_are_not_blamed(session, used):
    assert faults(session) == []


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("UPDATE coupons SET redemptions = 3 WHERE status = 'redeemed'", ("redemptions of coupon", 3, 1)),
        ("UPDATE coupons SET status = 'ready'", ("redemptions in force of coupon", 0, 1)),
        ("UPDATE coupons SET status = 'redeemed' WHERE redemptions = 0", ("redemptions in force of coupon", 1, 0)),
        (
            "UPDATE coupon_redemptions SET returned_fen = 999 WHERE returned_fen = 1000",
            ("returned of redemption", 999, 1_000),
        ),
        (
            "UPDATE coupon_returns SET settlement_fen = 501 WHERE settlement_fen = 500",
            ("returned to the bearer of redemption", 500, 501),
        ),
    ],
)
def test_a_use_that_is_not_counted_right_is_found_with_its_member(session, used, damage, found):
    session.execute(text(damage))
    assert faults(session) == [found]
    assert len(coupons.use_faults(session, [used])) == 1
    assert coupons.use_faults(session, [make_member(session).id]) == []
