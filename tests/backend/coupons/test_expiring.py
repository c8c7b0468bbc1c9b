from datetime import date

from backend import coupons
from tests.factories.coupons import make_coupon, make_template
from tests.factories.members import make_member
from tests.support.clocks import MORNING

TODAY, THIRD = date(2026, 3, 1), date(2026, 3, 3)


def test_whose_coupons_are_over_and_what_they_are(session):
    one, other, third = sorted((make_member(session) for _ in range(3)), key=lambda member: member.id)
    short, long = make_template(session, validity={"days": 1}), make_template(session, validity={"days": 3}, name="长")
    for template in (short, short, long):
        make_coupon(session, one, template=template)
    make_coupon(session, other, template=short)
    make_coupon(session, third, template=short).status = "redeemed"
    session.flush()
    assert coupons.expiring_on(session, TODAY, limit=9) == [one.id, other.id]
    assert coupons.expiring_on(session, TODAY, limit=1) == [one.id]
    assert coupons.expiring_on(session, TODAY, after_member_id=one.id, limit=9) == [other.id]
    found = coupons.expiring_within(session, [one.id, third.id], now=MORNING, until=THIRD)
    assert {key: [(part.last_day, part.name, part.count) for part in parts] for key, parts in found.items()} == {
        one.id: [(TODAY, "满300减50", 2), (THIRD, "长", 1)]
    }
    assert coupons.expiring_within(session, [one.id], now=MORNING, until=TODAY)[one.id][-1].last_day == TODAY
