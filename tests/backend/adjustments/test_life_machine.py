"""Requests from asking to reversal against a plain-Python model, step by step, over a real database."""

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from backend import adjustments, points, rulebooks
from backend.adjustments import Wish
from backend.adjustments.models import OperatorUsage
from backend.kit.calendar import shop_day
from tests.factories.adjustments import make_wish
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.support.clocks import MORNING

GIFT = 100
AMOUNTS = (50, 51, 100, 101, 300, 301, -50, -51, -100, -200)  # at the limits, and just beyond them
LIMITS = {  # each, day; small, so that they are met
    ("operator", "adjust"): (50, 100),
    ("operator", "approve"): (0, 0),
    ("admin", "adjust"): (100, 200),
    ("admin", "approve"): (300, 500),
}
ROLES = {"chen": "operator", "anna": "admin", "bo.li": "admin"}
WAITS = timedelta(days=7)


@dataclass
class Asked:
    """A request as the model knows it."""

    member: int
    amount: int
    by: str
    lapses_at: datetime
    status: str
    wish: Wish


class Model:
    """Who may do what, what has moved, and what each operator has let move: no tables, no locks."""

    def __init__(self, members):
        self.net = dict.fromkeys(members, GIFT)
        self.used = Counter()
        self.asked = {}

    def covers(self, login, kind, points):
        return points <= LIMITS[ROLES[login], kind][0]

    def use(self, login, kind, points, day):
        fits = (
            self.covers(login, kind, points) and self.used[login, day, kind] + points <= LIMITS[ROLES[login], kind][1]
        )
        if fits:
            self.used[login, day, kind] += points
        return fits

    def short_of(self, one):
        return -one.amount > max(0, self.net[one.member])

    def move(self, one, *, back=False):
        self.net[one.member] += -one.amount if back else one.amount


