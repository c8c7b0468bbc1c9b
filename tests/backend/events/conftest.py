import pytest
from sqlalchemy import select

from backend import points
from backend.messaging.models import Message
from tests.factories.events import first_session, make_event
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.databases import sqlite_copy


@pytest.fixture
def engine(sqlite_template, tmp_path):
    """One engine: what the engines do differently are locks, and those are raced for on MariaDB."""
    with sqlite_copy(sqlite_template, tmp_path) as engine:
        yield engine


@pytest.fixture
def member_id(session):
    """A member with the 100 points that joining gives."""
    return make_member(session).id


@pytest.fixture
def others(session):
    """Make so many further members, each with 100 points."""
    return lambda count: [make_member(session).id for _ in range(count)]


@pytest.fixture
def event(session):
    """An event with two places, free of charge, one companion allowed."""
    return make_event(session, terms={"companions": 1})


@pytest.fixture
def place(session, event):
    return first_session(session, event)


@pytest.fixture
def purse(session):
    """What a member has: points that are available, and held."""

    def look(member_id, *, now=MORNING):
        balance = points.summary(session, member_id, now=now)
        return balance.available, balance.held

    return look


@pytest.fixture
def heard(session):
    """The templates of what a member was told of events."""

    def look(member_id):
        own = select(Message.template).where(Message.member_id == member_id, Message.template.startswith("event_"))
        return session.scalars(own.order_by(Message.id)).all()

    return look
