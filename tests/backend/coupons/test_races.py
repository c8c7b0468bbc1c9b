"""Stock of coupons over real connections (C1, C4, C5), with negative controls that show the races are real."""

import threading
from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random
from urllib.parse import urlsplit

import pytest
import redis
from sqlalchemy import func, select

from backend import coupons, points
from backend.app import create_app
from backend.coupons import Coupon, Template
from backend.kit.cache import RedisCache
from backend.kit.db import run
from backend.kit.errors import DomainError
from backend.kit.limits import RateLimiter
from tests.factories.coupons import READER, WRITER, make_coupon, make_template
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.meetings import meeting, rewritten
from tests.support.phone import member_client
from tests.support.races import race
from tests.support.runtimes import make_runtime
from tests.support.unguarded import unguarded_database

MEMBERS, TAPS_EACH, PIECES = 40, 5, 3
BATCH, REDIS_DATABASE_TO_EMPTY = 40, "/13"
TOMORROW = MORNING + timedelta(days=1)


@pytest.fixture
def runtime(mariadb, clock):
    race(BATCH, lambda _: mariadb.connect().close())  # opening connections takes a busy machine seconds
    return make_runtime(mariadb, clock)


def crowd(sessions, size):
    with sessions.write.begin() as session:
        return [make_member(session).id for _ in range(size)]


def offer(sessions, *, stock=PIECES, most=None, **parts):
    supply = {"claimable": True, "stock": stock, "per_member": most and {"most": most}}
    with sessions.write.begin() as session:
        return make_template(session, supply=supply | parts, transferable=True).id


def outcomes(replies):
    words = [reply.json.get("code", reply.json.get("status")) for reply in replies]
    return {word: words.count(word) for word in set(words)}


def rush(runtime, template_id, members, *, taps=1):
    """What became of the claims of all members, sent by as many phones at a time as there are connections."""
    app = create_app(runtime)
    phones = [member_client(app, member_id) for member_id in members for _ in range(taps)]
    shares = [phones[number::BATCH] for number in range(min(BATCH, len(phones)))]
    url = f"/api/mp/v1/coupons/{template_id}/claims"
    return outcomes(
        [reply for share in race(len(shares), lambda n: [one.post(url) for one in shares[n]]) for reply in share]
    )


def assert_counted(sessions, template_id, expected=None):
    """The counter is the sum of the rows, of the template and of each of its days."""
    with sessions.read() as session:
        kept = select(func.count()).where(Coupon.template_id == template_id, Coupon.status != "revoked")
        issued = session.scalar(select(Template.issued).where(Template.id == template_id))
        assert issued == session.scalar(kept)
        assert coupons.count_faults(session) == []
    assert expected is None or issued == expected


def test_of_200_claims_at_once_for_3_coupons_3_get_one(runtime, deadlocks):
    members, template_id = crowd(runtime.sessions, MEMBERS), offer(runtime.sessions)
    taps = MEMBERS * TAPS_EACH
    assert rush(runtime, template_id, members, taps=TAPS_EACH) == {"ready": PIECES, "coupons.sold-out": taps - PIECES}
    assert_counted(runtime.sessions, template_id, PIECES)
    assert deadlocks == []


def test_one_member_with_many_phones_gets_no_more_than_anybody_may(runtime, deadlocks):
    members, template_id = crowd(runtime.sessions, 1), offer(runtime.sessions, stock=BATCH, most=2)
    assert rush(runtime, template_id, members, taps=BATCH) == {"ready": 2, "coupons.limit-reached": BATCH - 2}
    assert_counted(runtime.sessions, template_id, 2)
    assert deadlocks == []


def test_without_condition_and_lock_more_is_given_than_there_is_and_than_anybody_may(mariadb_engine, clock):
    """The negative control: stock and limit are looked at, and meanwhile others look as well."""
    check = "ALTER TABLE coupon_templates DROP CONSTRAINT ck_coupon_templates_issued_within_stock"
    with unguarded_database(check) as engine:
        runtime = make_runtime(engine, clock)
        members = crowd(runtime.sessions, 2)
        hot, limited = offer(runtime.sessions, stock=1), offer(runtime.sessions, most=1)
        with rewritten(engine, "coupon_templates.issued < coupon_templates.stock", "1 = 1"):
            with meeting(engine, "UPDATE coupon_templates", patience=20):
                assert rush(runtime, hot, members) == {"ready": 2}
            with meeting(engine, "INSERT INTO coupons", patience=20):
                assert rush(runtime, limited, members[:1], taps=2) == {"ready": 2}


def test_of_60_members_for_12_of_a_day_12_get_one(runtime, deadlocks):
    members, template_id = crowd(runtime.sessions, 60), offer(runtime.sessions, stock=None, stock_per_day=12)
    assert rush(runtime, template_id, members) == {"ready": 12, "coupons.sold-out-today": 48}
    assert_counted(runtime.sessions, template_id, 12)
    assert deadlocks == []


