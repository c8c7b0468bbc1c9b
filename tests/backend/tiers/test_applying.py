"""A preview is what comes of it (T9)."""

import os
import signal
import sys
from datetime import timedelta

import pytest
from sqlalchemy import event, select

from backend import points, tiers
from backend.kit.db import hold_still, run
from backend.tiers.models import TierChange, TierRun, TierStanding
from backend.tiers.sums import Tally
from tests.backend.tiers.membership import (
    FIRST_ID,
    LIVE,
    MOST,
    buy,
    contents,
    draft,
    gather,
    matrix_of,
    publish,
    reckoned,
    second,
)
from tests.factories.tiers import definition, publish_book
from tests.support.meetings import lockless
from tests.support.programs import run_program
from tests.support.races import race
from tests.support.runtimes import make_runtime

LATER = LIVE + timedelta(minutes=20)
CHANGES = ["protect", "recompute"]


class Cut(Exception):
    pass


def previewed(sessions, version):
    with sessions.read() as session:
        hold_still(session)
        return tiers.preview(session, version, at=LIVE)


def begin(sessions, version, *, now=LATER):
    seen = previewed(sessions, version)
    return run(sessions.write, lambda session: tiers.begin_run(session, seen, by="zhang", now=now))


def apply_slice(sessions, version, *, limit=40, now=LATER):
    return run(sessions.write, lambda session: tiers.apply_slice(session, version, now=now, limit=limit))


def finish(sessions, version, *, limit=60, now=LATER):
    while (done := apply_slice(sessions, version, limit=limit, now=now)).finished_at is None:
        pass
    return done


def cut_in_the_middle(engine, statement, after):
    """The call fails when it says a statement for the given time: what it did until then is undone."""
    heard = []

    def note(_connection, _cursor, said, *_rest):
        if said.startswith(statement):
            heard.append(said)
            if len(heard) == after:
                raise Cut

    event.listen(engine, "before_cursor_execute", note)
    return note


def killed(sessions, version, *, limit, whole):
    """The signal that ended a process which applied some slices and was killed in the next."""
    url = sessions.write.kw["bind"].url.render_as_string(hide_password=False)
    program = [sys.executable, "-m", "tests.support.dying_apply", url, version, limit, whole, LATER.isoformat()]
    return -run_program(*program, env={"PATH": os.environ["PATH"]}).returncode


def verified(sessions, members):
    with sessions.read() as session:
        return tiers.verify(session, members) + points.verify(session, members)


@pytest.mark.parametrize("change", CHANGES)
def test_what_was_previewed_comes_of_it_whatever_happens_meanwhile(sessions, engine, change):
    members = gather(sessions, MOST)
    version = draft(sessions, second(change))
    seen = previewed(sessions, version)
    with sessions.read() as session:
        matrix, gifts = reckoned(session, version)
    assert matrix_of(seen) == matrix
    publish(sessions, version)
    begin(sessions, version)
    apply_slice(sessions, version, limit=60)

    if change == "protect":
        assert killed(sessions, version, limit=60, whole=1) == signal.SIGKILL
    else:
        apply_slice(sessions, version, limit=60)
        note = cut_in_the_middle(engine, "UPDATE tier_standings", after=3)
        with pytest.raises(Cut):
            apply_slice(sessions, version, limit=60)
        event.remove(engine, "before_cursor_execute", note)
    with sessions.read() as session:
        halfway = tiers.run_of(session, version)
        assert (halfway.done, halfway.last_id, halfway.finished_at) == (120, FIRST_ID + 119, None)
        assert Tally.of(halfway.outcome).members == 120
    for member_id in members[::15]:  # some are met by a purchase first, of those done and of those to come
        run(sessions.write, lambda session, who=member_id: buy(session, who, 160_000, LATER, number=900))

    done = finish(sessions, version, now=LIVE + timedelta(minutes=30))
    assert done.outcome == done.expected
    assert tiers.differences(done) == []
    assert (done.done, done.members) == (MOST, MOST)
    came = Tally.of(done.outcome)
    assert (came.gifts, came.gift_points) == (len(gifts), sum(gifts)) == (seen.gifts, seen.gift_points)
    assert verified(sessions, members) == []

    there = contents(sessions)
    assert finish(sessions, version, now=LIVE + timedelta(days=1)).finished_at == done.finished_at
    begin(sessions, version, now=LIVE + timedelta(days=1))
    assert contents(sessions) == there


def test_every_member_lands_where_the_preview_said(sessions):
    """Not only as many: each one."""
    members = gather(sessions, 80)
    version = draft(sessions, second("protect"))
    publish(sessions, version)
    with sessions.read() as session:
        landing = {one: tiers.standing(session, one, now=LATER).tier.code for one in members}
    begin(sessions, version)
    finish(sessions, version)
    with sessions.read() as session:
        rows = session.scalars(select(TierStanding)).all()
        assert {row.member_id: row.tier_code for row in rows} == landing
        assert {row.book_version for row in rows} == {version}


