from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import delete, func, select

from backend import messaging
from backend.kit.db import run
from backend.messaging.channels import Letter, Receipt
from backend.messaging.models import Delivery, Message, Report
from backend.messaging.recording import Outcome, record
from backend.messaging.rules import Delivered, Status
from tests.backend.messaging.test_outbox import DOVES
from tests.factories.members import make_member
from tests.factories.messages import make_message
from tests.support.clocks import MORNING
from tests.support.meetings import lockless, meeting_at_commit
from tests.support.races import race
from tests.support.runtimes import make_runtime

LATER = MORNING + timedelta(seconds=3)
OA = "official-account"
BLOCKED = {"status": Delivered.UNREACHABLE, "error": "failed:user block"}


def under_way(session):
    """A letter that the channel has taken, and nobody has noted so yet."""
    member_id = make_member(session).id
    session.execute(delete(Message))
    message = make_message(session, member_id, token="t", channel=OA, attempts=1, unsure_since=MORNING)
    return Letter(message.id, member_id, "tier_lost", message.words, 0, OA, "o1", "t", 1, MORNING, None)


def note(session, letter):
    taken = Outcome(Status.SENT, MORNING, due_at=MORNING, attempts=1, receipt=Receipt("4711"))
    return record(session, DOVES, letter, taken)


def say(session, *, status=Delivered.SHOWN, error=None, now=LATER):
    messaging.report(session, channel=OA, msgid="4711", status=status, error=error, now=now)


def state(session, letter):
    """Of the message and of its delivery."""
    row = session.execute(select(Message.status, Message.channel).where(Message.id == letter.id)).one()
    delivery = session.execute(select(Delivery.status, Delivery.error, Delivery.ended_at)).one()
    return tuple(row), tuple(delivery)


SHOWN = ((Status.SENT, OA), (Delivered.SHOWN, None, LATER))
NOT_SHOWN = ((Status.WAITING, None), (Delivered.UNREACHABLE, "failed:user block", LATER))


def test_what_was_shown_is_known_to_have_arrived(session):
    letter = under_way(session)
    assert note(session, letter) is Status.SENT
    say(session)
    assert state(session, letter) == SHOWN


def test_a_word_that_comes_before_our_note_is_heard(session):
    letter = under_way(session)
    say(session)
    assert note(session, letter) is Status.SENT
    assert state(session, letter) == SHOWN


@pytest.mark.parametrize("early", [True, False])
def test_what_was_not_shown_after_all_waits_for_the_channels_that_are_left(session, early):
    letter = under_way(session)
    first, second = (partial(say, **BLOCKED), partial(note, letter=letter))[:: 1 if early else -1]
    first(session)
    second(session)
    assert state(session, letter) == NOT_SHOWN


def test_the_first_word_stands(session):
    letter = under_way(session)
    note(session, letter)
    say(session)
    say(session, **BLOCKED, now=LATER + timedelta(seconds=1))
    assert state(session, letter) == SHOWN


def test_a_word_on_what_is_not_ours_changes_nothing(session):
    letter = under_way(session)
    note(session, letter)
    messaging.report(session, channel=OA, msgid="0815", status=Delivered.SHOWN, now=LATER)
    assert state(session, letter) == ((Status.SENT, OA), (Delivered.SENT, None, MORNING))


def test_reports_are_kept_for_some_days(session):
    say(session, now=MORNING)
    assert messaging.forget_reports(session, before=MORNING, limit=9) == 0
    assert messaging.forget_reports(session, before=LATER, limit=9) == 1
    assert session.scalar(select(func.count()).select_from(Report)) == 0


def both_at_once(runtime):
    """Our note and the channel's word, neither committed when the other is written."""
    letter = run(runtime.sessions.write, under_way)
    works = (partial(note, letter=letter), partial(say, **BLOCKED))
    with meeting_at_commit(runtime.sessions.write.kw["bind"], patience=1):
        race(2, lambda number: run(runtime.sessions.write, works[number]))
    with runtime.sessions.read() as session:
        return state(session, letter)


def test_a_word_that_comes_at_the_very_moment_of_our_note_is_heard(mariadb, clock):
    assert both_at_once(make_runtime(mariadb, clock)) == NOT_SHOWN


def test_without_locks_it_is_lost(mariadb, clock):
    """Shows that the test above can fail."""
    with lockless(mariadb):
        lost = both_at_once(make_runtime(mariadb, clock))
    assert lost == ((Status.SENT, OA), (Delivered.SENT, None, MORNING))
