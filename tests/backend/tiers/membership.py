"""A membership with histories of its own, made by the real verbs but for joining, which is not what is tested."""

from datetime import timedelta
from functools import cache
from random import Random
from tempfile import TemporaryDirectory

from sqlalchemy import insert, select, text

from backend import points, rulebooks, tiers
from backend.kit.calendar import shop_day
from backend.kit.clock import FixedClock
from backend.kit.db import Model, connect, run
from backend.members import MemberJoined
from backend.members.models import Member
from backend.points import Source
from backend.tiers import editions, journal
from backend.tiers.models import TierGift, TierStanding
from backend.tiers.replay import replay
from backend.tiers.timeline import timeline_of
from tests.factories.tiers import definition, noon, publish_book, tier
from tests.support.databases import migrate
from tests.support.runtimes import make_runtime

OPENED = noon("2025-03-01")
LIVE = noon("2026-03-01")
MOMENT = timedelta(microseconds=1)
FIRST_ID = 1_000
MOST = 300

FIRST = definition(
    tier(
        "silver",
        {"spent_fen": 100_000, "days": 365},
        validity={"months": 6},
        grace_days=20,
        gift={"points": 50, "again_after_days": 200},
        benefits={"price": 9_800, "multiplier": 12_000},
    ),
    tier("gold", {"growth": 3_000}, validity={"months": 6}, landing="one-step", benefits={"price": 9_500}),
    tier("black", {"growth": 20_000}, benefits={"price": 9_000, "multiplier": 20_000}),
)


def second(change):
    """Another book: gold comes by what is bought in a short time, and diamond takes the place of black."""
    return definition(
        tier(
            "silver",
            {"any": [{"spent_fen": 80_000, "days": "calendar-year"}, {"purchases": 3, "days": 90}]},
            validity="year-end",
            gift={"points": 80, "again_after_days": 300},
            benefits={"price": 9_700, "multiplier": 12_000},
        ),
        tier(
            "gold",
            {"any": [{"spent_in_a_day_fen": 150_000, "days": 60}, {"spent_fen": 300_000, "days": 120}]},
            validity={"months": 3},
            gift={"points": 300, "again_after_days": 300},
            benefits={"price": 9_400, "multiplier": 15_000},
        ),
        tier("diamond", {"growth": 15_000}, gift={"points": 1_000}, benefits={"price": 8_800, "multiplier": 25_000}),
        change=change,
        replaced={"black": "diamond"},
    )


def gather(sessions, count):
    """Members with up to a year of purchases, returns, and tiers by hand, by `FIRST`; their ids."""
    with sessions.write.begin() as session:
        for table, rows in _lived().items():
            wanted = [row for row in rows if _member_of(row, table) < FIRST_ID + count]
            if wanted:
                session.execute(insert(table), wanted)
    return list(range(FIRST_ID, FIRST_ID + count))


def buy(session, member_id, fen, at, *, number):
    account = points.lock(session, member_id, now=at)
    bought = Source("purchase", number)
    return tiers.count_purchase(session, account, spent_fen=fen, counts_on=shop_day(at), source=bought, now=at)


def join(session, member_id, *, at):
    session.add(
        Member(
            id=member_id,
            card_no=f"{member_id:012d}",
            gender="unknown",
            joined_at=at,
            join_channel="test",
            consent_version="2026-01",
            consent_at=at,
        )
    )
    session.flush()  # the account belongs to the member
    joined = MemberJoined(member_id, "test", None, at)
    points.open_account(session, joined)
    tiers.open_standing(session, joined)


def give_back(session, member_id, fen, at, *, of, number):
    account = points.lock(session, member_id, now=at)
    bought, back = Source("purchase", of), Source("refund", number)
    return tiers.count_refund(session, account, spent_fen=fen, purchases=0, of=bought, source=back, now=at)


def draft(sessions, book, *, now=LIVE - timedelta(days=1)):
    def work(session):
        newest = rulebooks.newest_published(session, tiers.KIND)
        return tiers.draft(session, book, based_on=newest, by="zhang", note="换季", now=now).version

    return run(sessions.write, work)


