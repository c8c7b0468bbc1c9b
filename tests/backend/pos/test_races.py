"""Sales and refunds over real connections (L9, L10, L12), with negative controls that show the races are real."""

from collections import Counter
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from sqlalchemy import event, func, select, text

from backend import members, points, tiers
from backend.app import create_app
from backend.purchases import Purchase, Refund
from tests.factories.members import make_member
from tests.factories.purchases import till_body
from tests.support.clocks import MORNING
from tests.support.databases import mariadb_database, migrate
from tests.support.meetings import meeting
from tests.support.races import race
from tests.support.runtimes import KEYS, make_runtime
from tests.support.till import open_till

GIFT = 100
CLIENTS = 32
ROUNDS = 10  # within which a race without guards must have gone wrong


@contextmanager
def shop(engine, clock):
    app = create_app(make_runtime(engine, clock))
    sessions = app.extensions["runtime"].sessions
    with sessions.write.begin() as session:
        member = make_member(session)
    yield SimpleNamespace(till=open_till(app), member=member, sessions=sessions)


@pytest.fixture
def guarded(mariadb, clock):
    with shop(mariadb, clock) as guarded:
        yield guarded


@pytest.fixture
def unguarded(mariadb_engine, clock):
    """The same house without its locks and without the unique keys of sales and refunds."""
    with mariadb_database() as engine:
        migrate(engine)
        with engine.begin() as connection:
            for table, column, key in (
                ("purchases", "store_id", "uq_purchases_store_id_order_no"),
                ("refunds", "purchase_id", "uq_refunds_purchase_id_refund_no"),
            ):
                connection.execute(text(f"ALTER TABLE {table} ADD KEY ({column}), DROP KEY {key}"))
        event.listen(engine, "before_cursor_execute", _unlocked, retval=True)
        with shop(engine, clock) as unguarded:
            yield unguarded


def _unlocked(_connection, _cursor, statement, parameters, *_rest):
    return statement.replace(" FOR UPDATE", ""), parameters


def rows_of(shop, model):
    with shop.sessions.read() as session:
        return session.scalar(select(func.count()).select_from(model))


def standing_of(shop):
    with shop.sessions.read() as session:
        assert points.verify(session, [shop.member.id]) == []
        summary = points.summary(session, shop.member.id, now=MORNING)
        return summary.available, tiers.standing(session, shop.member.id, now=MORNING).growth


def all_at_once(shop, path, bodies):
    """The statuses, and the different replies, of calls sent at the same moment."""
    responses = race(len(bodies), lambda number: shop.till.post(path, bodies[number]))
    return Counter(response.status_code for response in responses), {response.data for response in responses}


def test_32_repeats_of_one_purchase_have_one_effect(guarded):
    body = till_body(19_990, 10, member_id=str(guarded.member.id))
    statuses, replies = all_at_once(guarded, "/purchases", [body] * CLIENTS)
    assert statuses == {201: 1, 200: CLIENTS - 1}
    assert len(replies) == 1
    assert rows_of(guarded, Purchase) == 1
    assert standing_of(guarded) == (GIFT + 200, 200)


def test_32_repeats_of_one_purchase_without_a_member_have_one_effect(guarded):
    statuses, replies = all_at_once(guarded, "/purchases", [till_body(19_990)] * CLIENTS)
    assert (statuses, len(replies)) == ({201: 1, 200: CLIENTS - 1}, 1)
    assert rows_of(guarded, Purchase) == 1


def test_without_guards_repeats_of_one_purchase_have_several_effects(unguarded):
    """The negative control of the tests above."""
    for _ in range(ROUNDS):
        statuses, _ = all_at_once(unguarded, "/purchases", [till_body(19_990)] * CLIENTS)
        if statuses[201] > 1:
            return
    pytest.fail("nothing went wrong without guards: the tests above prove nothing")


def test_one_order_number_for_two_members_at_once_is_given_to_one(guarded):
    with guarded.sessions.write.begin() as session:
        other = make_member(session)
    bodies = [till_body(10_000, order_no="SO-1", member_id=str(member.id)) for member in (guarded.member, other) * 16]
    statuses, _ = all_at_once(guarded, "/purchases", bodies)
    assert statuses == {201: 1, 200: 15, 409: 16}
    assert rows_of(guarded, Purchase) == 1


