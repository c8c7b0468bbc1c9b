"""Using coupons and the way back over real connections (C2, C3, C4, C7), with negative controls of both."""

from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from backend import coupons
from backend.app import create_app
from backend.kit.clock import FixedClock
from backend.kit.db import run
from config import policy
from tests.factories.coupons import make_coupon
from tests.factories.members import make_member
from tests.factories.purchases import till_body
from tests.support.clocks import MORNING
from tests.support.meetings import meeting, rewritten
from tests.support.races import race
from tests.support.runtimes import make_runtime
from tests.support.till import open_till, store_of
from tests.support.unguarded import unguarded_database

TILLS = 10
OVER = MORNING + policy.CASH_HOLD_FOR
TEN = {"worth": {"kind": "cash-off", "off_fen": 1_000}}
CUP = {"worth": {"kind": "gift", "what": "陶瓷杯"}}
WEAKENED = [
    "ALTER TABLE coupon_redemptions ADD KEY (coupon_id), DROP KEY uq_coupon_redemptions_coupon_id_turn",
    "ALTER TABLE coupon_returns ADD KEY (redemption_id), DROP PRIMARY KEY",
    *(f"ALTER TABLE {table} DROP PRIMARY KEY" for table in ("point_entries", "point_allocations", "growth_entries")),
]


def shop(engine):
    """A till, another of the same store whose clock shows that holds are over, and a member."""
    app, later = (create_app(make_runtime(engine, FixedClock(at))) for at in (MORNING, OVER))
    sessions = app.extensions["runtime"].sessions
    till = open_till(app, return_days=7)
    late = open_till(later, store_id=store_of(app, till))
    member = run(sessions.write, make_member)
    race(TILLS, lambda _: till.get("/purchases/none"))  # opening connections takes a busy machine seconds
    return SimpleNamespace(till=till, late=late, member=member, sessions=sessions)


@pytest.fixture
def guarded(mariadb):
    return shop(mariadb)


def give(here, **parts):
    return run(here.sessions.write, lambda session: make_coupon(session, here.member, **parts).code)


def sale(here, code, order_no):
    return till_body(10_000, order_no=order_no, member_id=str(here.member.id), paid_fen=9_000, coupon_codes=[code])


def outcomes(replies):
    return Counter(reply.json.get("code") if reply.status_code >= 400 else reply.status_code for reply in replies)


def count(here, table, *conditions):
    with here.sessions.read() as session:
        return session.scalar(select(func.count()).select_from(table).where(*conditions))


def assert_sound(here, code):
    """The coupon is redeemed where just one of its redemptions stands, and else it is not."""
    with here.sessions.read() as session:
        coupon = session.scalar(select(coupons.Coupon).where(coupons.Coupon.code == code))
        made = session.scalars(select(coupons.Redemption).where(coupons.Redemption.coupon_id == coupon.id)).all()
        assert (coupon.status == "redeemed") == (sum(one.reversed_at is None for one in made) == 1)
        assert sorted(one.turn for one in made) == list(range(1, coupon.redemptions + 1))
        assert coupons.count_faults(session) == []
        return coupon.status


def test_of_many_tills_with_one_coupon_one_redeems_it(guarded):
    code = give(guarded, **TEN)
    replies = race(TILLS, lambda no: guarded.till.post("/purchases", sale(guarded, code, f"SO-{no}")))
    assert outcomes(replies) == {201: 1, "coupons.used": TILLS - 1}
    assert assert_sound(guarded, code) == "redeemed"


def test_one_order_told_many_times_redeems_once(guarded):
    code = give(guarded, **TEN)
    replies = race(TILLS, lambda _: guarded.till.post("/purchases", sale(guarded, code, "SO-1")))
    assert outcomes(replies) == {201: 1, 200: TILLS - 1}
    assert len({reply.get_data() for reply in replies}) == 1
    assert assert_sound(guarded, code) == "redeemed"


def test_one_redemption_told_many_times_and_synced_counts_once(guarded):
    code = give(guarded, **CUP)
    told = {"code": code, "ref": "K-1"}
    offline = {"redemptions": [told | {"redeemed_at": "2026-03-01T09:00:00+08:00"}]}

    def tell(no):
        if no % 2:
            return guarded.till.post("/coupons/redemptions/sync", offline).json["results"][0]["outcome"]
        return guarded.till.post("/coupons/redeem", told).status_code

    found = Counter(race(TILLS, tell))
    assert found[201] + found["redeemed"] == 1
    assert sum(found.values()) == found[201] + found["redeemed"] + found[200] + found["repeated"]
    assert assert_sound(guarded, code) == "redeemed"


