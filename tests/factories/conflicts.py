from sqlalchemy.orm import Session

from backend import coupons
from backend.coupons import RedemptionConflict
from backend.members import Member
from backend.stores import Store
from tests.factories.coupons import make_coupon
from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.support.clocks import MORNING
from tests.support.runtimes import KEYS


def make_conflict(
    session: Session, *, ref: str = "K-1", member: Member | None = None, store: Store | None = None, now=MORNING
) -> RedemptionConflict:
    """What became of a cup that a till told of with one number and then with another."""
    cup, order = {"kind": "gift", "what": "陶瓷杯"}, coupons.Order((store or make_store(session)).id, now)
    coupon = make_coupon(session, member or make_member(session), worth=cup)
    for number in (f"{ref}-first", ref):
        coupons.sync(session, coupons.Shown(coupon.code, number), order=order, key=KEYS.card_codes, now=now)
    session.flush()
    return coupons.conflicts(session, limit=1)[0]