def test_different_purchases_of_one_member_all_count(guarded):
    bodies = [till_body(1_000, member_id=str(guarded.member.id)) for _ in range(CLIENTS)]
    statuses, _ = all_at_once(guarded, "/purchases", bodies)
    assert statuses == {201: CLIENTS}
    assert standing_of(guarded) == (GIFT + 10 * CLIENTS, 10 * CLIENTS)


def test_32_repeats_of_one_refund_have_one_effect(guarded):
    guarded.till.post("/purchases", till_body(20_000, order_no="SO-1", member_id=str(guarded.member.id)))
    refund = {"refund_no": "R1", "amount_fen": 5_000}
    statuses, replies = all_at_once(guarded, "/purchases/SO-1/refunds", [refund] * CLIENTS)
    assert statuses == {201: 1, 200: CLIENTS - 1}
    assert len(replies) == 1
    assert rows_of(guarded, Refund) == 1
    assert standing_of(guarded) == (GIFT + 150, 150)


def test_32_repeats_of_one_refund_without_a_member_have_one_effect(guarded, mariadb):
    guarded.till.post("/purchases", till_body(20_000, order_no="SO-1"))
    refund = {"refund_no": "R1", "amount_fen": 1}
    with meeting(mariadb, "UPDATE purchases", patience=1):
        statuses, replies = all_at_once(guarded, "/purchases/SO-1/refunds", [refund] * CLIENTS)
    assert (statuses, len(replies)) == ({201: 1, 200: CLIENTS - 1}, 1)
    assert rows_of(guarded, Refund) == 1


def test_without_guards_repeats_of_one_refund_have_several_effects(unguarded):
    """The negative control of the tests above."""
    for number in range(ROUNDS):
        unguarded.till.post("/purchases", till_body(20_000, order_no=f"SO-{number}"))
        refund = {"refund_no": "R1", "amount_fen": 1}
        statuses, _ = all_at_once(unguarded, f"/purchases/SO-{number}/refunds", [refund] * CLIENTS)
        if statuses[201] > 1:
            return
    pytest.fail("nothing went wrong without guards: the tests above prove nothing")


def race_for_the_last_fen(shop, order_no, **member):
    """Two tills give back the last fen of an order under numbers of their own; what was given back in all."""
    path = f"/purchases/{order_no}/refunds"
    shop.till.post("/purchases", till_body(20_000, order_no=order_no, **member))
    shop.till.post(path, {"refund_no": "R0", "amount_fen": 19_999})
    statuses, _ = all_at_once(shop, path, [{"refund_no": f"R{number}", "amount_fen": 1} for number in range(1, 9)])
    with shop.sessions.read() as session:
        given = select(func.sum(Refund.amount_fen)).join(Purchase, Purchase.id == Refund.purchase_id)
        return statuses, int(session.scalar(given.where(Purchase.order_no == order_no)))


def test_the_last_fen_is_given_back_once(guarded):
    for number in range(3):
        statuses, given = race_for_the_last_fen(guarded, f"SO-{number}", member_id=str(guarded.member.id))
        assert (statuses, given) == ({201: 1, 409: 7}, 20_000)
    assert standing_of(guarded) == (GIFT, 0)


def test_the_last_fen_of_a_sale_without_a_member_is_given_back_once(guarded):
    assert race_for_the_last_fen(guarded, "SO-1") == ({201: 1, 409: 7}, 20_000)


def test_without_guards_the_last_fen_is_given_back_twice(unguarded):
    """The negative control of the tests above."""
    for number in range(ROUNDS):
        _, given = race_for_the_last_fen(unguarded, f"SO-{number}")
        if given > 20_000:
            return
    pytest.fail("nothing went wrong without guards: the tests above prove nothing")


def test_one_card_code_at_32_tills_names_its_member_once(guarded, clock):
    code = members.card_code(guarded.member, key=KEYS.card_codes, now=clock.now()).code
    statuses, _ = all_at_once(guarded, "/members/lookup", [{"code": code}] * CLIENTS)
    assert statuses[200] == 1
    assert statuses.keys() <= {200, 404, 429}


def test_one_signed_call_sent_32_times_is_let_in_once(guarded):
    guarded.till.post("/purchases", till_body(100, order_no="SO-1"))
    responses = race(CLIENTS, lambda _: guarded.till.get("/purchases/SO-1", nonce="one-and-the-same"))
    assert Counter(response.status_code for response in responses) == {200: 1, 401: CLIENTS - 1}
