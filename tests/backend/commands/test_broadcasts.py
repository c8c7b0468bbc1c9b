import json

import pytest

from backend import messaging
from backend.messaging.models import Message
from config import policy
from tests.factories.broadcasts import MAKER, OTHER
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.support.clocks import MORNING

WORDS = ("--word", "title=周年庆", "--word", "text=满三百减五十")
BY = ("--by", MAKER)


@pytest.fixture(autouse=True)
def people(sessions):
    """Three members who joined the day before."""
    with sessions.write.begin() as session:
        for login in (MAKER, OTHER):
            make_operator(session, login)
        return [make_member(session, now=MORNING.replace(day=28, month=2)) for _ in range(3)]


@pytest.fixture
def drafted(answer):
    return answer("broadcasts", "create", "周年庆", *WORDS, *BY)["id"]


def test_a_draft_is_made_and_listed(answer):
    made = answer("broadcasts", "create", "周年庆", *WORDS, *BY, "--per-minute", 600)
    assert made == {
        "id": made["id"],
        "name": "周年庆",
        "template": "campaign",
        "kind": "marketing",
        "status": "draft",
        "expected": None,
        "planned": 0,
        "made_by": MAKER,
        "approved_by": None,
        "starts_at": None,
        "ended_at": None,
        "withdrawn_at": None,
    }
    other = answer("broadcasts", "create", "周年庆二", *WORDS, *BY)
    assert answer("broadcasts", "list") == [other, made]
    assert answer("broadcasts", "list", "--limit", 1, "--before", other["id"]) == [made]
    assert answer("broadcasts", "list", "--status", "done") == []


def test_a_draft_is_for_an_audience_and_a_list(answer, people, tmp_path):
    audience, cards = tmp_path / "audience.json", tmp_path / "cards.csv"
    audience.write_text(json.dumps({"joined_until": "2026-02-28"}))
    cards.write_text("卡号\n" + "\n".join(member.card_no for member in people[:2]))
    wanted = ("--audience", audience, "--list", cards)
    made = answer("broadcasts", "create", "老客", *WORDS, *BY, *wanted)["id"]
    assert answer("broadcasts", "preview", made)["members"] == 2


def test_a_line_that_is_nobody_is_told_and_may_be_left_out(flask, answer, people, tmp_path):
    cards = tmp_path / "cards.csv"
    cards.write_text(f"{people[0].card_no}\n000000000000\n")
    create = ("broadcasts", "create", "老客", *WORDS, *BY, "--list", cards)
    refused = flask(*create)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "line 2: 查无此会员" in refused.stderr
    assert answer("broadcasts", "preview", answer(*create, "--skip-faulty")["id"])["members"] == 1
    cards.write_text("000000000000\n")
    assert flask(*create, "--skip-faulty").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--word", "title"), "title is no NAME=TEXT"),
        (("--word", "title=周年庆"), "(broadcasts.words-refused)"),
        ((*WORDS, "--template", "nosuch"), "(broadcasts.template-unknown)"),
    ],
)
def test_what_cannot_be_drafted(flask, arguments, why):
    result = flask("broadcasts", "create", "周年庆", *arguments, *BY)
    assert result.exit_code
    assert why in result.stderr


def test_a_preview_tells_people_what_members_would_read(flask, drafted):
    told = flask("broadcasts", "preview", drafted).stdout
    for word in ("3 members", "only in the inbox: 3", "会员活动通知", "满三百减五十"):
        assert word in told


def test_a_test_goes_to_cards(flask, sessions, people, drafted):
    result = flask("broadcasts", "test", drafted, people[0].card_no, *BY)
    assert "Told 1 members" in result.stdout
    with sessions.read() as session:
        mine = session.query(Message).where(Message.member_id == people[0].id, Message.template == "campaign").one()
        assert mine.words["title"] == "周年庆"
    assert "members.unknown" in flask("broadcasts", "test", drafted, "000000000000", *BY).stderr


def test_it_is_started_planned_paused_resumed_stopped_and_withdrawn(answer, drafted):
    assert answer("broadcasts", "start", drafted, *BY)["status"] == "scheduled"
    planned = answer("broadcasts", "plan", drafted)
    assert (planned["status"], planned["planned"], planned["waiting"], planned["sent"]) == ("running", 3, 3, {})
    for verb, status in (("pause", "paused"), ("resume", "running"), ("stop", "stopped"), ("withdraw", "stopped")):
        assert answer("broadcasts", verb, drafted, *BY, "--note", "试")["status"] == status
    shown = answer("broadcasts", "show", drafted)
    assert [step.split()[2] for step in shown["steps"]] == ["withdraw", "stop", "resume", "pause", "start"]
    assert shown["steps"][0].endswith("试")
    assert shown["withdrawn_at"]
    assert shown["channels"] == []


def test_it_starts_at_a_time(answer, drafted):
    assert answer("broadcasts", "start", drafted, *BY, "--at", "2026-03-02T10:00")["starts_at"].startswith(
        "2026-03-02T10"
    )
    assert answer("broadcasts", "plan", drafted)["status"] == "scheduled"


def test_for_many_another_operator_is_asked(flask, answer, drafted, monkeypatch):
    monkeypatch.setattr(policy, "BROADCAST_ALONE", 2)
    assert "broadcasts.needs-approval" in flask("broadcasts", "start", drafted, *BY).stderr
    assert "broadcasts.same-person" in flask("broadcasts", "approve", drafted, *BY).stderr
    assert answer("broadcasts", "approve", drafted, "--by", OTHER)["approved_by"] == OTHER
    assert answer("broadcasts", "start", drafted, *BY)["expected"] == 3


def test_what_members_read_is_there_when_its_turn_has_come(answer, flask, sessions, people, drafted):
    answer("broadcasts", "start", drafted, *BY)
    answer("broadcasts", "plan", drafted)
    flask("messages", "deliver")
    with sessions.read() as session:
        newest = messaging.received(session, people[0].id, limit=1)[0]
    assert newest.lines[0] == ("活动名称", "周年庆")
