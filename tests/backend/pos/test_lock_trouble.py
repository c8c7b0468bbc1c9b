"""Deadlocks and lock time-outs (O2): the whole call is retried a few times, then refused cleanly; never half done."""

from contextlib import contextmanager

import pymysql
import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from backend.kit.db import Model
from tests.factories.purchases import till_body

DEADLOCK, LOCK_WAIT = 1213, 1205


@contextmanager
def trouble(engine, code, *, at, times):
    """Let the database give up on the lock in every statement from the one numbered `at` on, `times` times."""
    said = 0

    def fail(_connection, _cursor, statement, *_rest):
        nonlocal said, times
        if statement.startswith("BEGIN"):
            return
        if said >= at and times > 0:
            times -= 1
            raise OperationalError(statement, {}, pymysql.err.OperationalError(code, "injected"))
        said += 1

    event.listen(engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", fail)


def rows(runtime):
    with runtime.sessions.read() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table))
            for table in Model.metadata.sorted_tables
        }


def gained(before, after):
    return {name: after[name] - before[name] for name in after if after[name] != before[name]}


@pytest.mark.parametrize("code", [DEADLOCK, LOCK_WAIT])
@pytest.mark.parametrize("at", range(0, 18, 3))
def test_one_failure_anywhere_is_made_good(engine, runtime, till, member, at, code):
    body = till_body(10_000, member_id=str(member.id))
    before = rows(runtime)
    with trouble(engine, code, at=at, times=1):
        assert till.post("/purchases", body).status_code == 201
    grown = gained(before, rows(runtime))
    assert {name: grown[name] for name in ("purchases", "purchase_lines", "point_entries", "growth_entries")} == {
        "purchases": 1,
        "purchase_lines": 1,
        "point_entries": 1,
        "growth_entries": 1,
    }


@pytest.mark.parametrize("code", [DEADLOCK, LOCK_WAIT])
@pytest.mark.parametrize("at", [0, 1, 3, 7, 11])
def test_failure_without_end_is_a_clean_refusal(engine, runtime, till, member, at, code):
    body = till_body(10_000, member_id=str(member.id))
    before = rows(runtime)
    with trouble(engine, code, at=at, times=10**6):
        response = till.post("/purchases", body)
    assert (response.status_code, response.json["code"]) == (503, "unavailable")
    assert int(response.headers["Retry-After"]) >= 1
    assert "injected" not in response.text
    assert gained(before, rows(runtime)) == {}
    assert till.post("/purchases", body).status_code == 201


def test_a_refund_is_made_good_too(engine, runtime, till, member):
    till.post("/purchases", till_body(10_000, order_no="SO-1", member_id=str(member.id)))
    for number, at in enumerate(range(0, 20, 4)):
        before = rows(runtime)
        with trouble(engine, DEADLOCK, at=at, times=2):
            refund = {"refund_no": f"R{number}", "amount_fen": 1_000}
            assert till.post("/purchases/SO-1/refunds", refund).status_code == 201
        grown = gained(before, rows(runtime))
        assert (grown["refunds"], grown["refund_lines"], grown["growth_entries"]) == (1, 1, 1)


def test_an_idempotency_key_survives_a_deadlock(engine, runtime, till, member):
    body, headers = till_body(10_000, member_id=str(member.id)), {"Idempotency-Key": "key-1"}
    with trouble(engine, DEADLOCK, at=8, times=1):
        first = till.post("/purchases", body, headers=headers)
    again = till.post("/purchases", body, headers=headers)
    assert (first.status_code, again.status_code, again.data) == (201, 201, first.data)
