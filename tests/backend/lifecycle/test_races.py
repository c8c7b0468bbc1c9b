"""Races over real connections: no point is lost or doubled by merging or leaving (L21), with negative controls."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import lifecycle, members, points, purchases
from backend.kit import db
from backend.kit.clock import FixedClock
from backend.kit.db import run
from backend.listeners import LISTENERS
from backend.points import Source
from tests.factories.members import make_application, make_identity, make_member
from tests.factories.purchases import make_receipt, make_store
from tests.support.clocks import MORNING
from tests.support.meetings import meeting
from tests.support.races import race
from tests.support.runtimes import VAULT, make_runtime
from tests.support.unguarded import unguarded_database

GIFT = 100
DUE = MORNING + timedelta(days=7)
LEDGER_KEYS = [f"ALTER TABLE {table} DROP PRIMARY KEY" for table in ("point_entries", "point_allocations")]


@pytest.fixture
def sessions(mariadb):
    return make_runtime(mariadb, FixedClock(MORNING)).sessions


@pytest.fixture(scope="module")
def unguarded(mariadb_engine):
    """A database whose readers lock nothing, and whose ledger takes two lines of one number.

    Nobody listens for merges there: whoever moves rows takes the account's lock again, and would read it anew.
    """
    heard = {fact: listeners for fact, listeners in LISTENERS.items() if fact is not members.MembersMerged}
    with unguarded_database(*LEDGER_KEYS) as engine:
        yield engine, db.sessions(engine, listeners=heard, vault=VAULT)


def two(sessions):
    return tuple(run(sessions.write, make_member).id for _ in range(2))


def merging(sessions, gone_id, into_id):
    """Whether this merge is the one that happened."""

    def work(session):
        lifecycle.merge(session, gone_id=gone_id, into_id=into_id, by="anna", reason="同一人", now=MORNING)

    try:
        run(sessions.write, work)
    except lifecycle.MemberEnded:
        return False
    return True


def spending(sessions, member_id, number, amount=10):
    """What was spent."""

    def work(session):
        account = points.lock(session, member_id, now=MORNING)
        points.spend(session, account, amount, source=Source("exchange", number), now=MORNING)

    try:
        run(sessions.write, work)
    except points.AccountClosed:
        return 0
    return amount


def have(sessions, *member_ids):
    with sessions.read() as session:
        assert points.verify(session, member_ids) == []
        return sum(points.summary(session, member_id, now=MORNING).available for member_id in member_ids)


def spend_during_a_merge(sessions, gone_id, into_id):
    def move(number):
        if number == 3:
            return merging(sessions, gone_id, into_id) and 0
        return spending(sessions, gone_id if number % 2 else into_id, number)

    return sum(race(8, move))


def test_what_is_spent_during_a_merge_is_spent_once(sessions):
    for _ in range(3):
        pair = two(sessions)
        spent = spend_during_a_merge(sessions, *pair)
        assert have(sessions, *pair) == 2 * GIFT - spent


def test_without_locks_a_merge_and_a_spend_both_take_the_same_points(unguarded):
    """The negative control."""
    engine, sessions = unguarded
    gone_id, into_id = two(sessions)

    def move(number):
        return spending(sessions, gone_id, 1, GIFT) if number else merging(sessions, gone_id, into_id) and 0

    with meeting(engine, "UPDATE point_accounts", patience=20):
        spent = sum(race(2, move))
    with sessions.read() as session:
        left = points.summary(session, into_id, now=MORNING).available
    assert left + spent > 2 * GIFT


def test_a_sale_during_a_merge_counts_for_one_of_the_two_or_is_refused_whole(sessions):
    store_id = run(sessions.write, make_store).id
    for _ in range(3):
        gone_id, into_id = two(sessions)

        def sell(number, gone_id=gone_id, into_id=into_id):
            if number == 2:
                return merging(sessions, gone_id, into_id) and 0
            receipt = make_receipt(1_000, member_id=gone_id)
            try:
                sale = run(sessions.write, lambda s: purchases.record(s, receipt, store_id=store_id, now=MORNING))
            except (points.AccountClosed, members.Merged):
                return 0
            return sale.purchase.points_earned

        earned = sum(race(6, sell))
        assert have(sessions, into_id) == 2 * GIFT + earned


def test_of_two_merges_the_other_way_round_one_happens(sessions):
    for _ in range(5):
        one, other = two(sessions)
        pairs = [(one, other), (other, one)] * 2
        assert race(4, lambda number, pairs=pairs: merging(sessions, *pairs[number])).count(True) == 1
        assert have(sessions, one, other) == 2 * GIFT
        with sessions.read() as session:
            statuses = sorted(members.get(session, member_id).status for member_id in (one, other))
        assert statuses == [members.ACTIVE, members.MERGED]


def test_without_locks_both_are_gone(unguarded):
    """The negative control."""
    engine, sessions = unguarded
    one, other = two(sessions)
    pairs = [(one, other), (other, one)]
    with meeting(engine, "UPDATE point_accounts", patience=20):
        assert race(2, lambda number: merging(sessions, *pairs[number])) == [True, True]


def test_who_joins_with_the_phone_of_the_gone_one_during_a_merge_is_bound_to_the_survivor(sessions):
    for number in range(4):
        phone = f"1370000000{number}"

        def start(session, phone=phone):
            newcomer = make_identity(session)
            return make_member(session, phone=phone).id, make_member(session).id, newcomer.id

        gone_id, into_id, identity_id = run(sessions.write, start)

        def act(turn, gone_id=gone_id, into_id=into_id, identity_id=identity_id, phone=phone):
            if turn:
                return merging(sessions, gone_id, into_id)
            form = make_application(phone=phone)
            return run(sessions.write, lambda s: members.join(s, identity_id, application=form, rng=None, now=MORNING))

        race(2, act)
        with sessions.read() as session:
            assert members.of_identity(session, identity_id).member_id == into_id


def leaving(sessions, member_id):
    return run(sessions.write, lambda session: lifecycle.ask_to_leave(session, member_id, now=MORNING)[0].id)


def close(sessions, closure_id):
    return run(sessions.write, lambda session: lifecycle.close_due(session, closure_id, now=DUE))


def stay(sessions, member_id):
    """Whether the member stays."""
    try:
        run(sessions.write, lambda session: lifecycle.stay(session, member_id, now=DUE))
    except (lifecycle.NotClosing, points.AccountClosed):
        return False
    return True


def test_what_is_spent_while_leaving_is_not_lost_twice(sessions):
    for _ in range(3):
        member_id = run(sessions.write, make_member).id
        closure_id = leaving(sessions, member_id)

        def act(number, member_id=member_id, closure_id=closure_id):
            return spending(sessions, member_id, number) if number % 4 else close(sessions, closure_id) and 0

        spent = sum(race(8, act))
        with sessions.read() as session:
            (closure,) = lifecycle.closures(session, limit=1)
            assert closure.points == GIFT - spent
        assert have(sessions, member_id) == 0


def test_taken_back_at_the_last_instant_it_is_either_taken_back_or_done(sessions):
    for _ in range(4):
        member_id = run(sessions.write, make_member).id
        closure_id = leaving(sessions, member_id)

        def act(number, member_id=member_id, closure_id=closure_id):
            return close(sessions, closure_id) if number % 2 else stay(sessions, member_id)

        won = race(6, act)
        with sessions.read() as session:
            (closure,), member = lifecycle.closures(session, limit=1), members.get(session, member_id)
        assert won.count(True) == 1
        closed = won.index(True) % 2 == 1
        assert (closure.status, member.status) == (("done", "closed") if closed else ("taken-back", "active"))
        assert have(sessions, member_id) == (0 if closed else GIFT)


def test_without_locks_a_member_is_told_to_stay_and_closed(unguarded):
    """The negative control."""
    engine, sessions = unguarded
    member_id = run(sessions.write, make_member).id
    closure_id = leaving(sessions, member_id)

    def act(number):
        return close(sessions, closure_id) if number else stay(sessions, member_id)

    with meeting(engine, "UPDATE membership_closures", patience=20):
        assert race(2, act) == [True, True]


def test_of_many_who_ask_at_once_one_closure_runs(sessions):
    member_id = run(sessions.write, make_member).id
    assert len(set(race(8, lambda _: leaving(sessions, member_id)))) == 1


def test_who_joins_with_the_phone_of_somebody_leaving_is_never_bound_to_who_left(sessions, rng):
    for number in range(4):
        phone = f"1380000000{number}"
        member_id = run(sessions.write, lambda session, phone=phone: make_member(session, phone=phone)).id
        newcomer_id = run(sessions.write, make_identity).id
        closure_id = leaving(sessions, member_id)

        def act(turn, phone=phone, newcomer_id=newcomer_id, closure_id=closure_id):
            if turn:
                return close(sessions, closure_id)
            form = make_application(phone=phone)
            return run(sessions.write, lambda s: members.join(s, newcomer_id, application=form, rng=rng, now=DUE))

        joined, closed = race(2, act)
        assert closed
        with sessions.read() as session:
            assert members.get(session, member_id).status == members.CLOSED
            bound = session.scalars(select(members.Identity.member_id).where(members.Identity.id == newcomer_id)).all()
        assert bound == ([joined.member.id] if joined.created else [])
        assert joined.created == (joined.member.id != member_id)
