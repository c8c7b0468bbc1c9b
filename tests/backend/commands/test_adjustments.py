import pytest

from backend import points
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.support.clocks import MORNING

ASKED = ("--reason", "correction", "--note", "收银漏录", "--by", "chen")


@pytest.fixture
def member(sessions):
    with sessions.write.begin() as session:
        make_operator(session, "chen")
        make_operator(session, "anna", role="admin")
        return make_member(session)


@pytest.fixture
def waiting(answer, member):
    """The id of one that waits."""
    return answer("adjustments", "request", member.card_no, "--points", 501, *ASKED)["id"]


def available(sessions, member):
    with sessions.read() as session:
        return points.summary(session, member.id, now=MORNING).available


def test_within_the_limits_points_move_at_once(answer, sessions, member):
    assert answer("adjustments", "request", member.card_no, "--points", "-40", *ASKED) == {
        "id": answer("adjustments", "list")[0]["id"],
        "card_no": member.card_no,
        "points": -40,
        "reason": "差错更正",
        "note": "收银漏录",
        "status": "applied",
        "asked_by": "chen",
        "asked_at": "2026-03-01T09:00:00+08:00",
        "decided_by": "chen",
        "decided_at": "2026-03-01T09:00:00+08:00",
        "reversed_by": None,
    }
    assert available(sessions, member) == 60


def test_the_same_key_again_changes_nothing(answer, sessions, member):
    ask = ("adjustments", "request", member.card_no, "--points", 5, *ASKED, "--key", "ticket-7")
    assert answer(*ask) == answer(*ask)
    assert available(sessions, member) == 105


def test_a_second_operator_approves_and_anyone_who_may_reverses(answer, sessions, member, waiting):
    assert answer("adjustments", "approve", waiting, "--by", "anna", "--note", "见小票")["status"] == "applied"
    assert available(sessions, member) == 601
    undone = answer("adjustments", "reverse", waiting, "--by", "anna", "--note", "录错卡号")
    assert (undone["status"], undone["decided_by"], undone["reversed_by"]) == ("reversed", "anna", "anna")
    assert available(sessions, member) == 100


def test_refused_and_withdrawn(answer, sessions, member, waiting):
    assert answer("adjustments", "refuse", waiting, "--by", "anna", "--note", "没有凭证")["status"] == "refused"
    other = answer("adjustments", "request", member.card_no, "--points", 502, *ASKED)["id"]
    assert answer("adjustments", "withdraw", other, "--by", "chen")["status"] == "withdrawn"
    assert available(sessions, member) == 100


def test_list_by_status_and_card_page_by_page(answer, flask, sessions, member, waiting):
    for number in (1, 2):
        answer("adjustments", "request", member.card_no, "--points", number, *ASKED)
    with sessions.write.begin() as session:
        other = make_member(session)
    assert [row["points"] for row in answer("adjustments", "list")] == [2, 1, 501]
    assert [row["id"] for row in answer("adjustments", "list", "--status", "waiting")] == [waiting]
    first = answer("adjustments", "list", "--limit", 2)
    assert [row["points"] for row in answer("adjustments", "list", "--before", first[-1]["id"])] == [501]
    assert answer("adjustments", "list", "--card", other.card_no) == []
    assert "差错更正" in flask("adjustments", "list").stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("request", "800000000000", "--points", 5, *ASKED), "members.unknown"),
        (("request", "{card}", "--points", "-500", *ASKED), "points.insufficient"),
        (("request", "{card}", "--points", 5, *ASKED[:-1], "nobody"), "operators.unknown"),
        (("approve", "{waiting}", "--by", "chen"), "adjustments.same-person"),
        (("reverse", "{waiting}", "--by", "anna", "--note", "误"), "adjustments.not-applied"),
        (("withdraw", 7, "--by", "chen"), "adjustments.unknown"),
        (("extend", "{card}", 99, "2027-06-30", "--reason", "停业", "--by", "chen"), "points.lot-unknown"),
    ],
)
def test_a_refusal_is_one_line_and_exit_code_1(flask, member, waiting, arguments, code):
    given = [str(one).format(card=member.card_no, waiting=waiting) for one in arguments]
    result = flask("adjustments", *given)
    assert result.exit_code == 1
    assert f"({code})" in result.stderr


def test_lots_and_their_extension(answer, flask, member):
    (lot,) = answer("adjustments", "lots", member.card_no)
    assert lot == {"lot": 1, "points": 100, "of": 100, "last_day": "2027-03-01"}
    put_off = answer(
        "adjustments", "extend", member.card_no, lot["lot"], "2027-06-30", "--reason", "停业", "--by", "chen"
    )
    assert put_off == {**lot, "last_day": "2027-06-30"}
    assert "2027-06-30" in flask("adjustments", "lots", member.card_no).stdout


def test_freeze_and_unfreeze(flask, member):
    def say(verb, by):
        return flask("adjustments", verb, member.card_no, "--reason", "核对", "--by", by)

    assert say("freeze", "chen").stdout == f"The account of {member.card_no} is frozen.\n"
    assert "frozen before" in say("freeze", "chen").stdout
    refused = say("unfreeze", "chen")
    assert (refused.exit_code, "(adjustments.beyond-allowance)" in refused.stderr) == (1, True)
    assert say("unfreeze", "anna").stdout == f"The account of {member.card_no} goes on.\n"
    assert "was not frozen" in say("unfreeze", "anna").stdout


def test_no_decision_without_who(flask, member, waiting):
    result = flask("adjustments", "approve", waiting)
    assert result.exit_code == 2
    assert "--by" in result.stderr