def test_a_cache_that_forgets_everything_in_the_burst_changes_nothing(runtime, redis_url, clock):
    url = urlsplit(redis_url)._replace(path=REDIS_DATABASE_TO_EMPTY).geturl()
    over = threading.Event()

    def forget():
        server = redis.Redis.from_url(url)
        while not over.wait(0.005):
            server.flushdb()

    members, template_id = crowd(runtime.sessions, 60), offer(runtime.sessions, stock=12)
    forgetting = threading.Thread(target=forget)
    forgetting.start()
    try:
        cached = replace(runtime, cache=RedisCache(url, clock), limiter=RateLimiter(url))
        assert rush(cached, template_id, members) == {"ready": 12, "coupons.sold-out": 48}
    finally:
        over.set()
        forgetting.join()
    assert_counted(runtime.sessions, template_id, 12)


def test_the_way_back_races_with_the_way_in(runtime, sessions, deadlocks):
    """Coupons are taken back, twice each, and written off as over, while others wait for what comes free (C4)."""
    template_id = offer(sessions, stock=12)
    holders, waiting = crowd(sessions, 12), crowd(sessions, 16)
    with sessions.write.begin() as session:
        template = coupons.template_of(session, template_id)
        held = [make_coupon(session, holder, template=template).id for holder in holders]
        for coupon_id in held[8:]:
            coupons.locked(session, coupon_id).valid_until = TOMORROW

    def act(number):
        try:
            return run(sessions.write, lambda session: move(session, number))
        except DomainError as refusal:
            return refusal.code

    def move(session, number):
        if number < 16:
            holder, coupon_id = holders[number % 8], held[number % 8]
            account = points.lock(session, holder, now=MORNING)
            return coupons.revoke(session, account, coupons.coupon(session, holder, coupon_id), now=MORNING).status
        if number < 20:
            return coupons.expire_due(session, now=TOMORROW, limit=4)
        member_id = waiting[number - 20]
        return coupons.claim(session, member_id, template_id, rng=Random(number), now=MORNING).status

    results = race(36, act)
    assert results[:16] == ["revoked"] * 16
    assert sum(results[16:20]) == 4
    assert set(results[20:]) <= {"ready", "coupons.sold-out"}
    assert_counted(sessions, template_id)
    with sessions.read() as session:
        assert coupons.template_of(session, template_id).issued <= 12
        kept = select(func.count()).where(Coupon.id.in_(held[8:]), Coupon.status == "expired")
        assert session.scalar(kept) == 4
    assert deadlocks == []


def test_a_gift_is_accepted_by_one_taken_back_or_lapses(runtime, sessions, deadlocks):
    template_id = offer(sessions, stock=8)
    givers, friends = crowd(sessions, 4), crowd(sessions, 8)
    with sessions.write.begin() as session:
        template = coupons.template_of(session, template_id)
        sent = [make_coupon(session, giver, template=template).id for giver in givers]
        tokens = [
            coupons.send(session, giver, coupon_id, rng=Random(coupon_id), now=MORNING).token
            for giver, coupon_id in zip(givers, sent, strict=True)
        ]

    def act(number):
        turn, place = divmod(number, 4)
        moves = (
            lambda s: coupons.accept(s, friends[place], tokens[place], now=MORNING).status,
            lambda s: coupons.accept(s, friends[place + 4], tokens[place], now=MORNING).status,
            lambda s: coupons.take_back(s, givers[place], sent[place], now=MORNING).status,
            lambda s: coupons.lapse_gifts(s, now=TOMORROW, limit=9),
        )
        try:
            return run(sessions.write, moves[turn])
        except DomainError as refusal:
            return refusal.code

    results = race(16, act)
    for place in range(4):
        accepted = [results[place], results[place + 4]].count("ready")
        with sessions.read() as session:
            coupon = session.get_one(Coupon, sent[place])
            assert (coupon.status, coupon.member_id == givers[place]) == ("ready", not accepted)
        assert accepted <= 1
    assert_counted(sessions, template_id, 4)
    assert deadlocks == []


def test_several_runners_and_a_rush_give_a_list_exactly_once(runtime, sessions, deadlocks):
    template_id = offer(sessions, stock=None)
    listed, others = crowd(sessions, 30), crowd(sessions, 8)
    with sessions.write.begin() as session:
        code = coupons.template_of(session, template_id).code
        plan = coupons.HandoutPlan(code, dict.fromkeys(listed, 1), "老客", "list")
        handout_id = coupons.plan_handout(session, plan, by=WRITER, now=MORNING).id
        coupons.approve_handout(session, handout_id, by=READER, now=MORNING)

    def act(number):
        if number >= 4:
            claim = partial(coupons.claim, member_id=others[number - 4], template_id=template_id)
            return run(sessions.write, partial(claim, rng=Random(number), now=MORNING)).status
        give, given = partial(coupons.hand_out_coupons, sessions, handout_id, rng=Random(number), now=MORNING), 0
        while (done := give(limit=7)) is not None:
            given += done["done"]
        return given

    results = race(12, act)
    assert (sum(results[:4]), results[4:]) == (30, ["ready"] * 8)
    assert_counted(sessions, template_id, 38)
    assert deadlocks == []
