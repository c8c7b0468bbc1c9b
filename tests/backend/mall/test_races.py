"""Stock and points over real connections (C1-C5), with negative controls that show the races are real."""

import threading
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import redis
from sqlalchemy import event, func, select, text, update
from sqlalchemy.exc import OperationalError

from backend import coupons, mall, points, stores
from backend.app import create_app
from backend.kit.cache import RedisCache
from backend.kit.clock import FixedClock
from backend.kit.db import run
from backend.kit.errors import DomainError
from backend.kit.limits import RateLimiter
from backend.mall.rules import pick_up_by
from tests.factories.coupons import make_template
from tests.factories.mall import give_points, make_code_item, make_coupon_item, make_item
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.meetings import lockless, meeting, rewritten
from tests.support.phone import member_client
from tests.support.races import race
from tests.support.runtimes import make_runtime
from tests.support.unguarded import unguarded_database

ORDERS = "/api/mp/v1/mall/orders"
GIFT = 100
CROWD, PIECES, TAPS = 64, 5, 32
KEPT = ("placed", "received")
OVERDUE = pick_up_by(MORNING)
IN_TIME = OVERDUE - timedelta(microseconds=1)
REDIS_DATABASE_TO_EMPTY = "/13"


@pytest.fixture
def runtime(mariadb, clock):
    race(TAPS, lambda _: mariadb.connect().close())  # opening connections takes a busy machine seconds
    return make_runtime(mariadb, clock)


@pytest.fixture(scope="module")
def unguarded(mariadb_engine):
    """A house without locks, and without the net beneath them: what runs it, and its store."""
    checks = [("mall_stocks", name) for name in ("stock_not_negative", "stock_was_stocked")]
    checks += [("mall_orders", name) for name in ("closed_once", "received_once")]
    with unguarded_database(*(f"ALTER TABLE {at} DROP CONSTRAINT ck_{at}_{name}" for at, name in checks)) as engine:
        runtime = make_runtime(engine, FixedClock(MORNING))
        yield runtime, run(runtime.sessions.write, open_shop)


@pytest.fixture
def shop_id(sessions):
    return run(sessions.write, open_shop)


def open_shop(session):
    store = stores.create_store(session, code="SH01", name="南京东路店", now=MORNING)
    session.flush()
    return store.id


def crowd(sessions, size, *, funds=GIFT):
    with sessions.write.begin() as session:
        ids = [make_member(session).id for _ in range(size)]
        for member_id in ids if funds > GIFT else ():
            give_points(session, member_id, funds - GIFT)
        return ids


def offer(sessions, stock):
    with sessions.write.begin() as session:
        return make_item(session, stock=stock).id


def basket(item_id, shop_id):
    return {"items": [{"item_id": str(item_id), "quantity": 1}], "store_id": str(shop_id)}


def outcomes(replies):
    words = [reply.json.get("code", reply.json.get("status")) for reply in replies]
    return {word: words.count(word) for word in set(words)}


def stock_of(session, item_id):
    return session.scalar(select(func.sum(mall.Stock.stock)).where(mall.Stock.item_id == item_id))


def messages(sessions):
    with sessions.read() as session:
        return session.scalar(text("SELECT COUNT(*) FROM messages"))


def assert_everything_adds_up(sessions, item_id, stocked, members, funds=GIFT):
    with sessions.read() as session:
        kept = (
            select(func.coalesce(func.sum(mall.OrderLine.quantity), 0))
            .join(mall.Order, mall.Order.id == mall.OrderLine.order_id)
            .where(mall.OrderLine.item_id == item_id, mall.Order.status.in_(KEPT))
        )
        assert stock_of(session, item_id) == stocked - session.scalar(kept)
        assert mall.stock_faults(session) == []
        assert points.verify(session, members) == []
        for member_id in members:
            paid = sum(order.points for order in mall.orders(session, member_id, limit=100) if order.status in KEPT)
            assert points.summary(session, member_id, now=MORNING).available == funds - paid


