from random import Random

import pytest

from backend import members, scenes, stores
from backend.scenes import Plan
from tests.factories.operators import make_operator
from tests.factories.purchases import make_purchase
from tests.factories.referrals import DUE, make_bought, make_inviter, make_newcomer, settle, suspect_everybody
from tests.factories.stores import make_store
from tests.support.clocks import MORNING

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

BY = ("--by", "anna", "--reason", "核对过")


@pytest.fixture
def waiting(sessions, clock):
    """Three invitations that wait for a decision."""
    clock.set(DUE)
    with sessions.write.begin() as session:
        make_operator(session, "anna")
        suspect_everybody(session)
        inviter = make_inviter(session)
        rows = [make_bought(session, inviter) for _ in range(3)]
        assert {settle(session, row) for row in rows} == {"review"}
        return [row.id for row in rows]


def test_what_waits_is_listed_page_by_page_shown_and_decided_once(answer, flask, waiting):
    page = answer("referrals", "review", "list", "--limit", 2)
    assert [one["id"] for one in page] == [str(one) for one in waiting[:2]]
    assert [one["id"] for one in answer("referrals", "review", "list", "--after", waiting[1])] == [str(waiting[2])]
    shown = answer("referrals", "review", "show", waiting[0])
    assert (shown["score"], shown["reasons"][0]["words"][:3]) == (60, "邀请人")
    assert answer("referrals", "review", "accept", waiting[0], *BY)["state"] == "rewarded"
    assert answer("referrals", "review", "refuse", waiting[1], *BY)["state"] == "refused"
    again = flask("referrals", "review", "accept", waiting[1], *BY)
    assert (again.exit_code, "referrals.decided-before" in again.output) == (1, True)
    told = answer("referrals", "review", "show", waiting[1])
    assert (told["decided_by"], told["decision"]) == ("anna", "核对过")
    assert [one["id"] for one in answer("referrals", "review", "list")] == [str(waiting[2])]
    assert [(one["place"], one["friends"]) for one in answer("referrals", "ranking")] == [(1, 1)]


def test_who_is_no_operator_decides_nothing_and_what_there_is_not_is_unknown(flask, waiting):
    nobody = flask("referrals", "review", "accept", waiting[0], "--by", "nobody", "--reason", "核对过")
    assert (nobody.exit_code, flask("referrals", "review", "show", 7).exit_code) == (1, 1)
    assert flask("referrals", "review", "accept", waiting[0], "--by", "anna", "--reason", " ").exit_code == 1
    assert "fresh" not in flask("referrals", "review", "show", waiting[0]).output


def test_what_employees_brought_is_reported_by_month(answer, sessions, clock):
    clock.set(MORNING)
    with sessions.write.begin() as session:
        store = make_store(session, code="NJ")
        stores.create_staff(session, store.id, code="G-07", name="王芳", role="guide")
        session.flush()
        plan = Plan("staff", "王芳的码", subject="G-07", store_code="NJ")
        badge = scenes.make(session, plan, by="anna", rng=Random(1), now=MORNING)
        session.flush()
        friend = make_newcomer(session, None, scene=badge.code)
        make_purchase(session, 30_000, store_id=store.id, member_id=friend.id)
        assert members.get(session, friend.id).join_scene == badge.code
    (line,) = answer("referrals", "staff", "--store", "NJ")
    assert (line["staff"], line["newcomers"], line["purchases"], line["amount_fen"]) == ("G-07", 1, 1, 30_000)
    assert answer("referrals", "staff", "--month", "2026-02") == []
    assert answer("referrals", "staff", "--after", line["staff_id"]) == []
