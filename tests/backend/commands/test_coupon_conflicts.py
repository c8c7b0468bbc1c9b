import pytest

from tests.factories.conflicts import make_conflict
from tests.factories.coupons import READER, WRITER
from tests.factories.members import make_member
from tests.factories.stores import make_store


@pytest.fixture
def member(sessions):
    with sessions.write.begin() as session:
        return make_member(session)


@pytest.fixture
def conflict_id(sessions, member):
    with sessions.write.begin() as session:
        return str(make_conflict(session, member=member, store=make_store(session, code="HQ")).id)


def test_a_conflict_is_closed_listed_when_asked_for_and_reopened(answer, flask, conflict_id, member):
    (told,) = answer("coupons", "conflicts", "list")
    assert [told[name] for name in ("id", "ref", "reason", "decision")] == [conflict_id, "K-1", "coupons.used", None]
    assert (told["store"], told["card_no"]) == ("HQ", member.card_no)
    why = ("--note", "店长确认", "--by", WRITER)
    closed = answer("coupons", "conflicts", "close", conflict_id, "store-bears", *why)
    assert (closed["decision"], closed["decided"]) == (
        "store-bears",
        f"2026-03-01T09:00:00+08:00 {WRITER} store-bears 店长确认",
    )
    assert answer("coupons", "conflicts", "close", conflict_id, "store-bears", *why) == closed
    assert answer("coupons", "conflicts", "list") == []
    assert answer("coupons", "conflicts", "list", "--all") == [closed]
    opened = answer("coupons", "conflicts", "reopen", conflict_id, "--note", "有误", "--by", READER)
    assert opened["decision"] is None
    assert answer("coupons", "conflicts", "list", "--before", int(conflict_id) + 1) == [opened]
    assert flask("coupons", "conflicts", "list", "--before", conflict_id).stdout == "There are no such conflicts.\n"


def test_what_is_refused_is_one_line(flask, conflict_id):
    refused = flask("coupons", "conflicts", "close", "7", "mistaken", "--note", "试", "--by", WRITER)
    assert (refused.exit_code, "(coupons.conflict-unknown)" in refused.stderr) == (1, True)
    assert flask("coupons", "conflicts", "close", conflict_id, "gift", "--note", "试", "--by", WRITER).exit_code == 2
