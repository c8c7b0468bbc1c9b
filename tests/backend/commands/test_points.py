import pytest
from sqlalchemy import text

from backend import checkin
from tests.factories.members import make_member
from tests.support.clocks import MORNING


@pytest.fixture
def members(sessions):
    with sessions.write.begin() as session:
        found = [make_member(session, phone=f"1380000000{number}").id for number in range(3)]
        for member_id in found:
            checkin.check_in(session, member_id, now=MORNING)
    return found


def test_sound_ledger(flask, members):
    result = flask("points", "verify")
    assert (result.exit_code, result.stdout) == (0, "3 accounts, no fault.\n")


def test_tampered_line_is_named_and_the_exit_code_is_1(flask, sessions, members):
    with sessions.write.begin() as session:
        session.execute(
            text("UPDATE point_entries SET amount = amount + 1 WHERE member_id = :id AND seq = 2"), {"id": members[1]}
        )
    result = flask("points", "verify", "--json")
    assert result.exit_code == 1
    assert f'"member_id": {members[1]}' in result.stdout
    assert "point_entries seq 2" in result.stdout
    assert str(members[0]) not in result.stdout


def test_one_member(flask, members):
    assert flask("points", "verify", "--member", members[0]).stdout == "1 accounts, no fault.\n"


def test_more_accounts_than_a_batch(flask, members):
    assert flask("points", "verify", *(part for one in members * 100 for part in ("--member", one))).exit_code == 0
