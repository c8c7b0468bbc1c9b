"""A list of M members gives exactly M coupons, one each, also when processes are killed in it (C8)."""

import os
import signal
import sys
from collections import Counter

import pytest
from sqlalchemy import select, text

from backend import coupons
from backend.coupons import Coupon, HandoutPlan
from tests.factories.coupons import READER, WRITER, make_template
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.programs import run_program
from tests.support.runtimes import make_runtime

MEMBERS, SLICE = 12, 2
DEATHS = ("after:1", "before:2", "before:1", "after:2")  # 1, then 1, then 0, then 2 slices were committed


@pytest.fixture
def runtime(mariadb, clock):
    return make_runtime(mariadb, clock)


@pytest.fixture
def handout_id(sessions):
    """A list that runs."""
    with sessions.write.begin() as session:
        code = make_template(session, supply={"per_member": None, "stock": MEMBERS * 2}).code
        people = {make_member(session).id: line for line in range(MEMBERS)}
        plan = HandoutPlan(code, people, "老客", "list")
        planned = coupons.plan_handout(session, plan, by=WRITER, now=MORNING)
        return coupons.approve_handout(session, planned.id, by=READER, now=MORNING).id


def processes(mariadb, handout_id, *points):
    """The signals that ended processes which handed the list out, one after the other."""
    url = mariadb.url.render_as_string(hide_password=False)
    command = (sys.executable, "-m", "tests.backend.coupons.dying", url, handout_id, SLICE, *points)
    done = run_program(*command, env={"PATH": os.environ["PATH"]})
    assert not done.returncode, done.stderr
    return [int(number) for number in done.stdout.split()]


def stands(sessions, handout_id):
    with sessions.read() as session:
        found, rows = coupons.handout(session, handout_id)
        return found.status, dict(rows)


def each_has(sessions):
    """How many coupons each member has who has any; the stock counts what there is."""
    with sessions.read() as session:
        assert coupons.count_faults(session) == []
        return list(Counter(session.scalars(select(Coupon.member_id))).values())


def test_killed_around_its_commits_and_started_again_everybody_has_exactly_one(runtime, mariadb, sessions, handout_id):
    assert processes(mariadb, handout_id, *DEATHS) == [signal.SIGKILL] * len(DEATHS)
    assert stands(sessions, handout_id) == ("running", {"done": 8, "waiting": 4})
    assert each_has(sessions) == [1] * 8
    while coupons.hand_out_coupons(sessions, handout_id, rng=runtime.rng, now=MORNING) is not None:
        pass
    assert (stands(sessions, handout_id), each_has(sessions)) == (("done", {"done": MEMBERS}), [1] * MEMBERS)


def test_what_was_done_is_remembered_twice_and_without_either_it_would_be_given_again(runtime, sessions, handout_id):
    """The negative control: a row that forgot is held by the source of the coupon, and by nothing without that."""

    def give(limit=MEMBERS):
        coupons.hand_out_coupons(sessions, handout_id, rng=runtime.rng, now=MORNING, limit=limit)
        return each_has(sessions)

    def forget(*statements):
        with sessions.write.begin() as session:
            for statement in statements:
                session.execute(text(statement))

    rows = "UPDATE coupon_handout_rows SET status = 'waiting'"
    assert give(SLICE) == [1] * SLICE
    forget(rows)
    assert give(SLICE) == [1] * SLICE
    forget(rows, "UPDATE coupons SET source_id = id")
    assert sorted(give()) == [1] * (MEMBERS - SLICE) + [2] * SLICE
