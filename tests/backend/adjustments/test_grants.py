from datetime import timedelta

import pytest

from backend import adjustments, operators
from backend.adjustments.grants import finish_grant
from tests.factories.adjustments import make_grant
from tests.factories.members import make_member
from tests.support.clocks import MORNING

WEEK = MORNING + timedelta(days=7)
CLERKS_MOST = 10_000


@pytest.fixture
def cards(session, desks):
    return [make_member(session).card_no for _ in range(3)]


@pytest.fixture
def small(session, cards):
    """Within what a clerk may grant alone."""
    return make_grant(session, dict.fromkeys(cards, 10))


@pytest.fixture
def large(session, cards):
    return make_grant(session, dict.fromkeys(cards, CLERKS_MOST))


def start(session, grant, *, by="chen", now=MORNING):
    return adjustments.start_grant(session, grant.id, by=by, now=now).status


def give_all(session, grant):
    """As if every row had had its turn."""
    for row in adjustments.grant_rows(session, grant.id, limit=9):
        row.status = "done"
    session.flush()


def said(session, grant):
    session.flush()
    return [(one.no, one.what, one.by, one.note) for one in adjustments.decisions(session, grant.id, limit=9)]


def test_within_the_own_limits_a_plan_starts_at_once(session, small):
    assert start(session, small) == "running"
    assert said(session, small) == [(1, "start", "chen", "")]


def test_beyond_them_another_operator_approves_first(session, large):
    with pytest.raises(adjustments.NeedsApproval):
        start(session, large)
    approved = adjustments.approve_grant(session, large.id, by="anna", note="预算已批", now=MORNING)
    assert approved.status == "approved"
    assert start(session, large) == "running"
    assert said(session, large) == [(2, "start", "chen", ""), (1, "approve", "anna", "预算已批")]


def test_grants_of_a_day_add_up_to_the_limit(session, cards):
    most = [make_grant(session, {cards[0]: CLERKS_MOST}, key=f"g{number}") for number in range(3)]
    assert [start(session, grant) for grant in most[:2]] == ["running", "running"]
    with pytest.raises(adjustments.NeedsApproval):
        start(session, most[2])
    assert start(session, most[2], by="deng") == "running"  # within deng's own day


def test_a_login_with_a_blank_behind_it_is_no_second_pair_of_eyes(session, desks):
    """MariaDB finds the same operator by it, SQLite nobody."""
    own = make_grant(session, {make_member(session).card_no: 5}, by="anna")
    with pytest.raises((adjustments.SamePerson, operators.OperatorUnknown)):
        adjustments.approve_grant(session, own.id, by="anna ", now=MORNING)


def test_nobody_approves_the_own_plan_or_beyond_the_own_limits(session, large):
    own = make_grant(session, {make_member(session).card_no: 5}, by="anna")
    with pytest.raises(adjustments.SamePerson):
        adjustments.approve_grant(session, own.id, by="anna", now=MORNING)
    with pytest.raises(adjustments.BeyondAllowance):
        adjustments.approve_grant(session, large.id, by="deng", now=MORNING)
    operators.deactivate(session, login="bo.li")
    with pytest.raises(operators.OperatorInactive):
        adjustments.approve_grant(session, large.id, by="bo.li", now=MORNING)


def test_an_old_plan_is_neither_approved_nor_started(session, small, large):
    with pytest.raises(adjustments.PlanOutdated):
        adjustments.approve_grant(session, large.id, by="anna", now=WEEK)
    with pytest.raises(adjustments.PlanOutdated):
        start(session, small, now=WEEK)
    assert start(session, small, now=WEEK - timedelta(microseconds=1)) == "running"


def test_what_runs_is_paused_and_goes_on_whenever_it_is_started_again(session, small):
    start(session, small)
    assert adjustments.pause_grant(session, small.id, by="deng", now=MORNING).status == "paused"
    assert start(session, small, now=WEEK) == "running"


