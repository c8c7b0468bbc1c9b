import json

import pytest
from sqlalchemy import update

from backend import coupons
from tests.factories.coupons import READER, WRITER, make_definition, make_staff
from tests.factories.members import make_member
from tests.support.clocks import MORNING


@pytest.fixture(autouse=True)
def staff(sessions):
    with sessions.write.begin() as session:
        make_staff(session)


@pytest.fixture
def card(sessions):
    with sessions.write.begin() as session:
        return make_member(session).card_no


def draft(flask, code="spring", **parts):
    told = ("coupons", "draft", code, "-", "--note", "春季", "--by", WRITER, "--json")
    return flask(*told, input=json.dumps(make_definition(**parts)))


def begin(flask, answer, code="spring", **parts):
    assert draft(flask, code, **parts).exit_code == 0
    answer("coupons", "approve", code, "--by", READER)
    return answer("coupons", "live", code, "--by", WRITER)


def test_a_template_from_draft_to_end(flask, answer):
    assert begin(flask, answer, supply={"stock": 5, "per_member": None})["status"] == "live"
    for what, status in (("pause", "paused"), ("resume", "live"), ("end", "ended")):
        assert answer("coupons", what, "spring", "--note", "试", "--by", WRITER)["status"] == status
    assert [row["code"] for row in answer("coupons", "list", "--status", "ended")] == ["spring"]
    shown = answer("coupons", "show", "spring")
    assert ([one["status"] for one in shown["versions"]], len(shown["decisions"])) == (["live"], 6)


def test_a_draft_can_be_given_up_and_says_who_does_not_answer(flask, answer):
    begin(flask, answer)
    other = draft(flask, "summer", stacking={"others": ["spring"]})
    assert json.loads(other.stdout)["one_sided"] == ["spring"]
    assert answer("coupons", "discard", "summer", "--note", "不做", "--by", WRITER)["status"] == "draft"


def test_a_refusal_is_one_line(flask):
    refused = draft(flask, worth={"kind": "gold"})
    assert (refused.exit_code, "(coupons.definition-refused)" in refused.stderr) == (1, True)


def test_a_coupon_given_by_hand_is_given_once(flask, answer, card):
    begin(flask, answer)
    first = answer("coupons", "grant", "spring", card, "--key", "sorry-1")
    assert answer("coupons", "grant", "spring", card, "--key", "sorry-1") == first
    assert answer("coupons", "show", "spring")["issued"] == 1


def test_what_was_refused_is_listed(flask, answer, sessions, card):
    assert flask("coupons", "refusals").stdout == "Nothing was refused.\n"
    with sessions.write.begin() as session:
        member_id = make_member(session).id
        book = coupons.BirthdayBook(coupons=("none",), days_ahead=0)
        coupons.celebrate(session, member_id, book, rng=None, now=MORNING)
    (row,) = answer("coupons", "refusals")
    assert (row["template"], row["why"], row["for"]) == ("none", "coupons.template-unknown", "birthday 2026-03-01")


def test_a_wrong_counter_is_exit_1(flask, answer, sessions):
    begin(flask, answer)
    assert flask("coupons", "verify").stdout == "All counters agree with their rows.\n"
    with sessions.write.begin() as session:
        session.execute(update(coupons.Template).values(issued=3))
    wrong = flask("coupons", "verify", "--json")
    assert wrong.exit_code == 1
    assert json.loads(wrong.stdout)[0]["expected"] == 0


@pytest.mark.parametrize(
    "told",
    [
        ("list", "--before", 2**63),
        ("refusals", "--before", "-1"),
        ("codes", "void", 2**63, "--by", WRITER),
        ("lists", "show", "x"),
        ("conflicts", "list", "--before", 2**63),
    ],
)
def test_a_number_that_no_database_has_is_refused_as_such(flask, told):
    refused = flask("coupons", *told)
    assert (refused.exit_code, "is no number from 0 to" in refused.stderr) == (2, True)