def publish(sessions, version, *, at=LIVE):
    def work(session):
        return rulebooks.publish(session, tiers.KIND, version, live_from=at, by="zhang", now=at - timedelta(days=1))

    return run(sessions.write, work)


def reckoned(session, version, *, at=LIVE):
    """The slow way to the matrix and the gifts: every member's whole journal, before and after."""
    book = rulebooks.get(session, tiers.KIND, version)
    edition = editions.edition_of(book, live_from=at)
    timeline = timeline_of(
        [*(one for one in editions.all_until(session, until=at).editions if one.version != version), edition]
    )
    rows = session.scalars(select(TierStanding).where(TierStanding.opened_at < at)).all()
    told, given = journal.read(session, [row.member_id for row in rows]), session.scalars(select(TierGift)).all()
    matrix, gifts, rank = {}, [], edition.book.rank
    for row in rows:
        lines = [line for line in told[row.member_id] if line.at < at]
        before, after = (replay(lines, timeline, opened_at=row.opened_at, at=when).state for when in (at - MOMENT, at))
        pair = (before.tier, after.tier)
        matrix[pair] = matrix.get(pair, 0) + 1
        mine = [gift for gift in given if gift.member_id == row.member_id and gift.at < at]
        gifts += [
            one.gift.points
            for one in edition.book.tiers[rank(before.earned) + 1 : rank(after.earned) + 1]
            if one.gift and not _lately(mine, one, at)
        ]
    return matrix, gifts


def matrix_of(preview):
    return {(move.before, move.after): move.members for move in preview.moves}


def contents(sessions):
    """All rows that a standing, a gift or the ledger consists of."""
    tables = "tier_standings growth_entries tier_changes tier_gifts tier_runs point_accounts point_entries point_lots"
    with sessions.read() as session:
        return {name: session.execute(text(f"SELECT * FROM {name}")).all() for name in tables.split()}


def _lately(given, one, at):
    again = timedelta(days=one.gift.again_after_days)
    return any(gift.tier_code == one.code and gift.at + again > at for gift in given)


@cache
def _lived():
    """All rows of a membership of `MOST` that lived by the real verbs, once for all tests."""
    with TemporaryDirectory() as folder:
        engine = connect(f"sqlite:///{folder}/lived.db")
        migrate(engine)
        sessions = make_runtime(engine, FixedClock(LIVE)).sessions
        rng = Random(7)
        with sessions.read() as session:
            before = _rows(session)
        with sessions.write.begin() as session:
            publish_book(session, FIRST, at=OPENED - timedelta(days=1))
            for member_id in range(FIRST_ID, FIRST_ID + MOST):
                join(session, member_id, at=OPENED + timedelta(days=rng.randrange(200)))
                _live(session, member_id, rng)
        with sessions.read() as session:
            found = _rows(session)
        engine.dispose()
    return {table: [row for row in rows if row not in before[table]] for table, rows in found.items()}


def _rows(session):
    tables = Model.metadata.sorted_tables
    return {table: [dict(row) for row in session.execute(select(table)).mappings()] for table in tables}


def _member_of(row, table):
    return row["id"] if table.name == "members" else row.get("member_id", 0)


def _live(session, member_id, rng):
    standing = session.get(TierStanding, member_id)
    at, last = standing.opened_at, 0
    for number in range(1, rng.choice((1, 2, 3, 4, 6))):
        at += timedelta(days=rng.randrange(1, 90), seconds=rng.randrange(80_000))
        if at >= LIVE:
            return
        if number == 3 and rng.random() < 0.4:
            give_back(session, member_id, 9_900, at, of=last, number=number)
        elif rng.random() < 0.07:
            account = points.lock(session, member_id, now=at)
            until = at + timedelta(days=rng.randrange(30, 200))
            code = rng.choice(("silver", "gold"))
            tiers.set_manual(session, account, code, until_at=until, by="zhang", reason="试用", now=at)
        else:
            fen = rng.choice((9_900, 45_000, 80_000, 100_000, 160_000, 300_000, 900_000, 1_600_000))
            buy(session, member_id, fen, at, number=number)
            last = number