def rush(runtime, shop_id, item_id, members):
    """What became of the exchanges of all members, one each, sent at the same moment."""
    app = create_app(runtime)
    phones = [member_client(app, member_id) for member_id in members]
    return outcomes(race(len(members), lambda number: phones[number].post(ORDERS, json=basket(item_id, shop_id))))


def burst(runtime, shop_id):
    members, item_id = crowd(runtime.sessions, CROWD), offer(runtime.sessions, PIECES)
    assert rush(runtime, shop_id, item_id, members) == {"placed": PIECES, "mall.sold-out": CROWD - PIECES}
    assert_everything_adds_up(runtime.sessions, item_id, PIECES, members)
    with runtime.sessions.read() as session:
        assert stock_of(session, item_id) == 0


def test_of_64_members_for_5_pieces_5_get_one(runtime, shop_id, deadlocks):
    burst(runtime, shop_id)
    assert deadlocks == []


def test_without_the_condition_the_same_rush_sells_more_than_there_is(unguarded):
    """The negative control: the stock is looked at, and taken from whatever is left of it by then."""
    runtime, shop_id = unguarded
    engine = runtime.sessions.write.kw["bind"].engine
    members, item_id = crowd(runtime.sessions, 2), offer(runtime.sessions, 1)
    anyway = rewritten(engine, "mall_stocks.stock >=", "1000 + mall_stocks.stock >=")
    with anyway, meeting(engine, "UPDATE mall_stocks", patience=20):
        assert rush(runtime, shop_id, item_id, members) == {"placed": 2}


def test_a_cache_that_forgets_everything_in_the_burst_changes_nothing(runtime, shop_id, redis_url, clock):
    url = urlsplit(redis_url)._replace(path=REDIS_DATABASE_TO_EMPTY).geturl()
    over = threading.Event()

    def forget():
        server = redis.Redis.from_url(url)
        while not over.wait(0.005):
            server.flushdb()

    forgetting = threading.Thread(target=forget)
    forgetting.start()
    try:
        burst(replace(runtime, cache=RedisCache(url, clock), limiter=RateLimiter(url)), shop_id)
    finally:
        over.set()
        forgetting.join()


def test_of_32_parallel_exchanges_of_one_balance_one_wins(runtime, sessions, shop_id, deadlocks):
    (member_id,), item_id = crowd(sessions, 1), offer(sessions, TAPS)
    app = create_app(runtime)
    phones = [member_client(app, member_id) for _ in range(TAPS)]
    replies = race(TAPS, lambda number: phones[number].post(ORDERS, json=basket(item_id, shop_id)))
    assert outcomes(replies) == {"placed": 1, "points.insufficient": TAPS - 1}
    assert_everything_adds_up(sessions, item_id, TAPS, [member_id])
    assert deadlocks == []


def test_cancelling_repeated_in_the_rush_for_what_comes_back(runtime, sessions, shop_id, deadlocks):
    holders, waiting, item_id = crowd(sessions, 8), crowd(sessions, 16), offer(sessions, 8)
    app = create_app(runtime)
    holding = [member_client(app, member_id) for member_id in holders for _repeat in range(2)]
    placed = [holding[2 * number].post(ORDERS, json=basket(item_id, shop_id)).json["no"] for number in range(8)]
    waiting_phones = [member_client(app, member_id) for member_id in waiting]

    def act(number):
        if number < 16:
            return holding[number].post(f"{ORDERS}/{placed[number // 2]}/cancel")
        return waiting_phones[number - 16].post(ORDERS, json=basket(item_id, shop_id))

    replies = race(32, act)
    assert outcomes(replies[:16]) == {"cancelled": 16}
    assert set(outcomes(replies[16:])) <= {"placed", "mall.sold-out"}
    assert outcomes(replies[16:]).get("placed", 0) <= 8
    assert_everything_adds_up(sessions, item_id, 8, holders + waiting)
    assert deadlocks == []


