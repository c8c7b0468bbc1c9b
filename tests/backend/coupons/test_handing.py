from contextlib import suppress
from functools import partial

import pytest
from sqlalchemy import event, func, select

from backend import coupons
from backend.coupons import Coupon, HandoutPlan
from backend.kit.db import run
from tests.factories.coupons import READER, WRITER, make_coupon, make_template
from tests.factories.members import make_member
from tests.support.clocks import MORNING


class Killed(Exception):
    pass


def supply(**parts):
    return {"per_member": None} | parts


@pytest.fixture
def member_ids(sessions):
    with sessions.write.begin() as session:
        return [make_member(session).id for _ in range(7)]


def made(sessions, **parts):
    with sessions.write.begin() as session:
        return make_template(session, **parts).code


def planned(sessions, code, member_ids, *, key="list", note="老客"):
    plan = HandoutPlan(code, {one: no for no, one in enumerate(member_ids, start=2)}, note, key, skipped=1)
    return run(sessions.write, lambda session: coupons.plan_handout(session, plan, by=WRITER, now=MORNING)).id


def approved(sessions, *told, **parts):
    handout_id = planned(sessions, *told, **parts)
    run(sessions.write, lambda session: coupons.approve_handout(session, handout_id, by=READER, now=MORNING))
    return handout_id


def drive(runtime, handout_id, *, limit=100):
    slices, give = 0, partial(coupons.hand_out_coupons, rng=runtime.rng, now=MORNING, limit=limit)
    while give(runtime.sessions, handout_id) is not None:
        slices += 1
    return slices


def rows(sessions, handout_id):
    with sessions.read() as session:
        found, counts = coupons.handout(session, handout_id)
        return found.status, dict(counts)


def given(sessions):
    with sessions.read() as session:
        assert coupons.count_faults(session) == []
        return session.scalar(select(func.count()).select_from(Coupon))


def test_everybody_gets_one(runtime, sessions, member_ids):
    handout_id = approved(sessions, made(sessions), member_ids)
    assert drive(runtime, handout_id) == 1
    assert (rows(sessions, handout_id), given(sessions)) == (("done", {"done": 7}), 7)
    assert drive(runtime, handout_id) == 0


def test_killed_anywhere_and_run_again_everybody_has_exactly_one(runtime, sessions, member_ids):
    handout_id = approved(sessions, made(sessions), member_ids)
    for commit in range(1, 6):
        left = iter(range(commit))

        def die(_session, left=left):
            if next(left, None) is None:
                raise Killed

        event.listen(sessions.write, "before_commit", die)
        with suppress(Killed):
            drive(runtime, handout_id, limit=2)
        event.remove(sessions.write, "before_commit", die)
        assert given(sessions) == rows(sessions, handout_id)[1].get("done", 0)
    drive(runtime, handout_id)
    assert (rows(sessions, handout_id), given(sessions)) == (("done", {"done": 7}), 7)


def test_who_cannot_get_one_is_told_and_holds_up_nobody(runtime, sessions, member_ids):
    code = made(sessions, supply={"per_member": {"most": 1}, "stock": 5})
    with sessions.write.begin() as session:
        make_coupon(session, member_ids[0], template=coupons.template(session, code))
    handout_id = approved(sessions, code, [*member_ids, 1])
    drive(runtime, handout_id)
    assert rows(sessions, handout_id) == ("done", {"done": 4, "failed": 4})
    with sessions.read() as session:
        failed = coupons.handout_failures(session, handout_id, limit=9)
        assert [row.failure for row in failed] == [
            "points.no-account",
            "coupons.limit-reached",
            *["coupons.sold-out"] * 2,
        ]
        assert coupons.handout_failures(session, handout_id, after=failed[2].member_id, limit=9) == [failed[3]]
    assert given(sessions) == 5


def test_the_stock_of_a_day_holds(runtime, sessions, member_ids):
    code = made(sessions, supply=supply(stock_per_day=5))
    handout_id = approved(sessions, code, member_ids)
    drive(runtime, handout_id)
    assert rows(sessions, handout_id) == ("done", {"done": 5, "failed": 2})
    assert given(sessions) == 5


def test_nothing_is_given_while_it_stands_still(runtime, sessions, member_ids):
    code = made(sessions)
    handout_id = planned(sessions, code, member_ids)
    assert drive(runtime, handout_id) == 0
    with pytest.raises(coupons.SamePerson):
        run(sessions.write, lambda session: coupons.approve_handout(session, handout_id, by=WRITER, now=MORNING))
    run(sessions.write, lambda session: coupons.approve_handout(session, handout_id, by=READER, now=MORNING))
    run(sessions.write, lambda session: coupons.pause(session, code, by=WRITER, note="等", now=MORNING))
    assert drive(runtime, handout_id) == 0
    run(sessions.write, lambda session: coupons.resume(session, code, by=WRITER, note="好", now=MORNING))
    run(sessions.write, lambda session: coupons.pause_handout(session, handout_id, by=WRITER))
    assert drive(runtime, handout_id) == 0
    run(sessions.write, lambda session: coupons.resume_handout(session, handout_id, by=WRITER))
    with sessions.read() as session:
        assert coupons.handouts_under_way(session, limit=9) == [handout_id]
    run(sessions.write, lambda session: coupons.cancel_handout(session, handout_id, by=WRITER, now=MORNING))
    assert (drive(runtime, handout_id), given(sessions)) == (0, 0)
    with pytest.raises(coupons.StepRefused):
        run(sessions.write, lambda session: coupons.pause_handout(session, handout_id, by=WRITER))


def test_a_template_that_ended_gives_nothing(runtime, sessions, member_ids):
    code = made(sessions)
    handout_id = approved(sessions, code, member_ids)
    run(sessions.write, lambda session: coupons.end(session, code, by=WRITER, note="完", now=MORNING))
    drive(runtime, handout_id)
    assert rows(sessions, handout_id) == ("done", {"failed": 7})


def test_one_key_is_one_list(sessions, member_ids):
    code, others = made(sessions), [*member_ids[1:], 7]
    assert planned(sessions, code, member_ids) == planned(sessions, code, member_ids[::-1])
    for members, key in ((member_ids[:2], "list"), (others, "list"), ([], "other"), (member_ids, "")):
        with pytest.raises(coupons.HandoutRefused):
            planned(sessions, code, members, key=key)
    with sessions.read() as session, pytest.raises(coupons.HandoutUnknown):
        coupons.handout(session, 1)
