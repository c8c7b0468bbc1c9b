import pytest

from backend import risk
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.support.clocks import MORNING

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

BY = ("--by", "anna", "--reason", "刷单")


@pytest.fixture
def card_no(sessions):
    with sessions.write.begin() as session:
        make_operator(session, "anna")
        member = make_member(session)
        session.flush()
        risk.note_login(session, member.id, risk.Trace(device="d"), now=MORNING)
        return member.card_no


def test_blocked_listed_and_lifted(answer, flask, card_no):
    (member,) = answer("risk", "block", "member", card_no, *BY)
    (device,) = answer("risk", "block", "devices", card_no, *BY)
    (network,) = answer("risk", "block", "network", "203.0.113.9", *BY)
    assert (member["card_no"], device["kind"], network["reason"]) == (card_no, "device", "刷单")
    assert [one["id"] for one in answer("risk", "list")] == [network["id"], device["id"], member["id"]]
    assert answer("risk", "unblock", device["id"], *BY)["lifted_by"] == "anna"
    assert [one["id"] for one in answer("risk", "list", "--limit", 1)] == [network["id"]]
    assert len(answer("risk", "list", "--all", "--before", network["id"])) == 2
    again = flask("risk", "block", "member", card_no, *BY)
    assert (again.exit_code, "risk.blocked-already" in again.output) == (1, True)


@pytest.mark.parametrize("words", [("network", "机房"), ("member", "80000"), ("devices", "80000")])
def test_what_cannot_be_blocked_is_refused(flask, card_no, words):
    assert card_no
    assert flask("risk", "block", *words, *BY).exit_code == 1
