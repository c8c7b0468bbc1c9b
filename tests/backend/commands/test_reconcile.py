import json

import pytest
from sqlalchemy import text

from tests.factories.members import make_member


@pytest.fixture
def members(sessions):
    with sessions.write.begin() as session:
        return [make_member(session) for _ in range(3)]


@pytest.fixture
def damaged(sessions, members):
    with sessions.write.begin() as session:
        session.execute(
            text("UPDATE point_entries SET amount = amount + 1 WHERE member_id = :id"), {"id": members[1].id}
        )
    return members[1]


def test_sound_accounts(flask, members):
    result = flask("points", "reconcile")
    assert (result.exit_code, result.stdout) == (0, "3 accounts, no fault.\n")


def test_what_is_wrong_is_told_and_frozen_and_the_exit_code_is_1(flask, answer, damaged):
    result = flask("points", "reconcile", "--json")
    assert result.exit_code == 1
    first, *_ = json.loads(result.stdout)
    assert first == {
        "member_id": str(damaged.id),
        "domain": "points",
        "place": "point_entries seq 1",
        "what": "the line does not fit the chain",
        "frozen": True,
    }
    (frozen,) = answer("points", "frozen")
    assert (frozen["card_no"], frozen["member_id"]) == (damaged.card_no, str(damaged.id))
    assert "point_entries seq 1" in frozen["reason"]


def test_a_table_for_people(flask, damaged):
    shown = flask("points", "reconcile").stdout
    assert str(damaged.id) in shown
    assert "the line does not fit the chain" in shown


def test_only_reporting_freezes_nobody(flask, damaged):
    assert flask("points", "reconcile", "--report-only").exit_code == 1
    assert flask("points", "frozen").stdout == "No account is frozen.\n"


def test_beginning_anew(flask, members):
    flask("points", "reconcile")
    assert flask("points", "reconcile", "--from-start").stdout == "3 accounts, no fault.\n"
