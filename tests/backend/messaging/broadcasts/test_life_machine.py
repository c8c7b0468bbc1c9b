"""Broadcasts from draft to withdrawal against a plain-Python model, step by step, over a real database."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select, update

from backend import messaging
from backend.kit.db import run
from backend.messaging import broadcasts
from backend.messaging.broadcasts.errors import NeedsApproval, NotNow, SamePerson
from backend.messaging.broadcasts.rules import STOPPED_UNSENT
from backend.messaging.broadcasts.serving import held
from backend.messaging.models import Message
from backend.messaging.rules import Status
from config import policy
from tests.factories.broadcasts import MAKER, OTHER, make_broadcast
from tests.support.clocks import MORNING

MEMBERS = 5
LOGINS = st.sampled_from([MAKER, OTHER])


@dataclass
class Told:
    """A broadcast as the model knows it: its messages are decided, sent or skipped in the order of the members."""

    status: str = "draft"
    approved: bool = False
    began: bool = False
    whole: bool = False
    planned: int = 0
    sent: int = 0
    skipped: int = 0
    withdrawn: bool = False
    over: bool = False

    @property
    def waiting(self):
        return self.planned - self.sent - self.skipped


class LifeMachine(RuleBasedStateMachine):
    def __init__(self, sessions, people):
        super().__init__()
        self.sessions, self.people, self.told, self.now = sessions, people, {}, MORNING

    @rule()
    def draft(self):
        made = run(self.sessions.write, lambda session: make_broadcast(session, now=self.now))
        self.told[made.id] = Told()

    @precondition(lambda self: self.told)
    @rule(data=st.data(), by=LOGINS)
    def approve(self, data, by):
        number, one = self.any_of(data)
        if one.status not in {"draft", "paused"}:
            self.refused(NotNow, broadcasts.approve, number, by)
        elif by == MAKER:
            self.refused(SamePerson, broadcasts.approve, number, by)
        else:
            self.do(broadcasts.approve, number, by)
            one.approved = True

    @precondition(lambda self: self.told)
    @rule(data=st.data(), by=LOGINS)
    def start(self, data, by):
        number, one = self.any_of(data)
        if one.status != "draft":
            self.refused(NotNow, broadcasts.start, number, by)
        elif not one.approved and policy.BROADCAST_ALONE < MEMBERS:
            self.refused(NeedsApproval, broadcasts.start, number, by)
        else:
            self.do(broadcasts.start, number, by)
            one.status = "scheduled"

    @precondition(lambda self: self.told)
    @rule(data=st.data(), by=LOGINS)
    def pause(self, data, by):
        number, one = self.any_of(data)
        if one.status not in {"scheduled", "planning", "running"}:
            self.refused(NotNow, broadcasts.pause, number, by)
        else:
            self.do(broadcasts.pause, number, by)
            one.status = "paused"

    @precondition(lambda self: self.told)
    @rule(data=st.data(), by=LOGINS)
    def resume(self, data, by):
        number, one = self.any_of(data)
        if one.status != "paused":
            self.refused(NotNow, broadcasts.resume, number, by)
        else:
            self.do(broadcasts.resume, number, by)
            one.status = "scheduled" if not one.began else "running" if one.whole else "planning"

    @precondition(lambda self: self.told)
    @rule(data=st.data(), by=LOGINS)
    def stop(self, data, by):
        number, one = self.any_of(data)
        if one.status in {"done", "stopped"}:
            self.refused(NotNow, broadcasts.stop, number, by)
        else:
            self.do(broadcasts.stop, number, by)
            one.status = "stopped"

    @precondition(lambda self: self.told)
    @rule(data=st.data(), by=LOGINS)
    def withdraw(self, data, by):
        number, one = self.any_of(data)
        if one.status not in {"done", "stopped"}:
            self.refused(NotNow, broadcasts.withdraw, number, by)
        else:
            self.do(broadcasts.withdraw, number, by)
            one.withdrawn = True

    @precondition(lambda self: self.told)
    @rule(data=st.data(), limit=st.integers(1, MEMBERS + 1))
    def plan(self, data, limit):
        number, one = self.any_of(data)
        count = self.work(broadcasts.plan_slice, number, limit=limit)
        if one.status not in {"scheduled", "planning"}:
            assert count is None
            return
        assert count == min(limit, MEMBERS - one.planned)
        one.began, one.status = True, "planning"
        if limit > MEMBERS - one.planned:
            one.whole, one.status = True, "running"
        one.planned += count

    @precondition(lambda self: self.told)
    @rule(data=st.data(), count=st.integers(1, 3))
    def deliver(self, data, count):
        """What a deliverer does with what it finds served."""
        number, one = self.any_of(data)

        def work(session):
            if number not in [queue for queue, _ in held(session, now=self.now)]:
                return 0
            due = select(Message.id).where(Message.queue == number, Message.status == Status.WAITING)
            ids = session.scalars(due.order_by(Message.id).limit(count)).all()
            session.execute(update(Message).where(Message.id.in_(ids)).values(status="sent", channel="notice"))
            return len(ids)

        sent = run(self.sessions.write, work)
        assert sent == (min(count, one.waiting) if one.status == "running" else 0)
        one.sent += sent

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def finish(self, data):
        number, one = self.any_of(data)
        ended = self.work(broadcasts.finish, number)
        assert ended == (one.status == "running" and not one.waiting)
        if ended:
            one.status, one.over = "done", True

    @precondition(lambda self: self.told)
    @rule(data=st.data(), limit=st.integers(1, 3))
    def skip(self, data, limit):
        number, one = self.any_of(data)
        skipped = self.work(broadcasts.skip_rest, number, limit=limit)
        due = one.waiting if one.status == "stopped" and not one.over else 0
        assert skipped == (min(limit, due) or None)
        one.skipped += skipped or 0
        one.over = one.over or (one.status == "stopped" and not due)

    @rule()
    def clock_forward(self):
        self.now += timedelta(minutes=1)

    def any_of(self, data):
        number = data.draw(st.sampled_from(sorted(self.told)))
        return number, self.told[number]

    def do(self, verb, number, by):
        return run(self.sessions.write, lambda session: verb(session, number, by=by, now=self.now))

    def work(self, verb, number, **parts):
        return run(self.sessions.write, lambda session: verb(session, number, now=self.now, **parts))

    def refused(self, refusal, verb, number, by):
        with pytest.raises(refusal):
            self.do(verb, number, by)

    @invariant()
    def all_stands_as_in_the_model(self):
        with self.sessions.read() as session:
            for number, one in self.told.items():
                found = broadcasts.broadcast(session, number)
                progress = broadcasts.progress(session, number, now=self.now)
                assert (found.status, found.planned, bool(found.withdrawn_at), bool(found.ended_at)) == (
                    one.status,
                    one.planned,
                    one.withdrawn,
                    one.over,
                )
                stand = (progress.planned, progress.waiting, sum(progress.sent.values()), progress.skipped)
                assert stand == (one.planned, one.waiting, one.sent, one.skipped)

    @invariant()
    def nobody_has_two_and_what_is_skipped_says_why(self):
        with self.sessions.read() as session:
            mine = select(Message).where(Message.queue.in_(self.told))
            rows = session.scalars(mine).all()
        assert all(count == 1 for count in Counter((row.queue, row.member_id) for row in rows).values())
        assert {row.error for row in rows if row.status == "skipped"} <= {STOPPED_UNSENT}

    @invariant()
    def inboxes_show_what_was_sent_and_not_withdrawn(self):
        with self.sessions.read() as session:
            seen = sum(messaging.unread(session, member_id) for member_id in self.people)
        assert seen == sum(one.sent for one in self.told.values() if not one.withdrawn)

    def teardown(self):
        """The next example begins with empty inboxes."""
        with self.sessions.write.begin() as session:
            session.execute(update(Message).values(read_at=MORNING))


def machine_test(sessions, people):
    steps = settings(max_examples=8, stateful_step_count=40)
    run_state_machine_as_test(lambda: LifeMachine(sessions, people), settings=steps)


def test_the_life_of_broadcasts_agrees_with_a_plain_model(sessions, operators, join):
    machine_test(sessions, join(MEMBERS))


def test_the_same_where_nobody_may_write_to_all_alone(sessions, operators, join, monkeypatch):
    monkeypatch.setattr(policy, "BROADCAST_ALONE", MEMBERS - 1)
    machine_test(sessions, join(MEMBERS))