def test_pick_up_cancelling_and_time_out_exclude_one_another(runtime, sessions, shop_id, clock, deadlocks):
    members, item_id = crowd(sessions, 8), offer(sessions, 10)
    app = create_app(runtime)
    phones = [member_client(app, member_id) for member_id in members]
    for phone in phones:
        assert phone.post(ORDERS, json=basket(item_id, shop_id)).status_code == 201
    with sessions.read() as session:
        placed = [mall.orders(session, member_id, limit=1)[0] for member_id in members]

    def act(number):
        order, phone = placed[number // 4], phones[number // 4]
        by_turns = (
            lambda: run(
                sessions.write, lambda s: mall.pick_up(s, code=order.pickup_code, store_id=shop_id, now=IN_TIME).status
            ),
            lambda: phone.post(f"{ORDERS}/{order.no}/cancel").status_code,
            lambda: run(sessions.write, lambda s: mall.lapse_due(s, order.id, now=OVERDUE)),
            lambda: phone.post(f"{ORDERS}/{order.no}/cancel").status_code,
        )
        try:
            return by_turns[number % 4]()
        except DomainError as refusal:
            return refusal.code

    results = race(32, act)
    with sessions.read() as session:
        ended = [mall.orders(session, member_id, limit=1)[0].status for member_id in members]
    expected = {
        "received": ("received", 409, None, 409),
        "cancelled": ("mall.order-cancelled", 200, None, 200),
        "lapsed": ("mall.order-lapsed", 409, None, 409),
    }
    assert [tuple(results[at : at + 4]) for at in range(0, 32, 4)] == [expected[status] for status in ended]
    assert_everything_adds_up(sessions, item_id, 10, members)
    assert deadlocks == []


def test_without_locks_an_order_is_picked_up_and_cancelled_at_once(unguarded):
    """The negative control of the race above."""
    runtime, shop_id = unguarded
    sessions = runtime.sessions
    (member_id,), item_id = crowd(sessions, 1), offer(sessions, 1)
    order = run(sessions.write, lambda s: place(s, member_id, item_id, shop_id, runtime.rng))
    ways = (
        lambda s: mall.pick_up(s, code=order.pickup_code, store_id=shop_id, now=MORNING).status,
        lambda s: mall.cancel(s, member_id, order.no, now=MORNING).status,
    )
    with meeting(sessions.write.kw["bind"].engine, "UPDATE point_accounts", patience=20):
        assert race(2, lambda number: run(sessions.write, ways[number])) == ["received", "cancelled"]


def test_many_tills_hand_over_one_order_once(sessions, shop_id, rng):
    (member_id,), item_id = crowd(sessions, 1), offer(sessions, 1)
    heard = []
    with sessions.write.begin() as session:
        order = mall.exchange(session, member_id, {item_id: 1}, store_id=shop_id, rng=rng, now=MORNING)

    def pick_up(number):
        def work(session):
            listeners = {mall.ExchangePickedUp: [lambda _, fact: heard.append(fact)]}
            session.info["listeners"] = listeners
            at = MORNING + timedelta(seconds=number)
            return mall.pick_up(session, code=order.pickup_code, store_id=shop_id, now=at).closed_at

        return run(sessions.write, work)

    assert len(set(race(16, pick_up))) == 1
    assert len(heard) == 1


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "tap-1"}])
@pytest.mark.parametrize("meanwhile", [{"stock": 0, "stocked": 0}, {"status": "off"}], ids=["sold", "taken off"])
def test_what_goes_elsewhere_at_the_last_moment_undoes_the_whole_order(
    runtime, sessions, shop_id, mariadb, headers, meanwhile
):
    (member_id,), item_id = crowd(sessions, 1), offer(sessions, 1)
    phone = member_client(create_app(runtime), member_id)

    turns = iter([True])

    def take_away(_connection, _cursor, statement, *_rest):
        if statement.startswith("UPDATE mall_stocks") and next(turns, False):
            with mariadb.begin() as rival:
                rival.execute(update(mall.Stock if "stock" in meanwhile else mall.Item).values(**meanwhile))

    told = messages(sessions)
    event.listen(mariadb, "before_cursor_execute", take_away)
    try:
        reply = phone.post(ORDERS, json=basket(item_id, shop_id), headers=headers)
    finally:
        event.remove(mariadb, "before_cursor_execute", take_away)
    assert (reply.status_code, reply.json["code"]) == (409, "mall.sold-out")
    assert next(turns, "taken away") == "taken away"
    with sessions.read() as session:
        assert mall.orders(session, member_id, limit=1) == []
        assert [entry.source_kind for entry in points.entries(session, member_id, limit=10)] == ["join"]
    assert messages(sessions) == told
    assert_everything_adds_up(sessions, item_id, meanwhile.get("stock", 1), [member_id])


