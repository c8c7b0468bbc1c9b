from datetime import date

import pytest

from backend import members
from tests.factories.members import make_member
from tests.support.phone import member_client
from tests.support.till import open_till

PHONE = "13812345678"


@pytest.fixture
def member(sessions):
    with sessions.write.begin() as session:
        return make_member(session, phone=PHONE, nickname="王小红")


def test_show_masks_what_is_personal(answer, flask, member):
    assert answer("members", "show", member.card_no) == {
        "id": str(member.id),
        "card_no": member.card_no,
        "status": "active",
        "name": "王*",
        "phone": "138****5678",
        "birthday_set": False,
        "joined_at": "2026-03-01T09:00:00+08:00",
        "tier": "普通",
        "growth": 0,
        "points": 100,
        "held": 0,
        "debt": 0,
    }
    shown = flask("members", "show", member.card_no).stdout
    assert "138****5678" in shown
    assert not any(word in shown for word in (PHONE, "王小红"))


def test_corrected_birthday_is_set_and_not_shown(answer, flask, sessions, member):
    for day in (date(1990, 4, 5), date(1990, 5, 4)):
        result = flask("members", "correct-birthday", member.card_no, day.isoformat())
        assert (result.exit_code, result.stdout) == (0, f"The birthday of {member.card_no} is corrected.\n")
        with sessions.read() as session:
            assert members.profile(session, members.get(session, member.id)).birthday == day
    assert answer("members", "show", member.card_no)["birthday_set"] is True
    assert "1990" not in flask("members", "show", member.card_no).stdout


def test_birthday_to_come_is_refused(flask, member):
    result = flask("members", "correct-birthday", member.card_no, "2026-03-02")
    assert result.exit_code == 1
    assert "(members.birthday-refused)" in result.stderr


def test_unreadable_birthday(flask, member):
    result = flask("members", "correct-birthday", member.card_no, "4 May")
    assert result.exit_code == 2
    assert "%Y-%m-%d" in result.stderr


def test_blocked_member_is_refused_by_phone_and_till_until_unblocked(app, flask, member):
    phone, till = member_client(app, member.id), open_till(app)

    def answers():
        seen = (phone.get("/api/mp/v1/me"), till.post("/members/lookup", {"phone": PHONE}))
        return [(one.status_code, one.json.get("code")) for one in seen]

    assert flask("members", "block", member.card_no).stdout == f"{member.card_no} is blocked.\n"
    assert answers() == [(403, "members.blocked")] * 2
    assert flask("members", "unblock", member.card_no).stdout == f"{member.card_no} is active.\n"
    assert answers() == [(200, None)] * 2


@pytest.mark.parametrize(
    "command", [("show",), ("block",), ("unblock",), ("correct-birthday", "1990-05-04")], ids=lambda command: command[0]
)
def test_unknown_card(flask, command):
    name, *rest = command
    result = flask("members", name, "800000000000", *rest)
    assert result.exit_code == 1
    assert "(members.unknown)" in result.stderr


@pytest.mark.parametrize(
    "command", [("block",), ("unblock",), ("correct-birthday", "1990-05-04")], ids=lambda command: command[0]
)
def test_closed_member_is_left_alone(flask, sessions, member, command):
    with sessions.write.begin() as session:
        members.get(session, member.id).status = members.CLOSED
    name, *rest = command
    result = flask("members", name, member.card_no, *rest)
    assert result.exit_code == 1
    assert "(members.closed)" in result.stderr


def test_tags_are_put_listed_and_taken(answer, flask, member):
    assert "has no tags" in flask("members", "tags", member.card_no).stdout
    for word in ("VIP", "宝妈"):
        assert flask("members", "tag", member.card_no, word).stdout == f"{member.card_no} has the tag {word}.\n"
    assert flask("members", "untag", member.card_no, "VIP").exit_code == 0
    assert answer("members", "tags", member.card_no) == [{"tag": "宝妈"}]


def test_what_is_no_tag_is_refused(flask, member):
    result = flask("members", "tag", member.card_no, " ")
    assert result.exit_code == 1
    assert "(members.tag-refused)" in result.stderr
