"""Old journals of growth value tell what counted, so that a replay gives the very tiers that were stored."""

from datetime import date, timedelta

import sqlalchemy as sa

from backend import points, tiers
from backend.kit import migrations
from backend.kit.clock import FixedClock
from backend.kit.columns import UtcDateTime
from backend.points import Source
from backend.tiers import journal
from backend.tiers.models import TierChange, TierStanding
from tests.factories.tiers import give_back
from tests.support.clocks import LATE, MORNING
from tests.support.runtimes import make_runtime

SHOPPER, GUEST = 7, 8
BIG, TINY, RETURNED = 11, 12, 13
TODAY = date(2026, 3, 1)


def insert(connection, table, **columns):
    names = ", ".join(columns)
    values = ", ".join(f":{name}" for name in columns)
    moments = [sa.bindparam(name, type_=UtcDateTime()) for name in columns if name == "at" or name.endswith("_at")]
    days = [sa.bindparam(name, type_=sa.Date()) for name in columns if name.endswith("_on")]
    connection.execute(sa.text(f"INSERT INTO {table} ({names}) VALUES ({values})").bindparams(*moments, *days), columns)


def seed(connection):
    insert(connection, "stores", id=1, code="S1", name="南京路店", created_at=MORNING)
    for member_id, card in ((SHOPPER, "8000000007"), (GUEST, "8000000008")):
        seed_member(connection, member_id, card)
    for number, (purchase_id, fen, growth, refunded) in enumerate(
        ((BIG, 250_050, 2_500, 0), (TINY, 50, 0, 0), (RETURNED, 30_000, 300, 30_000))
    ):
        seed_purchase(connection, purchase_id, fen, growth, refunded, MORNING + timedelta(minutes=number))
    for number, (refund_id, fen, growth) in enumerate(((21, 10_050, 101), (22, 20, 0), (23, 19_930, 199))):
        seed_refund(connection, refund_id, fen, growth, LATE + timedelta(minutes=number))
    insert(connection, "tier_standings", member_id=SHOPPER, tier_code="silver", growth=2_500, last_seq=4, since_at=LATE)
    insert(connection, "tier_standings", member_id=GUEST, tier_code="basic", growth=0, last_seq=0, since_at=MORNING)
    change = {"from_code": "basic", "to_code": "silver", "at": MORNING}
    insert(connection, "tier_changes", member_id=SHOPPER, growth_seq=1, **change)
    lines = ((2_500, "purchase", BIG), (300, "purchase", RETURNED), (-101, "refund", 21), (-199, "refund", 23))
    after = 0
    for seq, (amount, kind, source_id) in enumerate(lines, start=1):
        after += amount
        at = MORNING if kind == "purchase" else LATE
        insert(
            connection,
            "growth_entries",
            member_id=SHOPPER,
            seq=seq,
            amount=amount,
            growth_after=after,
            source_kind=kind,
            source_id=str(source_id),
            at=at + timedelta(minutes=seq),
        )


def seed_member(connection, member_id, card_no):
    insert(
        connection,
        "members",
        id=member_id,
        card_no=card_no,
        phone_sealed=b"x",
        phone_index=card_no.encode(),
        gender="unknown",
        status="active",
        joined_at=MORNING,
        join_channel="mini-program",
        consent_version="2026-01",
        consent_at=MORNING,
    )


def seed_purchase(connection, purchase_id, fen, growth, refunded, at):
    insert(
        connection,
        "purchases",
        id=purchase_id,
        store_id=1,
        order_no=f"SO-{purchase_id}",
        member_id=SHOPPER,
        paid_at=at,
        paid_on=TODAY,
        total_fen=fen,
        paid_fen=fen,
        refunded_fen=refunded,
        fingerprint=b"x",
        per_yuan=10_000,
        multiplier=10_000,
        points_earned=growth,
        growth_earned=growth,
        recorded_at=at,
    )


