"""The books of before are good books after it, and a cancelled exchange is known as given back."""

import sqlalchemy as sa

from backend import points
from backend.kit import migrations
from backend.kit.clock import FixedClock
from backend.kit.columns import UtcDateTime
from backend.points.rules import GENESIS, Source, next_line
from backend.points.service import returnable
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime

MEMBER = 7
EXPIRES = points.Expiry("months", 12).of(MORNING)


class Account:
    member_id, balance, last_seq, last_hash, last_at = MEMBER, 0, 0, GENESIS, MORNING


def lines():
    """A gift of 100, an exchange for 40, its cancelling: as the ledger of before wrote them."""
    account, written = Account(), []
    for kind, amount, source in (
        ("earn", 100, Source("join", MEMBER)),
        ("spend", -40, Source("exchange", 5)),
        ("cancel", 40, Source("exchange-cancel", 5)),
        ("spend", -30, Source("exchange", 6)),
    ):
        line = next_line(
            account, kind, amount, source=source, at=MORNING, expires_at=EXPIRES if amount == 100 else None
        )
        account.balance, account.last_seq, account.last_hash = line["balance_after"], line["seq"], line["hash"]
        written.append(line)
    return account, written


def insert(connection, table, **columns):
    names = ", ".join(columns)
    values = ", ".join(f":{name}" for name in columns)
    moments = [sa.bindparam(name, type_=UtcDateTime()) for name in columns if name == "at" or name.endswith("_at")]
    connection.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({values})").bindparams(*moments), columns)


def seed(connection):
    insert(
        connection,
        "members",
        id=MEMBER,
        card_no="8000000007",
        phone_sealed=b"x",
        phone_index=b"x",
        gender="unknown",
        status="active",
        joined_at=MORNING,
        join_channel="mini-program",
        consent_version="2026-01",
        consent_at=MORNING,
    )
    account, written = lines()
    insert(
        connection,
        "point_accounts",
        member_id=MEMBER,
        balance=70,
        debt=0,
        held=0,
        last_seq=4,
        last_hash=account.last_hash,
        last_at=MORNING,
        next_expiry_at=EXPIRES,
        opened_at=MORNING,
    )
    for line in written:
        insert(connection, "point_entries", **line)
    insert(connection, "point_lots", member_id=MEMBER, lot_no=1, amount=100, remaining=70, expires_at=EXPIRES)
    for seq, part in ((2, 40), (3, -40), (4, 30)):
        insert(connection, "point_allocations", member_id=MEMBER, entry_seq=seq, lot_no=1, by_seq=seq, amount=part)


def test_old_books_are_good_books_and_can_be_undone_once(blank):
    migrations.upgrade(blank, "0001")
    with blank.begin() as connection:
        seed(connection)
    migrations.upgrade(blank)
    sessions = make_runtime(blank, FixedClock(MORNING)).sessions
    with sessions.write.begin() as session:
        assert points.verify(session, [MEMBER]) == []
        account = points.lock(session, MEMBER, now=MORNING)
        assert (account.available, account.next_due_at) == (70, EXPIRES)
        assert returnable(session, account, Source("exchange", 5))[1] == []
        points.cancel(session, account, spent=Source("exchange", 6), source=Source("exchange-cancel", 6), now=MORNING)
        session.flush()
        assert points.verify(session, [MEMBER]) == []
    migrations.downgrade(blank, "0001")
    with blank.connect() as connection:
        kept = connection.execute(sa.text("SELECT balance, next_expiry_at FROM point_accounts")).one()
    assert kept[0] == 100
    assert kept[1] is not None
