"""The whole life of points against a plain-Python model, on MariaDB (L2-4, L6, L11, L13, L15, L18-21, T2)."""

from datetime import timedelta
from itertools import count

import pytest
from hypothesis import Phase, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import text

from backend import points, tiers
from backend.kit.clock import FixedClock
from backend.kit.db import connect, run
from backend.points import Expiry, Source
from tests.backend.points.model import SHANGHAI, Hold, Model, good_until, midnight_after
from tests.factories.members import make_member
from tests.support import nights
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime

MEMBERS = 2
EXPIRIES = [("months", 1), ("months", 2), ("months", 12), ("year-end", 0), ("never", 0)]

amounts = st.integers(1, 400)
expiries = st.sampled_from(EXPIRIES)
one_of_them = st.integers(0, MEMBERS - 1)
times = st.sampled_from([timedelta(0), timedelta(hours=1), timedelta(days=1), timedelta(days=7), timedelta(days=40)])


class LifeMachine(RuleBasedStateMachine):
    """Members by their place: who leaves is followed by a newcomer in the same place."""

    def __init__(self, url, model=Model):
        super().__init__()
        self.model_of_one, self.url, self.now, self.ids = model, url, MORNING, count(1)
        self.models, self.gone, self.noted = {}, [], []
        self.restart()
        self.places = [self.newcomer() for _ in range(MEMBERS)]

    def teardown(self):
        self.engine.dispose()

    @rule()
    def restart(self):
        """Everything that a process knows is forgotten; the database is all there is."""
        if hasattr(self, "engine"):
            self.engine.dispose()
        self.engine = connect(self.url)
        self.sessions = make_runtime(self.engine, FixedClock(self.now)).sessions

    @rule(place=one_of_them, amount=amounts, expiry=expiries)
    def earn(self, place, amount, expiry):
        source = self.source("purchase")
        self.do(place, lambda s, a: points.credit(s, a, amount, source=source, now=self.now, expiry=Expiry(*expiry)))
        self.model(place).earn(amount, good_until(*expiry, self.now), source)

    @rule(place=one_of_them, amount=amounts, expiry=expiries, wait=times)
    def promise(self, place, amount, expiry, wait):
        source, settles_at = self.source("purchase"), self.now + wait
        self.do(
            place,
            lambda s, a: points.promise(
                s, a, amount, source=source, settles_at=settles_at, now=self.now, expiry=Expiry(*expiry)
            ),
        )
        if wait:
            self.model(place).promise(amount, settles_at, good_until(*expiry, self.now), source)
        else:
            self.model(place).earn(amount, good_until(*expiry, self.now), source)

    @rule(place=one_of_them, amount=amounts, data=st.data())
    def take_back(self, place, amount, data):
        """A refund, of what the member had earned or of anything."""
        model = self.model(place)
        known = sorted({one.source for one in [*model.lots, *model.promises] if one.source}, key=str)
        of = data.draw(st.lists(st.sampled_from(known), max_size=2, unique=True)) if known else []
        source = self.source("refund")
        self.do(place, lambda s, a: points.take_back(s, a, amount, source=source, of=of, now=self.now))
        model.take_back(amount, of)

    @rule(place=one_of_them, amount=amounts)
    def spend(self, place, amount):
        source, model = self.source("exchange"), self.model(place)
        self.pay_out(place, amount, lambda s, a: points.spend(s, a, amount, source=source, now=self.now))
        if amount <= model.free and not model.frozen:
            model.spend(amount, source)

    @precondition(lambda self: any(self.model(place).spends for place in range(MEMBERS)))
    @rule(data=st.data())
    def cancel(self, data):
        place, spent = data.draw(st.sampled_from(self.all_spent()))
        source, left = Source(f"{spent.kind}-cancel", spent.id), self.model(place).left_of(spent)
        if not left:
            with pytest.raises((points.NothingToCancel, points.AlreadyCancelled)):
                self.do(place, lambda s, a: points.cancel(s, a, spent=spent, source=source, now=self.now))
            return
        self.do(place, lambda s, a: points.cancel(s, a, spent=spent, source=source, now=self.now))
        self.model(place).give_back(left, spent, self.now)

    @precondition(lambda self: any(self.model(place).spends for place in range(MEMBERS)))
    @rule(data=st.data(), amount=amounts)
    def give_back_a_part(self, data, amount):
        place, spent = data.draw(st.sampled_from(self.all_spent()))
        source, left = self.source("cash-back"), self.model(place).left_of(spent)
        if amount > left:
            with pytest.raises(points.NothingToCancel):
                self.do(place, lambda s, a: points.give_back(s, a, amount, spent=spent, source=source, now=self.now))
            return
        self.do(place, lambda s, a: points.give_back(s, a, amount, spent=spent, source=source, now=self.now))
        self.model(place).give_back(amount, spent, self.now)

    @rule(place=one_of_them, amount=amounts, wait=st.none() | times)
    def reserve(self, place, amount, wait):
        assume(wait is None or wait)
        source, model, until = self.source("cash"), self.model(place), None if wait is None else self.now + wait
        self.pay_out(place, amount, lambda s, a: points.reserve(s, a, amount, source=source, until=until, now=self.now))
        if amount <= model.free and not model.frozen:
            model.reserve(amount, until, source)

    @precondition(lambda self: self.all_holds())
    @rule(data=st.data(), whole=st.booleans())
    def capture(self, data, whole):
        place, source = data.draw(st.sampled_from(self.all_holds()))
        model = self.model(place)
        hold = model.holds[source]
        assume(not model.frozen)
        refusals = {"captured": points.HoldCaptured, "released": points.HoldEnded, "expired": points.HoldEnded}
        if hold.state != "open":
            with pytest.raises(refusals[hold.state]):
                self.do(place, lambda s, a: points.capture(s, a, source=source, now=self.now))
            return
        amount = None if whole else data.draw(st.integers(1, hold.amount))
        self.do(place, lambda s, a: points.capture(s, a, source=source, amount=amount, now=self.now))
        model.capture(source, hold.amount if whole else amount, self.now)

    @precondition(lambda self: self.all_holds())
    @rule(data=st.data())
    def release(self, data):
        place, source = data.draw(st.sampled_from(self.all_holds()))
        state = self.model(place).holds[source].state
        if state == "captured":
            with pytest.raises(points.HoldCaptured):
                self.do(place, lambda s, a: points.release(s, a, source=source, now=self.now))
            return
        freed = self.do(place, lambda s, a: points.release(s, a, source=source, now=self.now))
        assert freed == (state == "open")
        if freed:
            self.model(place).release(source, self.now)

    @rule(place=one_of_them, amount=amounts, up=st.booleans())
    def adjust(self, place, amount, up):
        """An operator's correction: by hand, in either direction, and below 0 a debt."""
        source = self.source("adjustment")
        if up:
            self.do(place, lambda s, a: points.credit(s, a, amount, source=source, now=self.now))
            self.model(place).earn(amount, good_until("months", 12, self.now), None)
        else:
            self.do(place, lambda s, a: points.take_back(s, a, amount, source=source, of=(), now=self.now))
            self.model(place).take_back(amount, ())

    @rule(place=one_of_them, amount=st.sampled_from([500, 2_000, 10_000]))
    def grow(self, place, amount):
        """Growth value, so that there are tiers which spending must not touch."""
        source, member_id = self.source("event"), self.places[place]

        def work(session):
            account = points.lock(session, member_id, now=self.now)
            tiers.add_growth(session, account, amount, kind="event", source=source, now=self.now)

        self.model(place)
        run(self.sessions.write, work)

    @rule(giver=one_of_them, taker=one_of_them, amount=amounts)
    def transfer(self, giver, taker, amount):
        assume(giver != taker)
        number, model = next(self.ids), self.model(giver)

        def give(session):
            accounts = points.lock_both(session, self.places[giver], self.places[taker], now=self.now)
            points.transfer(session, *accounts, amount, source_id=number, now=self.now)

        frozen = model.frozen or self.model(taker).frozen
        if frozen or amount > model.free:
            with pytest.raises(points.Frozen if frozen else points.Insufficient):
                run(self.sessions.write, give)
            return
        run(self.sessions.write, give)
        model.transfer(amount, self.model(taker))

    @rule(gone=one_of_them, into=one_of_them)
    def merge(self, gone, into):
        """Two members are one person; who is gone is followed by a newcomer."""
        leaving, staying = self.model(gone), self.model(into)
        assume(gone != into)
        number = next(self.ids)

        def unite(session):
            accounts = points.lock_both(session, self.places[gone], self.places[into], now=self.now)
            points.merge(session, *accounts, source_id=number, now=self.now)

        if leaving.open_holds() or leaving.frozen or staying.frozen:
            with pytest.raises(points.HoldsOpen if leaving.open_holds() else points.Frozen):
                run(self.sessions.write, unite)
            return
        run(self.sessions.write, unite)
        leaving.merge_into(staying)
        self.leave(gone)

    @rule(place=one_of_them)
    def close(self, place):
        number = next(self.ids)
        self.do(place, lambda s, a: points.close(s, a, source_id=number, now=self.now))
        self.model(place).close()
        self.leave(place)

    @rule(place=one_of_them, days=st.integers(-40, 400), data=st.data())
    def extend(self, place, days, data):
        lots = [lot for lot in self.model(place).lots if lot.left and lot.expires_at and lot.source]
        assume(lots and not self.model(place).frozen)
        lot = data.draw(st.sampled_from(lots))
        last_day = (lot.expires_at + timedelta(days=days)).astimezone(SHANGHAI).date()
        with self.sessions.read() as session:
            entry = points.entry_of(session, self.places[place], lot.source)
        assume(entry)

        def work(session, account):
            points.extend(session, account, entry.seq, last_day=last_day, reason="门店装修", by="anna", now=self.now)

        if midnight_after(last_day) <= lot.expires_at:
            with pytest.raises(points.NotLater):
                self.do(place, work)
            return
        self.do(place, work)
        self.model(place).extend(lot, midnight_after(last_day))

    @rule(place=one_of_them)
    def freeze_or_unfreeze(self, place):
        model = self.model(place)
        if model.frozen:
            self.do(place, lambda s, a: points.unfreeze(s, a, now=self.now))
        else:
            self.do(place, lambda s, a: points.freeze(s, a, reason="核查", now=self.now))
        model.frozen = not model.frozen

    @rule(days=st.sampled_from([0, 1, 6, 7, 31, 400]), microseconds=st.sampled_from([1, 2, 1_000]))
    def clock_forward(self, days, microseconds):
        """What stood at an instant is noted when nothing can happen at it any more."""
        self.note()
        self.now += timedelta(days=days, microseconds=microseconds - 1)
        self.note()
        self.now += timedelta(microseconds=1)

    @rule()
    def night(self):
        """What the nightly job does: all accounts at once, slice by slice."""
        while run(self.sessions.write, lambda session: nights.catch_up(session, now=self.now, limit=2)):
            pass

    @invariant()
    def the_books_are_right(self):
        with self.sessions.read() as session:
            assert points.verify(session, [*self.places, *self.gone[-2:]]) == []

    @invariant()
    def accounts_are_as_the_model_says(self):
        with self.sessions.read() as session:
            for place, member_id in enumerate(self.places):
                seen, model = points.summary(session, member_id, now=self.now), self.model(place)
                assert (seen.available, seen.held, seen.pending, seen.debt) == (
                    model.free,
                    model.held,
                    model.pending,
                    model.debt,
                )
                assert points.balance_at(session, member_id, at=self.now) == model.balance
                account = session.get(points.Account, member_id)
                if account.next_due_at is None or account.next_due_at > self.now:
                    assert lots_by_expiry(session, member_id) == model.by_expiry

    @invariant()
    def the_past_can_be_rebuilt(self):
        with self.sessions.read() as session:
            early = self.noted[len(self.noted) // 3 :][:1]
            for member_id, at, balance in early + self.noted[-2 * MEMBERS :]:
                assert points.balance_at(session, member_id, at=at) == balance

    def model(self, place):
        """The model of who stands in a place, with all done that was due by now."""
        model = self.models[self.places[place]]
        model.advance(self.now)
        return model

    def note(self):
        self.noted += [(self.places[place], self.now, self.model(place).balance) for place in range(MEMBERS)]

    def source(self, kind):
        return Source(kind, next(self.ids))

    def all_spent(self):
        return [(place, spent) for place in range(MEMBERS) for spent in self.model(place).spends]

    def all_holds(self):
        return [(place, source) for place in range(MEMBERS) for source in self.model(place).holds]

    def newcomer(self):
        """A member with what joining gives."""

        def join(session):
            member_id = make_member(session, now=self.now).id
            session.flush()  # the gift is looked at
            return member_id, points.entries(session, member_id, limit=9)

        member_id, entries = run(self.sessions.write, join)
        self.models[member_id] = self.model_of_one()
        for entry in entries:
            self.models[member_id].earn(entry.amount, entry.expires_at, Source(entry.source_kind, entry.source_id))
        return member_id

    def leave(self, place):
        self.gone.append(self.places[place])
        self.places[place] = self.newcomer()

    def do(self, place, work):
        """One door call under the member's lock. Whatever moves points leaves growth and tier where they are (T2)."""
        member_id = self.places[place]

        def call(session):
            before = tiers.standing(session, member_id, now=self.now)
            given = work(session, points.lock(session, member_id, now=self.now))
            after = tiers.standing(session, member_id, now=self.now)
            assert (after.tier, after.growth) == (before.tier, before.growth)
            return given

        self.model(place)
        return run(self.sessions.write, call)

    def pay_out(self, place, amount, work):
        """What takes points away: refused as it must be, or done."""
        model = self.model(place)
        if model.frozen:
            with pytest.raises(points.Frozen):
                self.do(place, work)
        elif amount > model.free:
            with pytest.raises(points.Insufficient) as refusal:
                self.do(place, work)
            assert refusal.value.details == {"available": model.free}
        else:
            self.do(place, work)


def lots_by_expiry(session, member_id):
    found = {}
    for lot in points.lots(session, member_id, after_no=0, limit=1000):
        if lot.remaining:
            found[lot.expires_at] = found.get(lot.expires_at, 0) + lot.remaining
    return found


def live(url, *, examples, steps, model=Model):
    """Let the machine live as many lives as told, each of so many steps."""
    # what fails here is told as it came: shrinking it, each step of which commits, takes minutes
    once = settings(max_examples=examples, stateful_step_count=steps, phases=[Phase.generate])
    run_state_machine_as_test(lambda: LifeMachine(url, model), settings=once)


def url_of(engine):
    return engine.url.render_as_string(hide_password=False)


def test_the_life_of_points_agrees_with_a_plain_model(mariadb):
    live(url_of(mariadb), examples=6, steps=30)


class HoldsNothing(Model):
    def reserve(self, amount, until, source):
        self.holds[source] = Hold([], until)


class ForgetsDebt(Model):
    def take_back(self, amount, of):
        super().take_back(min(amount, self.free + self.pending), of)


@pytest.mark.parametrize("wrong", [HoldsNothing, ForgetsDebt])
def test_a_model_with_a_fault_is_found_out(mariadb, wrong):
    with pytest.raises((AssertionError, pytest.fail.Exception, KeyError)):
        live(url_of(mariadb), examples=10, steps=30, model=wrong)


@pytest.mark.parametrize(
    "planted",
    [
        "BEFORE UPDATE ON point_lots FOR EACH ROW SET NEW.held = 0",
        "BEFORE UPDATE ON point_accounts FOR EACH ROW SET NEW.debt = OLD.debt",
        "BEFORE INSERT ON point_lots FOR EACH ROW SET NEW.expires_at = NEW.expires_at + INTERVAL 1 DAY",
    ],
    ids=["holds guard nothing", "debts are not written down", "lots live a day too long"],
)
def test_services_with_a_fault_are_found_out(mariadb, planted):
    """The negative control: the very services, on a database that does not keep what they write."""
    with mariadb.begin() as connection:
        connection.execute(text(f"CREATE TRIGGER planted {planted}"))
    try:
        with pytest.raises((AssertionError, pytest.fail.Exception)):
            live(url_of(mariadb), examples=10, steps=30)
    finally:
        with mariadb.begin() as connection:
            connection.execute(text("DROP TRIGGER planted"))
