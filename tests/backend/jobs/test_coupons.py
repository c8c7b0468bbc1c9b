from datetime import timedelta
from random import Random

from backend import coupons
from backend.coupons import HandoutPlan, Wish
from backend.jobs import coupons as jobs
from tests.factories.coupons import READER, WRITER, make_coupon, make_template
from tests.factories.members import make_member
from tests.support.clocks import MORNING

TOMORROW = MORNING + timedelta(days=1)


def test_lists_codes_and_gifts_go_on(runtime, sessions):
    with sessions.write.begin() as session:
        template, member = make_template(session, transferable=True), make_member(session)
        coupons.order_codes(session, Wish(template.code, 3, "地推"), by=WRITER, now=MORNING)
        plan = HandoutPlan(template.code, {member.id: 1}, "老客", "list")
        handout = coupons.plan_handout(session, plan, by=WRITER, now=MORNING)
        coupons.approve_handout(session, handout.id, by=READER, now=MORNING)
        coupon = make_coupon(session, member, template=template)
        coupons.send(session, member.id, coupon.id, rng=Random(1), now=MORNING)
    assert jobs.run_handouts(runtime, MORNING) == {"done": 1}
    assert jobs.make_codes(runtime, MORNING) == {"made": 3}
    assert jobs.lapse_gifts(runtime, TOMORROW) == {"lapsed": 1}
    assert [job(runtime, TOMORROW) for job in (jobs.run_handouts, jobs.make_codes, jobs.lapse_gifts)] == [{}, {}, {}]