def test_carts_that_cross_take_whole_sets_and_never_wait_in_a_circle(runtime, shop_id, sessions, deadlocks):
    """Two items, in both orders, from a store's own stock: 16 members for 5 sets."""
    members, items = crowd(sessions, 16, funds=2 * GIFT), [offer(sessions, 99) for _ in range(2)]
    for item_id in items:
        run(sessions.write, lambda s, item_id=item_id: mall.adjust_stock(s, item_id, by=PIECES, store_id=shop_id))
    app = create_app(runtime)
    phones = [member_client(app, member_id) for member_id in members]

    def ask(number):
        wishes = [{"item_id": str(item_id), "quantity": 1} for item_id in items[:: 1 if number % 2 else -1]]
        return phones[number].post(ORDERS, json={"items": wishes, "store_id": str(shop_id)})

    assert outcomes(race(16, ask)) == {"placed": PIECES, "mall.sold-out": 16 - PIECES}
    with sessions.read() as session:
        assert [mall.stocks_of(session, item_id)[shop_id].stock for item_id in items] == [0, 0]
        assert [mall.stocks_of(session, item_id)[mall.CENTRAL].stock for item_id in items] == [99, 99]
        assert mall.stock_faults(session) == []
        assert points.verify(session, members) == []
    assert deadlocks == []


def place(session, member_id, item_id, shop_id, rng):
    return mall.exchange(session, member_id, {item_id: 1}, store_id=shop_id, rng=rng, now=MORNING)


def test_without_locks_the_goods_of_one_order_come_back_twice(unguarded):
    """The negative control of the way back."""
    runtime, shop_id = unguarded
    sessions = runtime.sessions
    (member_id,), item_id = crowd(sessions, 1), offer(sessions, 1)
    order = run(sessions.write, lambda s: place(s, member_id, item_id, shop_id, runtime.rng))
    with meeting(sessions.write.kw["bind"].engine, "UPDATE point_accounts", patience=20):
        race(2, lambda _: run(sessions.write, lambda s: mall.cancel(s, member_id, order.no, now=MORNING)))
    with sessions.read() as session:
        assert mall.StockFault(item_id, mall.CENTRAL, stock=2, expected=1) in mall.stock_faults(session)


def tap_for_a_limited_item(runtime, shop_id, taps):
    """What became of one member's exchanges of an item of which each may have one, sent at the same moment."""
    (member_id,) = crowd(runtime.sessions, 1, funds=2 * GIFT)
    terms = mall.Offer("限量杯", points=GIFT, limit_pieces=1)
    item_id = run(runtime.sessions.write, lambda s: mall.add_item(s, terms, stock=taps, now=MORNING).id)
    app = create_app(runtime)
    phones = [member_client(app, member_id) for _ in range(taps)]
    return outcomes(race(taps, lambda number: phones[number].post(ORDERS, json=basket(item_id, shop_id))))


def test_of_16_parallel_exchanges_within_a_limit_of_one_one_wins(runtime, shop_id, deadlocks):
    assert tap_for_a_limited_item(runtime, shop_id, 16) == {"placed": 1, "mall.limit-reached": 15}
    assert deadlocks == []


def test_without_the_lock_a_limit_is_passed(runtime, shop_id, mariadb):
    """The negative control."""
    with lockless(mariadb), meeting(mariadb, "INSERT INTO mall_orders", patience=20):
        assert tap_for_a_limited_item(runtime, shop_id, 2) == {"placed": 2}


def coupon_offer(sessions, *, coupons_there, pieces):
    with sessions.write.begin() as session:
        template = make_template(session, supply={"stock": coupons_there, "per_member": None})
        return template.code, make_coupon_item(session, template.code, stock=pieces).id


