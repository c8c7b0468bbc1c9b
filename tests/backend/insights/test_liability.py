"""The liability report proves itself, equals a recount in plain Python, and shows what was tampered with."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from sqlalchemy import delete, func, select, text, update

from backend import insights, points
from backend.insights.liability import liability
from backend.kit.calendar import add_months, day_start
from backend.kit.db import is_mysql_family
from backend.points import Account, Entry, Lot, Source
from tests.backend.insights.histories import History
from tests.factories.mall import give_points
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.statements import statements_of

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
MIDNIGHT = datetime(2026, 3, 31, 16, tzinfo=UTC)  # April begins in Shanghai
SECTION_BY_CAUSE = {
    "adjustment": "adjusted",
    "adjustment-reversal": "adjusted",
    "transfer-in": "moved",
    "transfer-out": "moved",
    "merge-in": "moved",
    "merge-out": "moved",
    "merge-debt": "moved",
    "closure": "written-off",
    "closure-debt": "written-off",
}
SECTION_BY_KIND = {
    "earn": "earned",
    "spend": "spent",
    "take-back": "taken-back",
    "cancel": "given-back",
    "expire": "expired",
}


@pytest.fixture
def member_id(session):
    return make_member(session).id


def spend(session, member_id, amount, *, now):
    account = points.lock(session, member_id, now=now)
    points.spend(session, account, amount, source=Source("exchange", f"{now:%m%d%H%f}"), now=now)


def sums(month):
    """Points by section; the two kinds of adjustment stay apart."""
    found = defaultdict(int)
    for movement in month.movements:
        found[movement.section] += movement.points
    return dict(found)


def recount(entries, first):
    """A month from the lines themselves: opening, points by section, closing."""
    start, end = day_start(first), day_start(add_months(first, 1))
    opening = sum(entry.amount for entry in entries if entry.at < start)
    moved = defaultdict(int)
    for entry in entries:
        if start <= entry.at < end and entry.amount:
            section = SECTION_BY_CAUSE.get(entry.source_kind, SECTION_BY_KIND[entry.kind])
            if section == "adjusted":
                section += "-up" if entry.amount > 0 else "-down"
            moved[section] += entry.amount
    return opening, dict(moved), sum(entry.amount for entry in entries if entry.at < end)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happened_the_report_proves_itself_and_equals_a_recount(sessions, seed):
    history = History(sessions, Random(seed))
    history.live(140)
    with sessions.read() as session:
        report = liability(session, MARCH, history.now.date(), now=history.now)
        entries = session.scalars(select(Entry)).all()
        parked = session.execute(
            select(func.sum(Account.pending), func.sum(Account.held), func.sum(Account.debt))
        ).one()
        assert points.verify(session, list(session.scalars(select(Account.member_id)))) == []
    assert len(report.months) > 1
    assert [(month.opening, sums(month), month.closing) for month in report.months] == [
        recount(entries, month.first) for month in report.months
    ]
    assert report.sound
    assert (report.beside.pending, report.beside.held, report.beside.debt) == tuple(map(int, parked))


def test_months_are_the_shop_s(session, member_id):
    spend(session, member_id, 10, now=MIDNIGHT - timedelta(microseconds=1))
    spend(session, member_id, 20, now=MIDNIGHT)
    march, april = liability(session, MARCH, APRIL, now=MIDNIGHT).months
    assert (march.opening, sums(march), march.closing) == (0, {"earned": 100, "spent": -10}, 90)
    assert (april.opening, sums(april), april.closing) == (90, {"spent": -20}, 70)


def test_a_month_without_anything_is_shown_with_its_balance(session, member_id):
    report = liability(session, MARCH, MAY, now=MIDNIGHT + timedelta(days=40))
    assert [(month.opening, month.movements, month.closing) for month in report.months[1:]] == [(100, (), 100)] * 2
    assert report.sound


def test_each_cause_has_a_line_with_its_number_of_entries(session, member_id):
    for amount in (5, 7):
        give_points(session, member_id, amount)
    spend(session, member_id, 10, now=MORNING)
    (march,) = liability(session, MARCH, MARCH, now=MORNING).months
    assert [(one.section, one.source_kind, one.lines, one.points) for one in march.movements] == [
        ("earned", "join", 1, 100),
        ("earned", "purchase", 2, 12),
        ("spent", "exchange", 1, -10),
    ]


def test_what_stands_beside(session, member_id):
    account = points.lock(session, member_id, now=MORNING)
    points.promise(
        session, account, 30, source=Source("purchase", 1), settles_at=MORNING + timedelta(days=7), now=MORNING
    )
    points.reserve(session, account, 40, source=Source("exchange", 1), until=None, now=MORNING)
    other = make_member(session).id
    account = points.lock(session, other, now=MORNING)
    points.take_back(session, account, 120, source=Source("refund", 1), of=[], now=MORNING)
    report = liability(session, MARCH, MARCH, now=MORNING)
    assert report.beside == insights.Beside(pending=30, held=40, debt=20, overdue=0)
    assert report.months[0].closing == 100 - 20


def test_what_is_past_its_day_and_not_written_off_is_told(session, member_id):
    give_points(session, member_id, 50, expiry=points.Expiry("months", 1))
    report = liability(session, MARCH, APRIL, now=MIDNIGHT + timedelta(days=2))
    assert (report.months[1].closing, report.beside.overdue) == (150, 50)
    points.lock(session, member_id, now=MIDNIGHT + timedelta(days=2))
    session.flush()
    report = liability(session, MARCH, APRIL, now=MIDNIGHT + timedelta(days=2))
    assert (report.months[1].closing, sums(report.months[1]), report.beside.overdue) == (100, {"expired": -50}, 0)


@pytest.mark.parametrize(
    ("first", "last"), [(APRIL, MARCH), (MAY, MAY), (date(2020, 1, 1), MARCH), (MARCH, date(2126, 3, 1))]
)
def test_months_out_of_order_to_come_or_too_many_are_refused(session, first, last):
    with pytest.raises(insights.MonthsRefused):
        liability(session, first, last, now=MORNING)


def broken(session, first=MARCH, last=APRIL):
    """The names of the proofs that fail, with their months."""
    session.flush()
    report = liability(session, first, last, now=MIDNIGHT + timedelta(days=20))
    failed = [(month.first, proof.name) for month in report.months for proof in month.proofs if not proof.holds]
    assert report.sound == (not failed and all(proof.holds for proof in report.proofs))
    return failed + [proof.name for proof in report.proofs if not proof.holds]


@pytest.fixture
def books(session, member_id):
    """Two members with points in March and in April."""
    other = make_member(session).id
    for one in (member_id, other):
        spend(session, one, 10, now=MORNING + timedelta(days=1))
        give_points(session, one, 50, now=MORNING + timedelta(days=40))
    givers = points.lock_both(session, member_id, other, now=MORNING + timedelta(days=41))
    points.transfer(session, *givers, 5, source_id=1, now=MORNING + timedelta(days=41))
    session.flush()
    return member_id


def test_sound_books_prove_themselves(session, books):
    assert broken(session) == []


def test_a_line_of_the_month_that_was_changed_breaks_the_month(session, books):
    session.execute(update(Entry).where(Entry.member_id == books, Entry.seq == 2).values(amount=-11))
    assert broken(session) == [(MARCH, "journal")]


def test_the_first_line_since_a_month_began_is_trusted_no_more_than_the_others(session, books):
    session.execute(update(Entry).where(Entry.member_id == books, Entry.seq == 3).values(amount=51))
    assert broken(session) == [(MARCH, "accounts"), (APRIL, "journal")]


def test_a_line_that_was_deleted_breaks_the_months_on_both_sides(session, books):
    session.execute(delete(Entry).where(Entry.member_id == books, Entry.seq == 2))
    assert broken(session) == [(MARCH, "accounts"), (APRIL, "journal")]


def test_a_balance_that_was_changed_does_not_agree_with_the_lots(session, books):
    session.execute(update(Account).where(Account.member_id == books).values(balance=Account.balance + 1))
    assert "lots" in broken(session)


def test_a_lot_that_was_changed_does_not_agree_with_the_balances(session, books):
    session.execute(update(Lot).where(Lot.member_id == books, Lot.lot_no == 3).values(amount=60, remaining=60))
    assert broken(session) == ["lots"]


def test_points_that_got_lost_between_two_members_are_found(session, books):
    arrival = Entry.source_kind == "transfer-in"
    session.execute(update(Entry).where(arrival).values(amount=4, balance_after=Entry.balance_after - 1))
    assert (APRIL, "moves") in broken(session)


def test_the_cost_does_not_grow_with_what_was_before(session, member_id):
    """The statements are the same however long the history, and the sums of a month are read off the index."""
    with statements_of(session) as said:
        liability(session, MARCH, MARCH, now=MORNING)
    few = len(said)
    for number in range(20):
        give_points(session, make_member(session).id, 5, now=MORNING - timedelta(days=40 * number))
    session.flush()
    with statements_of(session) as said:
        liability(session, MARCH, MARCH, now=MORNING)
    assert len(said) == few == 10
    asked = (
        "SELECT kind, source_kind, SUM(amount) FROM point_entries"
        " WHERE at >= '2026-03-01' AND at < '2026-03-02' GROUP BY kind, source_kind"
    )
    plan = session.execute(text(("EXPLAIN " if is_mysql_family(session) else "EXPLAIN QUERY PLAN ") + asked)).all()
    assert "ix_point_entries_at_kind_source_kind_amount" in str(plan)
    assert ("Using index" if is_mysql_family(session) else "COVERING INDEX") in str(plan)
