import json
from datetime import timedelta

import pytest

from backend import lifecycle, members, points
from backend.jobs import work
from backend.kit.db import run
from backend.points import Source
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.support.clocks import MORNING
from tests.support.phone import member_client
from tests.support.till import open_till

BY = ("--by", "anna", "--reason", "同一人")
PHONE = "13812345678"


@pytest.fixture
def pair(sessions):
    """The cards of who will be gone and of who stays."""
    with sessions.write.begin() as session:
        make_operator(session, "anna")
        return make_member(session, phone=PHONE), make_member(session)


def refusal(result):
    assert result.exit_code == 1, result.output
    return result.stderr.rpartition("(")[2].rstrip(")\n")


def test_a_dry_run_tells_what_would_move_and_moves_nothing(answer, sessions, pair):
    gone, into = pair
    seen = answer("members", "merge", gone.card_no, into.card_no, *BY, "--dry-run")
    assert seen == {
        "gone": gone.card_no,
        "into": into.card_no,
        "points": 100,
        "pending": 0,
        "debt": 0,
        "growth": 0,
        "set_aside": [],
        "refused_for": [],
    }
    with sessions.read() as session:
        assert members.get(session, gone.id).status == members.ACTIVE
    done = answer("members", "merge", gone.card_no, into.card_no, *BY)
    assert done == {name: seen[name] for name in done}


def test_a_dry_run_tells_why_a_merge_would_be_refused(flask, sessions, pair):
    gone, into = pair

    def pay(session):
        account = points.lock(session, gone.id, now=MORNING)
        points.reserve(session, account, 60, source=Source("cash-hold", "S1:1"), until=None, now=MORNING)
        members.block(session, into.id)

    run(sessions.write, pay)
    result = flask("members", "merge", gone.card_no, into.card_no, *BY, "--dry-run", "--json")
    assert result.exit_code == 1
    seen = json.loads(result.stdout)
    assert seen["set_aside"] == ["cash-hold S1:1: 60"]
    assert [one.rpartition("(")[2] for one in seen["refused_for"]] == [
        "lifecycle.member-blocked)",
        "lifecycle.holds-open)",
    ]
    refused = flask("members", "merge", gone.card_no, into.card_no, *BY)
    assert refusal(refused) == "lifecycle.member-blocked"


def test_the_old_card_the_old_phone_and_the_old_token_work_for_the_survivor(app, flask, answer, pair):
    gone, into = pair
    phone, till = member_client(app, gone.id), open_till(app)
    assert flask("members", "merge", gone.card_no, into.card_no, *BY).exit_code == 0
    assert phone.get("/api/mp/v1/me").json["card_no"] == into.card_no
    for who in ({"card_no": gone.card_no}, {"phone": PHONE}):
        found = till.post("/members/lookup", who).json
        assert (found["member_id"], found["points"]) == (str(into.id), 200)
    assert answer("members", "show", gone.card_no)["card_no"] == into.card_no
    assert refusal(flask("members", "merge", gone.card_no, into.card_no, *BY)) == "lifecycle.same-member"


@pytest.mark.parametrize("dry_run", [(), ("--dry-run",)])
def test_who_merges_must_be_known_and_say_why(flask, pair, dry_run):
    gone, into = pair
    nobody = flask("members", "merge", gone.card_no, into.card_no, "--by", "eve", "--reason", "x", *dry_run)
    assert refusal(nobody).startswith("operators.")
    silent = flask("members", "merge", gone.card_no, into.card_no, "--by", "anna", "--reason", " ", *dry_run)
    assert refusal(silent) == "lifecycle.reason-refused"
    assert refusal(flask("members", "merge", "800000000000", into.card_no, *BY, *dry_run)) == "members.unknown"


def test_closing_keeping_and_the_list(flask, answer, pair):
    one, other = pair
    assert flask("members", "closures").stdout == "There are none.\n"
    begun = answer("members", "close", one.card_no, "--by", "anna", "--reason", "来电要求")
    assert (begun["status"], begun["asked_by"], begun["reason"], begun["closes_at"]) == (
        "running",
        "anna",
        "来电要求",
        "2026-03-08T09:00:00+08:00",
    )
    assert answer("members", "close", one.card_no, *BY) == begun
    answer("members", "close", other.card_no, *BY)
    assert [row["card_no"] for row in answer("members", "closures")] == [other.card_no, one.card_no]
    assert [row["card_no"] for row in answer("members", "closures", "--before", begun["id"])] == []
    kept = answer("members", "keep", one.card_no)
    assert (kept["status"], kept["ended_at"]) == ("taken-back", "2026-03-01T09:00:00+08:00")
    assert [row["card_no"] for row in answer("members", "closures")] == [other.card_no]
    assert [row["card_no"] for row in answer("members", "closures", "--status", "taken-back")] == [one.card_no]
    assert refusal(flask("members", "keep", one.card_no)) == "lifecycle.not-closing"


def test_a_closed_card_opens_nothing(app, flask, answer, sessions, runtime, clock, pair):
    one, _ = pair
    answer("members", "close", one.card_no, *BY)
    clock.move(timedelta(days=7))
    assert work.close_memberships(runtime, clock.now()) == {"done": 1}
    till = open_till(app)
    for who in ({"card_no": one.card_no}, {"phone": PHONE}):
        assert till.post("/members/lookup", who).json["code"] == "pos.nobody-found"
    shown = answer("members", "show", one.card_no)
    assert (shown["status"], shown["phone"], shown["points"]) == ("closed", "****", 0)
    for name, *rest in (("close", *BY), ("keep",)):
        assert refusal(flask("members", name, one.card_no, *rest)) == "points.account-closed"
    with sessions.read() as session:
        assert len(lifecycle.closures(session, status="done", limit=9)) == 1