def seed_refund(connection, refund_id, fen, growth, at):
    insert(
        connection,
        "refunds",
        id=refund_id,
        purchase_id=RETURNED,
        refund_no=f"R-{refund_id}",
        member_id=SHOPPER,
        amount_fen=fen,
        fingerprint=b"x",
        points_taken=growth,
        growth_taken=growth,
        debt=0,
        refunded_at=at,
    )


def seeded(engine):
    migrations.upgrade(engine, "0004")
    with engine.begin() as connection:
        seed(connection)
        for member_id in (SHOPPER, GUEST):
            insert(
                connection,
                "point_accounts",
                member_id=member_id,
                balance=0,
                debt=0,
                held=0,
                pending=0,
                last_seq=0,
                last_hash=bytes(32),
                last_at=MORNING,
                opened_at=MORNING,
            )


def test_old_tiers_are_what_a_replay_of_the_old_journals_gives(blank):
    seeded(blank)
    migrations.upgrade(blank)
    with make_runtime(blank, FixedClock(LATE)).sessions.read() as session:
        assert tiers.verify(session, [SHOPPER, GUEST]) == []
        standings = [tiers.standing(session, member_id, now=LATE) for member_id in (SHOPPER, GUEST)]
        assert [(one.tier.code, one.growth) for one in standings] == [("silver", 2_500), ("basic", 0)]
        lines = journal.read(session, [SHOPPER])[SHOPPER]
        assert [(line.seq, line.kind, line.spent_fen, line.purchases, line.of_seq) for line in lines] == [
            (1, "purchase", 250_050, 1, None),
            (2, "purchase", 30_000, 1, None),
            (3, "refund", -10_050, 0, 2),
            (4, "refund", -19_930, -1, 2),
            (5, "purchase", 50, 1, None),
            (6, "refund", -20, 0, 2),
        ]
        assert {line.counts_on for line in lines} == {TODAY}
        row = session.get(TierStanding, SHOPPER)
        assert (row.opened_at, row.judged_at, row.last_seq) == (MORNING, LATE + timedelta(minutes=4), 6)
        change = session.get(TierChange, (SHOPPER, 1))
        assert (change.cause, change.book_version, change.evidence) == ("purchase", 1, None)


def test_old_purchases_can_still_come_back(blank):
    seeded(blank)
    migrations.upgrade(blank)
    now = LATE + timedelta(days=1)
    with make_runtime(blank, FixedClock(now)).sessions.write() as session:
        account = points.lock(session, SHOPPER, now=now)
        assert give_back(session, account, 50, of=TINY, number=31, whole=True, now=now).growth == 0
        outcome = give_back(session, account, 50_051, of=BIG, number=32, now=now)
        assert (outcome.tier.code, outcome.growth) == ("basic", -501)
        source = Source("event", 1)
        assert tiers.add_growth(session, account, 1, kind="event", source=source, now=now).tier.code == "silver"
        session.flush()
        assert tiers.verify(session, [SHOPPER]) == []


def test_the_way_back_leaves_what_the_old_release_knew(blank):
    seeded(blank)
    with blank.connect() as connection:
        before = told(connection)
    migrations.upgrade(blank)
    migrations.downgrade(blank, "0004")
    with blank.connect() as connection:
        after = told(connection)
    assert {name: rows for name, rows in after.items() if name != "growth_entries"} == {
        **{name: rows for name, rows in before.items() if name != "growth_entries"}
    }
    assert [row for row in after["growth_entries"] if row[1] <= 4] == before["growth_entries"]
    assert [(row[1], row[2]) for row in after["growth_entries"] if row[1] > 4] == [(5, 0), (6, 0)]


def told(connection):
    named = {
        "growth_entries": "member_id, seq, amount, growth_after, source_kind, source_id",
        "tier_standings": "member_id, tier_code, growth",
        "tier_changes": "member_id, growth_seq, from_code, to_code",
    }
    return {
        table: [tuple(row) for row in connection.execute(sa.text(f"SELECT {columns} FROM {table} ORDER BY 1, 2"))]
        for table, columns in named.items()
    }