def coupons_of(sessions, code):
    """How many coupons of a template members have, and how many it says are issued."""
    with sessions.read() as session:
        template = coupons.template(session, code)
        held = select(func.count()).where(coupons.Coupon.template_id == template.id, coupons.Coupon.status == "ready")
        return session.scalar(held), template.issued


def test_of_16_members_for_the_last_3_coupons_3_pay_and_get_one(runtime, sessions, shop_id, deadlocks):
    members, (code, item_id) = crowd(sessions, 16), coupon_offer(sessions, coupons_there=3, pieces=CROWD)
    assert rush(runtime, shop_id, item_id, members) == {"completed": 3, "coupons.sold-out": 13}
    assert coupons_of(sessions, code) == (3, 3)
    with sessions.read() as session:
        left = [points.summary(session, member_id, now=MORNING).available for member_id in members]
        assert sorted(left) == [0] * 3 + [GIFT] * 13
        assert stock_of(session, item_id) == CROWD - 3
        assert mall.stock_faults(session) == []
        assert points.verify(session, members) == []
    # who finds the coupons gone has written an order and undoes it: InnoDB may give up on another one's beside it
    assert [said for said in deadlocks if not said.startswith("INSERT INTO mall_orders")] == []


def cancel_twice(runtime, shop_id):
    """What became of two cancellings of one order of a coupon at the same moment, and what came of its parts."""
    sessions = runtime.sessions
    (member_id,), (code, item_id) = crowd(sessions, 1), coupon_offer(sessions, coupons_there=9, pieces=9)
    order = run(sessions.write, lambda s: place(s, member_id, item_id, shop_id, runtime.rng))
    with meeting(sessions.write.kw["bind"].engine, "UPDATE coupons", patience=1):
        ends = race(2, lambda _: run(sessions.write, lambda s: mall.cancel(s, member_id, order.no, now=MORNING).status))
    with sessions.read() as session:
        return ends, stock_of(session, item_id), coupons_of(sessions, code)


def test_an_order_of_a_coupon_cancelled_twice_at_once_comes_back_once(runtime, shop_id, deadlocks):
    assert cancel_twice(runtime, shop_id) == (["cancelled"] * 2, 9, (0, 0))
    assert deadlocks == []


def test_without_locks_a_cancelled_coupon_would_come_back_twice(runtime, shop_id, mariadb):
    """The negative control: only the net beneath the locks stops the second, with an error that nobody expects."""
    with lockless(mariadb), pytest.raises(OperationalError, match="issued_within_stock"):
        cancel_twice(runtime, shop_id)


def rush_for_codes(runtime, shop_id, *, members, codes):
    """What became of the rush, and the codes of each order that was placed."""
    sessions = runtime.sessions
    ids = crowd(sessions, members)
    with sessions.write.begin() as session:
        item_id = make_code_item(session, [f"CODE-{number}" for number in range(codes)]).id
    ends = rush(runtime, shop_id, item_id, ids)
    with sessions.read() as session:
        placed = [order for member_id in ids for order in mall.orders(session, member_id, limit=9)]
        return ends, [[code for _, code in mall.codes_of(session, order)] for order in placed], session_faults(session)


def session_faults(session):
    return [(fault.stock, fault.expected) for fault in mall.stock_faults(session)]


def test_of_16_members_for_the_last_3_codes_3_have_one_of_their_own(runtime, shop_id, deadlocks):
    ends, codes, faults = rush_for_codes(runtime, shop_id, members=16, codes=3)
    assert ends == {"completed": 3, "mall.sold-out": 13}
    assert sorted(codes) == [["CODE-0"], ["CODE-1"], ["CODE-2"]]
    assert (faults, deadlocks) == ([], [])


def test_without_the_condition_one_code_goes_to_two_members(runtime, shop_id, mariadb):
    """The negative control: a code is given whether or not somebody has it."""
    with rewritten(mariadb, "mall_virtual_codes.order_id IS NULL", "1 = 1"):
        _, codes, _ = rush_for_codes(runtime, shop_id, members=2, codes=2)
    assert sorted(codes) == [[], ["CODE-0"]]
