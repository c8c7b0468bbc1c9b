"""Tampering is found, whatever is changed and wherever (L20)."""

from datetime import timedelta

import pytest
from sqlalchemy import Table, select, text

from backend import points
from backend.points import Expiry, Source
from backend.points.models import Account, Allocation, Debt, Entry, Lot
from backend.points.rules import chained
from tests.factories.members import make_member
from tests.support.clocks import LATE, MORNING

TABLES: list[Table] = [model.__table__ for model in (Account, Entry, Lot, Allocation, Debt)]
NOT_BOOKED = {  # no points stand in them
    f"point_accounts.{column}" for column in ("last_at", "opened_at", "frozen_at", "frozen_for")
}
CELLS = [
    (table.name, column.name)
    for table in TABLES
    for column in table.columns
    if f"{table.name}.{column.name}" not in NOT_BOOKED and column.name != "member_id"
]

KEYS = {
    "point_accounts": "member_id",
    "point_entries": "seq",
    "point_lots": "lot_no",
    "point_allocations": "entry_seq",
    "point_debts": "entry_seq",
}


@pytest.fixture
def member_id(session):
    """A member with a bit of everything: gift, purchases, an exchange that was cancelled, a refund into debt."""
    account = points.lock(session, make_member(session).id, now=MORNING)
    for number, months in ((1, 1), (2, 12)):
        points.credit(
            session, account, 60, source=Source("purchase", number), now=MORNING, expiry=Expiry("months", months)
        )
    points.spend(session, account, 90, source=Source("exchange", 1), now=MORNING)
    points.cancel(session, account, spent=Source("exchange", 1), source=Source("exchange-cancel", 1), now=MORNING)
    points.spend(session, account, 200, source=Source("exchange", 2), now=LATE)
    points.take_back(session, account, 60, source=Source("refund", 1), of=[Source("purchase", 1)], now=LATE)
    points.credit(session, account, 10, source=Source("purchase", 3), now=LATE)
    points.take_back(session, account, 1, source=Source("refund", 2), of=[Source("purchase", 3)], now=LATE)
    session.flush()
    session.expire_all()
    return account.member_id


def test_good_books_have_no_fault(session, member_id):
    assert points.verify(session, [member_id]) == []


@pytest.mark.parametrize(("table", "column"), CELLS, ids=str)
def test_one_changed_cell_is_found(session, member_id, table, column):
    shut_off_checks(session)
    key = KEYS[table]
    last, value = session.execute(text(f"SELECT {key}, {column} FROM {table} ORDER BY {key} DESC LIMIT 1")).one()
    changed = session.execute(
        text(f"UPDATE {table} SET {column} = :new WHERE {key} = :last"), {"new": other_than(value), "last": last}
    )
    assert changed.rowcount >= 1
    assert points.verify(session, [member_id]) != []


@pytest.mark.parametrize("table", ["point_entries", "point_lots", "point_allocations", "point_debts"])
def test_a_missing_row_is_found(session, member_id, table):
    shut_off_checks(session)
    key = KEYS[table]
    last = session.execute(text(f"SELECT MAX({key}) FROM {table}")).scalar_one()
    session.execute(text(f"DELETE FROM {table} WHERE {key} = :last"), {"last": last})
    assert points.verify(session, [member_id]) != []


def test_the_first_bad_line_is_named(session, member_id):
    session.execute(text("UPDATE point_entries SET amount = amount + 1 WHERE seq IN (3, 5)"))
    first, *_ = points.verify(session, [member_id])
    assert (first.member_id, first.row) == (member_id, "point_entries seq 3")


@pytest.mark.parametrize(("place", "named"), [(2, "point_entries seq 4"), (-1, "point_accounts")])
def test_a_line_rewritten_together_with_its_hash_does_not_fit_what_follows(session, member_id, place, named):
    """Who knows how a line is hashed must still rewrite all after it, and the end that the account remembers."""
    lines = session.scalars(select(Entry).where(Entry.member_id == member_id).order_by(Entry.seq)).all()
    lines[place].source_id = "999"
    lines[place].hash = chained(lines[place - 1].hash, lines[place])
    session.flush()
    first, *_ = points.verify(session, [member_id])
    assert first.row == named


def test_many_accounts_are_verified_in_ten_statements(session, member_id, count_statements):
    others = [make_member(session).id for _ in range(5)]
    session.flush()
    session.expire_all()
    with count_statements(session) as said:
        assert points.verify(session, [member_id, *others]) == []
    assert len(said) == 10


def other_than(value):
    if value is None:
        return "2030-01-01 00:00:00.000000"
    if isinstance(value, int):
        return value + 1
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:]
    if isinstance(value, str) and value[:2] == "20":  # an instant, as SQLite keeps it
        return f"2031{value[4:]}"
    if isinstance(value, str):
        return f"{value}x"[-16:]
    return value + timedelta(days=1)


def shut_off_checks(session):
    """A tamperer with the rights of the database's owner is not held up by constraints."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA ignore_check_constraints=ON"))
        session.execute(text("PRAGMA defer_foreign_keys=ON"))
    else:
        session.connection().detach()  # closed afterwards: the next test is to meet the constraints again
        session.execute(text("SET check_constraint_checks=0, foreign_key_checks=0"))