@pytest.mark.parametrize("before", ["planned", "approved", "running", "paused"])
def test_what_is_not_given_yet_is_cancelled(session, small, before):
    small.status = before
    cancelled = adjustments.cancel_grant(session, small.id, note="活动取消", by="anna", now=MORNING)
    assert (cancelled.status, cancelled.ended_at) == ("cancelled", MORNING)
    assert said(session, small)[0] == (1, "cancel", "anna", "活动取消")
    with pytest.raises(adjustments.NotNow) as refused:
        start(session, small)
    assert "已取消" in refused.value.detail


def test_a_grant_is_done_when_no_row_waits(session, small):
    start(session, small)
    assert not finish_grant(session, small.id, now=MORNING)
    give_all(session, small)
    assert finish_grant(session, small.id, now=MORNING)
    assert (small.status, small.ended_at) == ("done", MORNING)
    assert not finish_grant(session, small.id, now=MORNING)


def test_an_ended_grant_is_reversed_and_paused_in_that(session, small):
    start(session, small)
    give_all(session, small)
    finish_grant(session, small.id, now=MORNING)
    for status in ("reversing", "halted", "reversing"):
        if status == "halted":
            adjustments.pause_grant(session, small.id, by="chen", now=MORNING)
        else:
            adjustments.reverse_grant(session, small.id, note="文件有误", by="chen", now=MORNING)
        assert (small.status, small.ended_at) == (status, None)
    assert not finish_grant(session, small.id, now=MORNING)


def test_a_clerk_reverses_no_more_than_a_clerk_may_grant(session, large):
    large.status = "done"
    give_all(session, large)
    with pytest.raises(adjustments.BeyondAllowance):
        adjustments.reverse_grant(session, large.id, note="误", by="chen", now=MORNING)
    assert adjustments.reverse_grant(session, large.id, note="误", by="anna", now=MORNING).status == "reversing"


def test_a_grant_that_gave_nothing_has_nothing_to_reverse(session, small):
    adjustments.cancel_grant(session, small.id, note="活动取消", by="anna", now=MORNING)
    with pytest.raises(adjustments.NothingToGive):
        adjustments.reverse_grant(session, small.id, note="误", by="anna", now=MORNING)


STEPS = {
    "approve": lambda *args: adjustments.approve_grant(*args, by="anna", now=MORNING),
    "start": lambda *args: adjustments.start_grant(*args, by="anna", now=MORNING),
    "pause": lambda *args: adjustments.pause_grant(*args, by="anna", now=MORNING),
    "cancel": lambda *args: adjustments.cancel_grant(*args, note="误", by="anna", now=MORNING),
    "reverse": lambda *args: adjustments.reverse_grant(*args, note="误", by="anna", now=MORNING),
}


@pytest.mark.parametrize(
    ("status", "possible"),
    [
        ("planned", {"approve", "start", "cancel"}),
        ("approved", {"start", "cancel"}),
        ("running", {"pause", "cancel"}),
        ("paused", {"start", "cancel"}),
        ("done", {"reverse"}),
        ("cancelled", {"reverse"}),
        ("reversing", {"pause"}),
        ("halted", {"reverse"}),
        ("reversed", set()),
    ],
)
def test_each_step_is_taken_only_from_where_it_leads(session, small, status, possible):
    give_all(session, small)
    found = set()
    for name, step in STEPS.items():
        small.status = status
        session.flush()
        try:
            step(session, small.id)
        except adjustments.NotNow:
            assert small.status == status
        else:
            found.add(name)
    assert found == possible


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_there_is_no_such_grant(session, desks, step):
    with pytest.raises(adjustments.GrantUnknown):
        step(session, 7)


def test_who_got_nothing_gets_another_turn_only_once_the_grant_has_ended(session, small):
    start(session, small)
    with pytest.raises(adjustments.NotNow):
        adjustments.retry_grant(session, small.id, by="chen", now=MORNING)
    give_all(session, small)
    finish_grant(session, small.id, now=MORNING)
    with pytest.raises(adjustments.NothingToRetry):
        adjustments.retry_grant(session, small.id, by="chen", now=MORNING)
    adjustments.grant_rows(session, small.id, limit=9)[0].status = "failed"
    session.flush()
    assert adjustments.retry_grant(session, small.id, by="chen", now=MORNING).status == "running"
    (waiting,) = adjustments.grant_rows(session, small.id, status="waiting", limit=9)
    assert (waiting.failure, small.ended_at) == (None, None)