def test_a_change_tells_the_book_its_instant_and_its_evidence(sessions):
    gather(sessions, 80)
    version = draft(sessions, second("recompute"))
    publish(sessions, version)
    begin(sessions, version)
    finish(sessions, version)
    with sessions.read() as session:
        changes = session.scalars(select(TierChange).where(TierChange.book_version == version)).all()
    assert changes
    assert {(change.cause, change.at) for change in changes} == {("new-book", LIVE)}
    assert any(change.evidence for change in changes)


def test_who_leaves_while_it_runs_is_counted_where_the_book_led(sessions):
    members = gather(sessions, 80)
    version = draft(sessions, second("recompute"))
    publish(sessions, version)
    begin(sessions, version)
    apply_slice(sessions, version)
    with sessions.write.begin() as session:
        for member_id in (members[5], members[60], members[70]):
            session.get(TierStanding, member_id).closed_at = LATER
            points.close(session, points.lock(session, member_id, now=LATER), source_id=member_id, now=LATER)
    assert tiers.differences(finish(sessions, version)) == []


def test_who_joins_while_it_runs_is_none_of_it(sessions):
    members = gather(sessions, 50)
    version = draft(sessions, second("protect"))
    publish(sessions, version)
    begin(sessions, version)
    with sessions.write.begin() as session:
        session.get(TierStanding, members[-1]).opened_at = LATER
    done = finish(sessions, version)
    assert done.done == 49
    assert sum(one.expected - one.came for one in tiers.differences(done)) == 1


def test_another_outcome_is_told(sessions):
    """The negative control of the comparison: somebody is moved by other hands."""
    gather(sessions, 50)
    version = draft(sessions, second("protect"))
    publish(sessions, version)
    begin(sessions, version)
    with sessions.write.begin() as session:
        row = session.scalars(select(TierStanding).where(TierStanding.tier_code == "basic").limit(1)).one()
        row.tier_code, row.earned_code, row.terms = "diamond", "diamond", {"black": {"until": []}}
    told = {(one.before, one.after): one.came - one.expected for one in tiers.differences(finish(sessions, version))}
    assert told
    assert sum(told.values()) == 0


def test_only_the_version_in_force_is_applied(sessions):
    gather(sessions, 10)
    version = draft(sessions, second("protect"))
    seen = previewed(sessions, version)
    publish(sessions, version)
    with sessions.write() as session, pytest.raises(tiers.NotInForce):
        tiers.begin_run(session, seen, by="zhang", now=LIVE - timedelta(microseconds=1))
    begin(sessions, version, now=LIVE)
    with sessions.write.begin() as session:
        publish_book(session, definition(replaced={"black": "basic", "silver": "basic"}), at=LATER, now=LIVE)
    with sessions.write() as session, pytest.raises(tiers.NotInForce):
        tiers.apply_slice(session, version, now=LATER)


def test_what_was_never_begun_cannot_go_on(sessions):
    with sessions.write() as session, pytest.raises(tiers.RunUnknown):
        tiers.apply_slice(session, 9, now=LATER)
    with sessions.read() as session, pytest.raises(tiers.RunUnknown):
        tiers.run_of(session, 9)


def two_at_once(sessions, version):
    """Two processes apply the same version; each stops when it hears that all is done."""
    race(2, lambda _: finish(sessions, version, limit=10))
    with sessions.read() as session:
        return tiers.run_of(session, version)


@pytest.fixture
def published(mariadb, clock):
    sessions = make_runtime(mariadb, clock).sessions
    gather(sessions, 60)
    version = draft(sessions, second("recompute"))
    publish(sessions, version)
    begin(sessions, version)
    return sessions, version


def test_two_at_once_take_turns(published):
    sessions, version = published
    done = two_at_once(sessions, version)
    assert (done.done, tiers.differences(done)) == (60, [])


def test_purchases_at_the_same_time_change_nothing_of_it(published):
    sessions, version = published

    def act(number):
        if number == 0:
            return finish(sessions, version, limit=10)
        for member_id in range(FIRST_ID + number, FIRST_ID + 60, 4):
            run(sessions.write, lambda session, who=member_id: buy(session, who, 160_000, LATER, number=901))
        return None

    done = race(4, act)[0]
    assert tiers.differences(done) == []
    assert verified(sessions, range(FIRST_ID, FIRST_ID + 60)) == []


def test_without_the_lock_a_purchase_in_between_is_lost(mariadb, published):
    """The negative control: somebody buys after the slice was read and before it is written."""
    sessions, version = published
    with sessions.write.begin() as session:
        staying = session.scalars(select(TierStanding).where(TierStanding.tier_code == "silver")).all()[3]
        session.get(TierRun, version).last_id = staying.member_id - 1
    heard = []

    def slip_in(_connection, _cursor, said, *_rest):
        if said.startswith("SELECT growth_entries") and not heard:
            heard.append(said)
            run(sessions.write, lambda session: buy(session, staying.member_id, 900_000, LATER, number=902))

    event.listen(mariadb, "after_cursor_execute", slip_in)
    with lockless(mariadb):
        apply_slice(sessions, version, limit=1)
    event.remove(mariadb, "after_cursor_execute", slip_in)
    assert [fault.row for fault in verified(sessions, [staying.member_id])] == ["tier_standings"]
