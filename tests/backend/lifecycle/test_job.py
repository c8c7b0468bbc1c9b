"""The job that closes memberships may be killed at any point and run again."""

import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from backend import lifecycle, mall, members, points
from backend.jobs import work
from backend.kit.db import run
from backend.points import Source
from tests.architecture.sources import ROOT
from tests.backend.lifecycle.leavers import DUE, leavers

TICK = timedelta(microseconds=1)


def statuses(runtime, member_ids):
    with runtime.sessions.read() as session:
        assert points.verify(session, member_ids) == []
        assert mall.stock_faults(session) == []
        return [members.get(session, member_id).status for member_id in member_ids]


def test_all_who_are_due_are_closed_and_nobody_else(runtime):
    due = leavers(runtime, 3)
    assert work.close_memberships(runtime, DUE - TICK) == {}
    run(runtime.sessions.write, lambda session: lifecycle.stay(session, due[1], now=DUE))
    assert work.close_memberships(runtime, DUE) == {"done": 2}
    assert statuses(runtime, due) == ["closed", "active", "closed"]
    assert work.close_memberships(runtime, DUE) == {}


def test_who_is_paying_a_bill_holds_up_nobody(runtime):
    due = leavers(runtime, 3)

    def pay(session):
        account = points.lock(session, due[0], now=DUE)
        points.reserve(session, account, 5, source=Source("cash-hold", "S1:1"), until=DUE + TICK, now=DUE)

    run(runtime.sessions.write, pay)
    assert work.close_memberships(runtime, DUE) == {"refused": 1, "done": 2}
    assert statuses(runtime, due) == ["active", "closed", "closed"]
    assert work.close_memberships(runtime, DUE + TICK) == {"done": 1}


@pytest.mark.parametrize("when", ["before_commit", "after_commit"])
def test_killed_in_the_middle_it_is_gone_on_with(engine, runtime, when):
    due = leavers(runtime, 3)
    url = engine.url.render_as_string(hide_password=False)
    killed = subprocess.run(  # noqa: S603  our own process
        [sys.executable, "-m", "tests.backend.lifecycle.dying", url, when, "2"], cwd=ROOT, check=False, timeout=60
    )
    assert killed.returncode == -signal.SIGKILL
    done = 1 if when == "before_commit" else 2
    assert statuses(runtime, due) == ["closed"] * done + ["active"] * (3 - done)
    assert work.close_memberships(runtime, DUE) == {"done": 3 - done}
    assert statuses(runtime, due) == ["closed"] * 3
    with runtime.sessions.read() as session:
        closed = lifecycle.closures(session, status="done", limit=9)
    assert [one.points for one in closed] == [100] * 3
