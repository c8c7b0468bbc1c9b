import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from backend.messaging.deciding import columns, decide
from backend.messaging.models import Message
from backend.messaging.rules import Status
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime

TOLD = {"words": {"tier": "金卡", "at": "2026年3月1日 09:00"}, "now": MORNING}


@pytest.fixture
def runtime(engine, clock):
    """Deciding asks nobody."""
    return make_runtime(engine, clock)


@pytest.fixture
def member_id(session):
    return make_member(session).id


def test_a_message_is_due_at_once_one_by_one_and_together_alike(session, member_id):
    decide(session, member_id, "tier_reached", cause=("1",), **TOLD)
    session.execute(insert(Message), [columns(member_id, "tier_reached", cause=("2",), **TOLD)])
    session.flush()
    one, other = session.scalars(select(Message).where(Message.template == "tier_reached")).all()
    assert (one.status, one.due_at, one.decided_at, one.words) == (Status.WAITING, MORNING, MORNING, TOLD["words"])
    assert (other.status, other.due_at, other.words) == (one.status, one.due_at, one.words)


def test_a_cause_is_told_once_of_each_template_and_member(session, member_id):
    for told, template in (
        (member_id, "tier_reached"),
        (member_id, "tier_lost"),
        (make_member(session).id, "tier_lost"),
    ):
        decide(session, told, template, cause=("1",), **TOLD)
    session.flush()
    decide(session, member_id, "tier_reached", cause=("1",), **TOLD)
    with pytest.raises(IntegrityError):
        session.flush()
