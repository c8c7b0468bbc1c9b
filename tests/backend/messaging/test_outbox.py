from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select, update

from backend.kit.db import run
from backend.kit.ids import new_id
from backend.messaging import CATALOGUE, outbox
from backend.messaging.channels import Receipt
from backend.messaging.models import Closure, Message
from backend.messaging.recording import Outcome
from backend.messaging.recording import record as write_down
from backend.messaging.routing import Go
from backend.messaging.rules import LEASE, Queue, Status
from tests.backend.messaging.recipients import rows
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.meetings import meeting, rewritten
from tests.support.races import race
from tests.support.runtimes import make_runtime

TICK = timedelta(microseconds=1)


@pytest.fixture
def runtime(engine, clock):
    """The outbox asks nobody."""
    return make_runtime(engine, clock)


def decide(runtime, *names):
    """One message for the member of each name, in that order."""

    def write(session):
        known = {name: make_member(session).id for name in dict.fromkeys(names)}
        session.flush()
        session.execute(update(Message).values(status=Status.SENT))  # the news of the join gift
        session.add_all(_message(known[name], number) for number, name in enumerate(names))

    run(runtime.sessions.write, write)


def _message(member_id, number):
    return Message(
        id=new_id(),
        member_id=member_id,
        template="points_earned",
        words={"n": str(number), **CATALOGUE["points_earned"].sample},
        cause=number.to_bytes(32, "big"),
        decided_at=MORNING,
        due_at=MORNING,
    )


class Doves:
    """A channel that reaches everybody."""

    name = "official-account"
    repeat_recognised_for = timedelta(minutes=9)

    def carries(self, template):
        return True

    def addresses(self, session, wanted, *, now):
        return {one.id: str(one.member_id) for one in wanted}

    def learn(self, session, letter, refusal, *, now):
        pass


DOVES = {"official-account": Doves()}


def claim(runtime, *, now=MORNING, limit=100, token="me"):
    claiming = partial(outbox.claim, channels=DOVES, token=token, now=now, limit=limit)
    return run(runtime.sessions.write, claiming).letters


def record(runtime, letter, outcome):
    return run(runtime.sessions.write, lambda session: write_down(session, DOVES, letter, outcome))


def close(runtime, until):
    closing = partial(outbox.close, channel="official-account", until_at=until, reason="TooFast")
    run(runtime.sessions.write, closing)


def sent(letter):
    return Outcome(Status.SENT, at=MORNING, due_at=MORNING, attempts=letter.attempts, receipt=Receipt("1"))


def numbers(letters):
    return [int(letter.words["n"]) for letter in letters]


def due(runtime, now=MORNING):
    with runtime.sessions.read() as session:
        return outbox.anything_due(session, DOVES, now=now)


def test_what_is_claimed_is_claimed_once(runtime):
    decide(runtime, "a", "b", "c")
    assert numbers(claim(runtime, limit=2)) == [0, 1]
    assert numbers(claim(runtime)) == [2]
    assert claim(runtime) == []
    assert not due(runtime)


def test_of_a_member_only_the_first_until_it_has_ended(runtime):
    decide(runtime, "a", "a", "b", "a")
    first, other = claim(runtime)
    assert numbers([first, other]) == [0, 2]
    assert claim(runtime) == []
    record(runtime, first, sent(first))
    assert numbers(claim(runtime)) == [1]


def test_a_message_that_waits_for_its_next_try_holds_the_member_s_later_ones(runtime):
    decide(runtime, "a", "a")
    (first,) = claim(runtime)
    later = MORNING + timedelta(seconds=5)
    record(runtime, first, Outcome(Status.WAITING, MORNING, later, attempts=1))
    assert not due(runtime, later - TICK)
    assert claim(runtime, now=later - TICK) == []
    assert numbers(claim(runtime, now=later)) == [0]


def test_a_message_put_off_puts_off_its_member_s_later_ones_and_nobody_else_s(runtime):
    decide(runtime, "a", "a", "b")
    first, _ = claim(runtime, limit=2)
    later = MORNING + timedelta(seconds=5)
    record(runtime, first, Outcome(Status.WAITING, MORNING, later, attempts=1))
    assert [row.due_at for row in rows(runtime)[-3:]] == [later, later, MORNING + LEASE]


def test_a_claim_whose_deliverer_died_is_taken_over_when_its_lease_ends(runtime):
    decide(runtime, "a")
    (lost,) = claim(runtime, token="dead")
    assert claim(runtime, now=MORNING + LEASE - TICK) == []
    (taken,) = claim(runtime, now=MORNING + LEASE, token="alive")
    assert (lost.unsure_since, taken.unsure_since) == (None, MORNING)
    assert (taken.id, taken.attempts) == (lost.id, 2)


def test_who_lost_the_lease_records_nothing(runtime):
    decide(runtime, "a")
    (lost,) = claim(runtime, token="slow")
    (taken,) = claim(runtime, now=MORNING + LEASE, token="quick")
    assert not record(runtime, lost, Outcome(Status.DEAD, MORNING, MORNING, attempts=1))
    assert record(runtime, taken, sent(taken))
    assert not record(runtime, lost, Outcome(Status.DEAD, MORNING, MORNING, attempts=1))
    assert rows(runtime)[-1].status == Status.SENT


