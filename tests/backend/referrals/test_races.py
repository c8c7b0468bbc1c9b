"""Invitations over real connections (R1, R2), with negative controls that show that the races can be lost."""

from random import Random

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, OperationalError

from backend import points, purchases, referrals
from backend.kit.db import run
from backend.kit.errors import DomainError
from backend.purchases import RefundRequest
from backend.referrals.models import Invitation, Reward
from tests.factories.members import make_member
from tests.factories.referrals import DUE, make_bought, make_inviter, settle, suspect_everybody
from tests.support.clocks import MORNING
from tests.support.meetings import lockless, meeting
from tests.support.races import race
from tests.support.runtimes import make_runtime

CROWD = 6


@pytest.fixture
def runtime(mariadb, clock):
    race(CROWD, lambda _: mariadb.connect().close())  # opening connections takes a busy machine seconds
    return make_runtime(mariadb, clock)


def said(sessions, work):
    """What a call was answered, or the code of its refusal."""
    try:
        return run(sessions.write, work)
    except DomainError as refusal:
        return refusal.code


def bought(runtime, *, suspicious=False):
    with runtime.sessions.write.begin() as session:
        if suspicious:
            suspect_everybody(session)
        row = make_bought(session, make_inviter(session))
        if suspicious:
            assert settle(session, row) == "review"
    return row


def paid(runtime, row):
    with runtime.sessions.read() as session:
        rows = session.scalars(select(Reward.part).where(Reward.invitation_id == row.id)).all()
        assert points.verify(session, [row.inviter_id, row.newcomer_id]) == []
    return sorted(rows)


def test_of_many_inviters_of_one_newcomer_one_binds(runtime, deadlocks):
    with runtime.sessions.write.begin() as session:
        codes = [referrals.code_of(session, make_inviter(session).id) for _ in range(CROWD)]
        newcomer_id = make_member(session).id

    def bind(number):
        work = lambda s: referrals.bind_late(s, newcomer_id, codes[number], now=MORNING).via  # noqa: E731  one line
        return said(runtime.sessions, work)

    assert sorted(race(CROWD, bind)) == ["late"] + ["referrals.invited-before"] * (CROWD - 1)
    with runtime.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Invitation)) == 1
    assert deadlocks == []


def test_a_job_that_runs_many_times_at_once_pays_each_side_once(runtime, deadlocks):
    row = bought(runtime)

    def pay(number):
        return said(runtime.sessions, lambda s: referrals.settle(s, row.newcomer_id, rng=Random(number), now=DUE))

    assert sorted(race(CROWD, pay)) == ["nothing"] * (CROWD - 1) + ["rewarded"]
    assert paid(runtime, row) == ["inviter", "newcomer", "stage"]
    assert deadlocks == []


def test_without_locks_both_are_about_to_pay_and_only_a_key_is_left(runtime, mariadb):
    """The negative control: both see what is due, and what stops the second is the net beneath."""
    row = bought(runtime)

    def pay(number):
        try:
            with runtime.sessions.write.begin() as session:  # not run again, as `run` would
                return referrals.settle(session, row.newcomer_id, rng=Random(number), now=DUE)
        except (IntegrityError, OperationalError):
            return "net"

    with lockless(mariadb), meeting(mariadb, "UPDATE referral_invitations", patience=20):
        assert sorted(race(2, pay)) == ["net", "rewarded"]
    assert paid(runtime, row) == ["inviter", "newcomer", "stage"]


def test_without_locks_two_are_about_to_bind_and_only_the_key_of_the_newcomer_is_left(runtime, mariadb):
    """The negative control of binding."""
    with runtime.sessions.write.begin() as session:
        codes = [referrals.code_of(session, make_inviter(session).id) for _ in range(2)]
        newcomer_id = make_member(session).id

    def bind(number):
        try:
            with runtime.sessions.write.begin() as session:
                return referrals.bind_late(session, newcomer_id, codes[number], now=MORNING).via
        except (IntegrityError, OperationalError):
            return "net"

    with lockless(mariadb), meeting(mariadb, "INSERT INTO referral_invitations", patience=20):
        assert sorted(race(2, bind)) == ["late", "net"]


def test_of_two_operators_one_decides(runtime, deadlocks):
    row = bought(runtime, suspicious=True)

    def decide(number):
        verb = (referrals.accept, referrals.refuse)[number % 2]
        work = lambda s: verb(s, row.id, by="anna", reason="核实", rng=Random(1), now=DUE).state  # noqa: E731  one line
        return said(runtime.sessions, work)

    outcomes = race(4, decide)
    assert outcomes.count("referrals.decided-before") == 3
    final = next(one for one in outcomes if one != "referrals.decided-before")
    assert paid(runtime, row) == (["inviter", "newcomer", "stage"] if final == "rewarded" else [])
    assert deadlocks == []


def test_a_return_at_the_moment_of_the_payment_leaves_nothing_paid(runtime):
    """Whoever is first: paid and then taken back, or never paid."""
    row = bought(runtime)
    wish = RefundRequest(refund_no="R1", amount_fen=18_800)
    works = (
        lambda s: referrals.settle(s, row.newcomer_id, rng=Random(1), now=DUE),
        lambda s: purchases.refund(s, wish, store_id=row.store_id, order_no=row.order_no, now=DUE) and "refunded",
    )
    outcomes = race(2, lambda number: said(runtime.sessions, works[number]))
    assert outcomes[1] == "refunded"
    run(runtime.sessions.write, works[0])
    with runtime.sessions.read() as session:
        state = session.get(Invitation, row.newcomer_id).state
        kept = session.scalar(select(func.sum(Reward.points - Reward.taken)).where(Reward.part != "stage"))
        assert points.verify(session, [row.inviter_id, row.newcomer_id]) == []
    assert (state, kept or 0) in {("joined", 0), ("returned", 0)}