class LifeMachine(RuleBasedStateMachine):
    def __init__(self, sessions):
        super().__init__()
        self.sessions, self.now = sessions, MORNING
        with sessions.write.begin() as session:
            self.members = [make_member(session).id for _ in range(2)]
        self.model = Model(self.members)

    @rule(number=st.integers(0, 1), amount=st.sampled_from(AMOUNTS), by=st.sampled_from(sorted(ROLES)))
    def ask(self, number, amount, by):
        wish = make_wish(amount)
        one = Asked(self.members[number], amount, by, self.now + WAITS, "waiting", wish)
        if self.model.short_of(one):
            self.refused(points.Insufficient, adjustments.request, one.member, wish, by=by)
            return
        made = self.do(adjustments.request, one.member, wish, by=by)
        if self.model.use(by, "adjust", abs(amount), shop_day(self.now)):
            one.status = "applied"
            self.model.move(one)
        self.model.asked[made.id] = one

    @precondition(lambda self: self.model.asked)
    @rule(data=st.data(), changed=st.booleans())
    def ask_again_with_the_same_key(self, data, changed):
        number, one = self.any_of(data)
        if changed:
            other = replace(one.wish, note="另一件事")
            self.refused(adjustments.KeyReused, adjustments.request, one.member, other, by=one.by)
        else:
            assert self.do(adjustments.request, one.member, one.wish, by=one.by).id == number

    @precondition(lambda self: self.model.asked)
    @rule(data=st.data(), by=st.sampled_from(sorted(ROLES)))
    def approve(self, data, by):
        number, one = self.any_of(data)
        size, day = abs(one.amount), shop_day(self.now)
        if not self.waits(one):
            self.refused(adjustments.NotWaiting, adjustments.approve, number, by=by)
        elif by == one.by:
            self.refused(adjustments.SamePerson, adjustments.approve, number, by=by)
        elif self.model.short_of(one):
            fits = Counter(self.model.used)
            expected = points.Insufficient if self.model.use(by, "approve", size, day) else adjustments.BeyondAllowance
            self.model.used = fits  # what is refused counts for nothing
            self.refused(expected, adjustments.approve, number, by=by)
        elif not self.model.use(by, "approve", size, day):
            self.refused(adjustments.BeyondAllowance, adjustments.approve, number, by=by)
        else:
            self.do(adjustments.approve, number, by=by)
            one.status = "applied"
            self.model.move(one)

    @precondition(lambda self: self.model.asked)
    @rule(data=st.data(), by=st.sampled_from(sorted(ROLES)))
    def refuse(self, data, by):
        number, one = self.any_of(data)
        if not self.waits(one):
            self.refused(adjustments.NotWaiting, adjustments.refuse, number, note="不", by=by)
        elif by == one.by:
            self.refused(adjustments.SamePerson, adjustments.refuse, number, note="不", by=by)
        elif not self.model.covers(by, "approve", abs(one.amount)):
            self.refused(adjustments.BeyondAllowance, adjustments.refuse, number, note="不", by=by)
        else:
            self.do(adjustments.refuse, number, note="不", by=by)
            one.status = "refused"

    @precondition(lambda self: self.model.asked)
    @rule(data=st.data(), by=st.sampled_from(sorted(ROLES)))
    def withdraw(self, data, by):
        number, one = self.any_of(data)
        if not self.waits(one):
            self.refused(adjustments.NotWaiting, adjustments.withdraw, number, by=by)
        elif by != one.by:
            self.refused(adjustments.NotYours, adjustments.withdraw, number, by=by)
        else:
            self.do(adjustments.withdraw, number, by=by)
            one.status = "withdrawn"

    @precondition(lambda self: self.model.asked)
    @rule(data=st.data(), by=st.sampled_from(sorted(ROLES)))
    def reverse(self, data, by):
        number, one = self.any_of(data, like=("applied", "reversed"))
        if one.status != "applied":
            self.refused(adjustments.NotApplied, adjustments.reverse, number, note="误", by=by)
        elif not any(self.model.covers(by, kind, abs(one.amount)) for kind in ("adjust", "approve")):
            self.refused(adjustments.BeyondAllowance, adjustments.reverse, number, note="误", by=by)
        else:
            self.do(adjustments.reverse, number, note="误", by=by)
            one.status = "reversed"
            self.model.move(one, back=True)

    @rule()
    def lapse(self):
        with self.sessions.write.begin() as session:
            adjustments.lapse_due(session, now=self.now, limit=999)

    @rule(hours=st.sampled_from([1, 15, 24, 24 * 7]))
    def clock_forward(self, hours):
        self.now += timedelta(hours=hours)
        for one in self.model.asked.values():
            if one.status == "waiting" and self.now >= one.lapses_at:
                one.status = "lapsed"

    def any_of(self, data, *, like=("waiting", "lapsed")):
        """One of those asked for, mostly of those that are `like` this: what can be done is tried more often."""
        alike = [number for number, one in self.model.asked.items() if one.status in like]
        pool = alike if alike and data.draw(st.integers(0, 4)) else self.model.asked
        number = data.draw(st.sampled_from(sorted(pool)))
        return number, self.model.asked[number]

    def waits(self, one):
        return one.status == "waiting"

    def do(self, verb, *args, **parts):
        with self.sessions.write.begin() as session:
            return verb(session, *args, now=self.now, **parts)

    def refused(self, refusal, verb, *args, **parts):
        with pytest.raises(refusal):
            self.do(verb, *args, **parts)

    @invariant()
    def all_stands_as_in_the_model(self):
        with self.sessions.read() as session:
            found = adjustments.page(session, now=self.now, limit=999)
            mine = [one for one in found if one.member_id in self.members]
            stands = {one.id: adjustments.status_at(one.status, one.lapses_at, self.now) for one in mine}
            seen = {who: points.summary(session, who, now=self.now) for who in self.members}
            assert points.verify(session, self.members) == []
        assert stands == {number: one.status for number, one in self.model.asked.items()}
        assert {who: (one.available, one.debt) for who, one in seen.items()} == {
            who: (max(0, net), max(0, -net)) for who, net in self.model.net.items()
        }

    @invariant()
    def nobody_has_let_move_more_than_allowed(self):
        with self.sessions.read() as session:
            rows = session.scalars(select(OperatorUsage)).all()
        counted = {(row.login, row.day, row.allowance): row.points for row in rows if row.points}
        assert counted == {key: points for key, points in self.model.used.items() if points}
        assert all(points <= LIMITS[ROLES[login], kind][1] for (login, _, kind), points in counted.items())

    def teardown(self):
        with self.sessions.write.begin() as session:
            for row in session.scalars(select(OperatorUsage)):
                session.delete(row)  # the next example counts from nothing


@pytest.fixture
def small_limits(sessions):
    """The first book with small limits, in force."""
    with sessions.write.begin() as session:
        for login, role in ROLES.items():
            make_operator(session, login, role=role)
        definition = deepcopy(rulebooks.get(session, adjustments.BOOK, 1).definition)
        for (role, kind), (each, day) in LIMITS.items():
            definition["roles"][role][kind] = {"each": each, "day": day}
        book = rulebooks.draft(session, adjustments.BOOK, definition, based_on=1, by="anna", note="试验", now=MORNING)
        rulebooks.publish(session, adjustments.BOOK, book.version, live_from=MORNING, by="anna", now=MORNING)


def test_the_life_of_requests_agrees_with_a_plain_model(sessions, small_limits):
    run_state_machine_as_test(lambda: LifeMachine(sessions), settings=settings(max_examples=6, stateful_step_count=40))