def test_nothing_goes_through_a_closed_channel(runtime):
    decide(runtime, "a")
    until = MORNING + timedelta(minutes=1)
    run(
        runtime.sessions.write,
        lambda session: outbox.close(session, channel="official-account", until_at=until, reason="TooFast"),
    )
    assert claim(runtime, now=until - TICK) == []
    assert not due(runtime, until - TICK)
    assert due(runtime, until)
    assert len(claim(runtime, now=until)) == 1


def test_a_closure_is_never_shortened(runtime):
    tomorrow, soon = MORNING + timedelta(days=1), MORNING + timedelta(minutes=1)
    for until in (soon, tomorrow, soon):
        run(
            runtime.sessions.write,
            lambda session, until=until: outbox.close(session, channel="official-account", until_at=until, reason="R"),
        )
    with runtime.sessions.read() as session:
        assert session.scalars(select(Closure.until_at)).all() == [tomorrow]


def test_the_longest_due_come_first(runtime):
    decide(runtime, "a", "b")
    (first,) = claim(runtime, limit=1)
    record(runtime, first, Outcome(Status.WAITING, MORNING, MORNING + timedelta(seconds=5), attempts=1))
    later = MORNING + timedelta(seconds=9)
    assert [numbers(claim(runtime, now=later, limit=1)) for _ in range(2)] == [[1], [0]]


def many(runtime, count):
    """That many messages, eight for each of their members."""
    decide(runtime, *(number % (count // 8) for number in range(count)))


def drain(runtime, claiming):
    """All that four deliverers claim between them, each letter recorded as sent."""

    def work(number):
        mine, idle = [], 0
        while idle < 3:
            letters = run(runtime.sessions.write, lambda session: claiming(session, token=f"t{number}", limit=4))
            idle = 0 if letters else idle + 1
            for letter in letters:
                record(runtime, letter, sent(letter))
            mine += [letter.id for letter in letters]
        return mine

    return [letter_id for mine in race(4, work) for letter_id in mine]


def guarded(session, *, token, limit):
    return outbox.claim(session, DOVES, token=token, now=MORNING, limit=limit).letters


def unguarded(session, *, token, limit):
    """What a claim without guard does: look, then take."""
    ids = session.scalars(outbox._due(Queue.AT_ONCE, MORNING).limit(limit)).all()
    session.execute(update(Message).where(Message.id.in_(ids)).values(token=token, due_at=MORNING + LEASE))
    found = session.scalars(select(Message).where(Message.id.in_(ids))).all()
    return [outbox._letter(message, Go("official-account", ""), message.words, MORNING) for message in found]


def still_waiting(runtime):
    with runtime.sessions.read() as session:
        return session.scalar(select(func.count()).where(Message.status == Status.WAITING))


def test_many_deliverers_claim_each_message_once(mariadb, clock):
    runtime = make_runtime(mariadb, clock)
    many(runtime, 160)
    claimed = drain(runtime, guarded)
    while still_waiting(runtime):  # all may have looked while each member's first was under way
        claimed += drain(runtime, guarded)
    assert len(claimed) == len(set(claimed)) == 160


def test_without_the_guard_messages_are_claimed_twice(mariadb, clock):
    """Shows that the test above can fail."""
    runtime = make_runtime(mariadb, clock)
    many(runtime, 64)
    claimed = drain(runtime, unguarded)
    assert len(claimed) > len(set(claimed))


def test_the_guard_alone_is_enough_where_skip_locked_locks_nothing(mariadb, clock):
    """Some clusters of the MySQL protocol read SKIP LOCKED and lock nothing."""
    runtime = make_runtime(mariadb, clock)
    decide(runtime, *range(20))
    with rewritten(mariadb, "FOR UPDATE SKIP LOCKED", ""), meeting(mariadb, "UPDATE messages", patience=20):
        claimed = race(4, lambda number: claim(runtime, token=f"t{number}", limit=20))
    ids = [letter.id for letters in claimed for letter in letters]
    assert len(ids) == len(set(ids)) == 20


def put(runtime, number, **parts):
    """Change the message of a number."""
    which = update(Message).where(Message.cause == number.to_bytes(32, "big"))
    run(runtime.sessions.write, lambda session: session.execute(which.values(**parts)))


def test_what_waits_for_the_morning_holds_up_nothing_urgent(runtime):
    decide(runtime, "a", "a", "a")
    later = MORNING + timedelta(hours=9)
    put(runtime, 0, queue=Queue.BY_DAY, due_at=later)
    put(runtime, 2, queue=Queue.BY_DAY)
    assert numbers(claim(runtime)) == [1]
    assert claim(runtime) == []  # of its queue the one before has not ended
    assert numbers(claim(runtime, now=later)) == [0]


def test_queues_are_served_in_turn(runtime):
    decide(runtime, "a", "b", "c")
    put(runtime, 0, queue=Queue.MARKETING)
    put(runtime, 1, queue=Queue.BY_DAY)
    assert [numbers(claim(runtime, limit=1)) for _ in range(3)] == [[2], [1], [0]]


def test_of_a_member_s_marketing_one_is_under_way(runtime):
    decide(runtime, "a", "a")
    put(runtime, 0, queue=Queue.MARKETING)
    put(runtime, 1, queue=99_999)  # no broadcast of that number runs
    assert numbers(claim(runtime)) == [0]
