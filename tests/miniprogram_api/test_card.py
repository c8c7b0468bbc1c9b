from datetime import timedelta

import pytest

from backend import members
from tests.factories.members import make_identity, make_member
from tests.support.clocks import MORNING
from tests.support.phone import member_client
from tests.support.runtimes import KEYS
from tests.support.statements import statements_on

URL = "/api/mp/v1/me/card"


@pytest.fixture
def member(sessions):
    with sessions.write.begin() as session:
        return make_member(session)


def test_the_anonymous_are_refused(client):
    assert client.get(URL).status_code == 401


def test_who_has_not_joined_is_refused(app, sessions):
    with sessions.write.begin() as session:
        visitor = make_identity(session)
    assert member_client(app, visitor).get(URL).json["code"] == "members.not-joined"


def test_the_card_shows_a_code_that_a_till_can_redeem(app, sessions, member):
    shown = member_client(app, member.id).get(URL).json
    assert shown["card_no"] == member.card_no
    assert shown["code_expires_at"] == "2026-03-01T01:01:00Z"
    with sessions.write.begin() as session:
        found = members.redeem_card_code(session, shown["code"], key=KEYS.card_codes, now=MORNING)
        assert found.id == member.id


def test_the_code_changes_with_the_second(app, member, clock):
    phone = member_client(app, member.id)
    first = phone.get(URL).json["code"]
    clock.move(timedelta(seconds=1))
    assert phone.get(URL).json["code"] != first


def test_showing_the_card_costs_one_statement_and_writes_nothing(app, engine, member):
    phone = member_client(app, member.id)
    with statements_on(engine) as said:
        phone.get(URL)
    assert len(said) == 1
    assert said[0].startswith("SELECT")
