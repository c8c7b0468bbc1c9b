"""One receipt, two members, over real connections; with a negative control that shows the race is real."""

import pytest

from backend import points
from backend.app import create_app
from backend.purchases import Purchase
from tests.factories.members import make_member
from tests.factories.purchases import make_purchase, make_store
from tests.support.meetings import meeting
from tests.support.phone import member_client
from tests.support.races import race
from tests.support.runtimes import make_runtime
from tests.support.unguarded import unguarded_database

GIFT = 100


@pytest.fixture
def runtime(mariadb, clock):
    return make_runtime(mariadb, clock)


def prepare(sessions, members):
    """A purchase without a member, and those who want it."""
    with sessions.write.begin() as session:
        store = make_store(session)
        bought = make_purchase(session, 10_000, store_id=store.id, order_no="A-1")
        return store.code, bought.id, [make_member(session).id for _ in range(members)]


def claim_at_once(runtime, store_code, member_ids):
    """The states of the claims of all members, sent at the same moment."""
    app = create_app(runtime)
    phones = [member_client(app, member_id) for member_id in member_ids]
    number = {"store_code": store_code, "order_no": "A-1", "amount_fen": 10_000, "day": "2026-03-01"}
    replies = race(len(phones), lambda one: phones[one].post("/api/mp/v1/receipts/claims", json={"number": number}))
    return [reply.json["status"] for reply in replies]


def balances(sessions, member_ids, now):
    with sessions.read() as session:
        return sorted(points.summary(session, one, now=now).available for one in member_ids)


def test_of_many_who_claim_one_receipt_one_has_its_points(runtime, sessions):
    store_code, purchase_id, member_ids = prepare(sessions, 8)
    assert sorted(claim_at_once(runtime, store_code, member_ids)) == ["settled"] + ["waiting"] * 7
    assert balances(sessions, member_ids, runtime.clock.now()) == [GIFT] * 7 + [GIFT + 100]
    with sessions.read() as session:
        assert session.get(Purchase, purchase_id).member_id in member_ids
        assert points.verify(session, member_ids) == []


def test_without_locks_and_keys_two_members_have_them(mariadb_engine, clock):
    """The negative control."""
    with unguarded_database(
        "ALTER TABLE receipt_claims ADD KEY (purchase_id), DROP KEY uq_receipt_claims_purchase_id"
    ) as engine:
        unguarded = make_runtime(engine, clock)
        store_code, _, member_ids = prepare(unguarded.sessions, 2)
        with meeting(engine, "UPDATE purchases", patience=20):
            states = claim_at_once(unguarded, store_code, member_ids)
        assert balances(unguarded.sessions, member_ids, clock.now()) == [GIFT + 100] * 2
    assert states == ["settled"] * 2
