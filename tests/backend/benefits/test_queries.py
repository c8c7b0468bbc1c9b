from datetime import date

from backend import benefits
from backend.benefits.queries import kept_fen
from backend.purchases import RefundRequest, refund
from tests.factories.benefits import benefit, offer
from tests.factories.purchases import make_purchase
from tests.factories.stores import make_store
from tests.support.clocks import MORNING

TODAY = date(2026, 3, 1)


def test_uses_page_by_page_newest_first(session, member_id, store_id):
    offer(session, benefit(quotas={"basic": {"per": "day"}}))
    made = [
        benefits.use(session, member_id, "returns", amount=1, store_id=store_id, ref=f"R{no}", now=MORNING)[0]
        for no in range(3)
    ]
    assert list(benefits.uses(session, member_id, limit=2)) == made[:0:-1]
    assert list(benefits.uses(session, member_id, before_id=made[1].id, limit=2)) == made[:1]


def test_what_was_kept_of_the_days_purchases(session, member_id, store_id):
    assert kept_fen(session, member_id, store_id=store_id, day=TODAY) == 0
    bought = make_purchase(session, 30_000, store_id=store_id, member_id=member_id)
    make_purchase(session, 5_000, store_id=make_store(session).id, member_id=member_id)
    wish = RefundRequest(refund_no="F1", amount_fen=10_000)
    refund(session, wish, store_id=store_id, order_no=bought.order_no, now=MORNING)
    session.flush()
    assert kept_fen(session, member_id, store_id=store_id, day=TODAY) == 20_000
    assert kept_fen(session, member_id, store_id=store_id, day=date(2026, 3, 2)) == 0
