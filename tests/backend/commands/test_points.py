from datetime import timedelta

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


def test_an_account_that_there_is_not_is_not_called_sound(flask, members):
    result = flask("points", "verify", "--member", members[0], "--member", 5)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "points.no-account" in result.stderr


def test_more_accounts_than_a_batch(flask, members):
    assert flask("points", "verify", *(part for one in members * 100 for part in ("--member", one))).exit_code == 0


@pytest.fixture
def member(sessions):
    with sessions.write.begin() as session:
        found = make_member(session)
        checkin.check_in(session, found.id, now=MORNING + timedelta(hours=1))
    return found


@pytest.mark.parametrize(
    ("at", "balance"), [("2026-03-01T09:59:59", 100), ("2026-03-01T10:00:00", 105), ("2026-02-28T00:00:00Z", 0)]
)
def test_the_balance_of_any_past_instant(answer, member, clock, at, balance):
    clock.move(timedelta(hours=2))
    told = answer("points", "balance", member.card_no, "--at", at)
    assert (told["card_no"], told["balance"]) == (member.card_no, balance)


def test_the_balance_of_now(flask, member, clock):
    clock.move(timedelta(hours=2))
    shown = flask("points", "balance", member.card_no).stdout
    assert shown == f"card_no: {member.card_no}\nat: 2026-03-01T11:00:00+08:00\nbalance: 105\n"


def test_nobody_knows_a_balance_before_its_time(flask, member):
    refused = flask("points", "balance", member.card_no, "--at", "2026-03-01T09:00:01")
    assert refused.exit_code == 1
    assert "insights.instant-ahead" in refused.output


def test_a_statement_in_words(answer, flask, member):
    first, second = answer("points", "statement", member.card_no)
    assert first == {
        "seq": 2,
        "at": "2026-03-01T10:00:00+08:00",
        "words": "签到奖励",
        "amount": 5,
        "balance_after": 105,
        "cause": "2026年3月1日签到",
        "kind": "earn",
    }
    assert (second["words"], second["cause"]) == ("入会礼", "")
    assert "签到奖励" in flask("points", "statement", member.card_no).stdout


def test_parts_of_a_statement(answer, flask, member):
    assert [line["seq"] for line in answer("points", "statement", member.card_no, "--limit", 1)] == [2]
    assert [line["seq"] for line in answer("points", "statement", member.card_no, "--before", 2)] == [1]
    assert flask("points", "statement", member.card_no, "--month", "2026-02").stdout == "No lines.\n"


def test_an_unknown_card_is_refused(flask, members):
    assert flask("points", "statement", "0000000000").exit_code == 1


def test_nobody_is_frozen(flask, members):
    assert flask("points", "frozen").stdout == "No account is frozen.\n"
