from datetime import timedelta
from random import Random

from backend import coupons
from tests.factories.coupons import make_coupon
from tests.factories.members import make_member
from tests.support.clocks import MORNING

A_DAY = timedelta(days=1)


def test_coupons_are_told_as_they_are_at_the_instant(session):
    member = make_member(session)
    parts = {"validity": {"days": 5}, "transferable": True}
    ready, sent, used, back = (make_coupon(session, member, **parts) for _ in range(4))
    coupons.send(session, member.id, sent.id, rng=Random(1), now=MORNING)
    used.status, back.status = "redeemed", "revoked"
    session.flush()

    def told(now):
        return {
            pocket: {one.id for one in coupons.wallet(session, member.id, pocket=pocket, limit=9, now=now)}
            for pocket in ("ready", "sent", "redeemed", "expired", None)
        }

    all_of_them = {ready.id, sent.id, used.id}
    fixed = {"redeemed": {used.id}, None: all_of_them}
    assert told(MORNING) == {"ready": {ready.id}, "sent": {sent.id}, "expired": set()} | fixed
    assert told(MORNING + A_DAY) == {"ready": {ready.id, sent.id}, "sent": set(), "expired": set()} | fixed
    assert told(ready.valid_until) == {"ready": set(), "sent": set(), "expired": {ready.id, sent.id}} | fixed
    assert [coupons.ready_count(session, member.id, now=at) for at in (MORNING, MORNING + A_DAY)] == [1, 2]
