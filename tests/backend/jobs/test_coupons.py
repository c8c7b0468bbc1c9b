from datetime import timedelta

from backend.jobs import coupons as jobs
from tests.backend.jobs.stores import make_coupon_work
from tests.support.clocks import MORNING

TOMORROW = MORNING + timedelta(days=1)


def test_lists_codes_and_gifts_go_on(runtime, sessions):
    with sessions.write.begin() as session:
        make_coupon_work(session)
    assert jobs.run_handouts(runtime, MORNING) == {"done": 1}
    assert jobs.make_codes(runtime, MORNING) == {"made": 3}
    assert jobs.lapse_gifts(runtime, TOMORROW) == {"lapsed": 1}
    assert [job(runtime, TOMORROW) for job in (jobs.run_handouts, jobs.make_codes, jobs.lapse_gifts)] == [{}, {}, {}]