def test_a_hold_that_times_out_and_its_own_order_exclude_one_another(guarded):
    codes = [give(guarded, **TEN) for _ in range(3)]
    for no, code in enumerate(codes):
        wish = {"order_no": f"SO-{no}", "member_id": str(guarded.member.id), "coupon_codes": [code]}
        assert guarded.till.post("/coupon-holds", wish).status_code == 201

    def use(no):
        code, own = codes[no // 2], no % 2 == 0
        by = guarded.till if own else guarded.late
        return by.post("/purchases", sale(guarded, code, f"SO-{no // 2}" if own else f"LATE-{no}"))

    replies = race(6, use)
    for pair in (replies[at : at + 2] for at in range(0, 6, 2)):
        assert sorted(map(str, outcomes(pair))) == ["201", "coupons.used"]
    assert {assert_sound(guarded, code) for code in codes} == {"redeemed"}


def test_refunds_reversals_and_expiry_race_with_new_uses(guarded):
    """However they meet, a coupon that came back is used again at most once, and no count is lost."""
    bill, cup = give(guarded, **TEN), give(guarded, **CUP)
    guarded.till.post("/purchases", sale(guarded, bill, "SO-1"))
    first = guarded.till.post("/coupons/redeem", {"code": cup, "ref": "K-1"}).json["redemption_id"]
    ways = (
        lambda _: guarded.till.post("/purchases/SO-1/refunds", {"refund_no": "R1", "items": [{"line_no": 1}]}),
        lambda no: guarded.till.post("/purchases", sale(guarded, bill, f"NEW-{no}")),
        lambda _: guarded.till.post(f"/coupons/redemptions/{first}/reverse", {"reason": "录错"}),
        lambda no: guarded.till.post("/coupons/redeem", {"code": cup, "ref": f"NEW-{no}"}),
        lambda _: run(guarded.sessions.write, lambda s: coupons.expire_due(s, now=MORNING, limit=10)),
    )
    replies = race(TILLS, lambda no: ways[no % 5](no))
    told = [reply for reply in replies if not isinstance(reply, int)]
    assert set(outcomes(told)) <= {200, 201, "coupons.used"}
    assert count(guarded, coupons.Return) == 2
    for code in (bill, cup):
        assert assert_sound(guarded, code) in {"ready", "redeemed"}


def test_a_coupon_whose_time_is_over_is_used_or_expires_never_both(guarded, mariadb):
    code = give(guarded, **TEN, validity={"days": 1})
    with guarded.sessions.read() as session:
        until = session.scalar(select(coupons.Coupon.valid_until))
    at = until + timedelta(minutes=1)
    late = open_till(create_app(make_runtime(mariadb, FixedClock(at))))
    told = sale(guarded, code, "SO-1") | {"paid_at": (until - timedelta(seconds=1)).isoformat()}

    def act(no):
        if no % 2:
            return run(guarded.sessions.write, lambda s: coupons.expire_due(s, now=at, limit=10))
        return late.post("/purchases", told).status_code

    found = race(4, act)
    assert sorted(one for one in found if one > 1) == [200, 201]
    assert assert_sound(guarded, code) == "redeemed"


@pytest.fixture(scope="module")
def unguarded_engine(mariadb_engine):
    with unguarded_database(*WEAKENED) as engine:
        yield engine


def test_without_locks_two_tills_redeem_one_coupon(unguarded_engine):
    """The negative control: no lock, and whatever the coupon's status is by now, it is set."""
    here = shop(unguarded_engine)
    code = give(here, **TEN)
    with (
        rewritten(unguarded_engine, "coupons.status IN", "'ready' IN"),
        meeting(unguarded_engine, "UPDATE coupons", patience=20),
    ):
        replies = race(2, lambda no: here.till.post("/purchases", sale(here, code, f"SO-{no}")))
    assert outcomes(replies) == {201: 2}
    assert count(here, coupons.Redemption) == 2


def test_without_locks_one_redemption_is_taken_back_twice(unguarded_engine):
    """The negative control of the way back."""
    here = shop(unguarded_engine)
    code = give(here, **CUP)
    first = here.till.post("/coupons/redeem", {"code": code, "ref": "K-1"}).json["redemption_id"]
    before = count(here, coupons.Return)
    with meeting(unguarded_engine, "UPDATE coupon", patience=20):
        replies = race(2, lambda _: here.till.post(f"/coupons/redemptions/{first}/reverse", {"reason": "录错"}))
    assert outcomes(replies) == {200: 2}
    assert count(here, coupons.Return) == before + 2
