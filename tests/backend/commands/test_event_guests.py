import csv
import io

import pytest

from tests.factories.events import OVER, STARTS, first_session, make_event, plan, register, tend
from tests.factories.members import make_member
from tests.factories.operators import make_operator

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

GUESTS = ("events", "guests")
BY = ("--by", "anna")
WHY = ("--reason", "=手机没电", *BY)
CODE, WHERE = "baking", ("baking", "one")
FORM = [{"key": "diet", "label": "忌口", "kind": "text"}, {"key": "phone", "label": "手机", "kind": "phone"}]
ANSWERS = {"diet": "花生", "phone": "13800001234"}


@pytest.fixture
def place(sessions):
    """Two places at 30 points, and the three who want them."""
    with sessions.write.begin() as session:
        make_operator(session, "anna")
        event = make_event(session, plan(), code=CODE, terms={"points": 30, "questions": FORM})
        place = first_session(session, event)
        for _ in range(3):
            register(session, make_member(session).id, place, answers=ANSWERS)
        return place


@pytest.fixture
def ids(answer, place):
    return [one["id"] for one in answer(*GUESTS, "list", *WHERE)]


def test_guests_are_listed_in_their_order_and_masked(answer, place):
    one, *_ = found = answer(*GUESTS, "list", *WHERE)
    assert [(each["number"], each["status"]) for each in found] == [
        (1, "registered"),
        (2, "registered"),
        (3, "waiting"),
    ]
    assert (one["name"], one["answer:diet"], one["answer:phone"]) == ("小*", "（2 字）", "138****1234")
    assert [each["number"] for each in answer(*GUESTS, "list", *WHERE, "--after", "1", "--limit", "1")] == [2]
    assert [each["number"] for each in answer(*GUESTS, "list", *WHERE, "--status", "waiting")] == [3]


def test_all_are_exported(flask, ids, answer):
    answer(*GUESTS, "remove", ids[1], *WHY)
    rows = list(csv.DictReader(io.StringIO(flask(*GUESTS, "export", *WHERE).stdout)))
    assert [(row["number"], row["status"]) for row in rows] == [
        ("1", "registered"),
        ("2", "cancelled"),
        ("3", "registered"),
    ]
    assert rows[1]["reason"] == "'=手机没电"


def test_what_one_answered_is_shown_and_that_is_written_down(answer, ids):
    assert answer(*GUESTS, "answers", ids[0], *WHY) == ANSWERS
    assert "unmask by anna =手机没电" in answer("events", "show", CODE)["deeds"][0]


def test_one_is_removed_and_the_next_moves_up(answer, ids):
    assert answer(*GUESTS, "remove", ids[0], *WHY)["status"] == "cancelled"
    assert [one["status"] for one in answer(*GUESTS, "list", *WHERE)] == ["cancelled", "registered", "registered"]


def test_a_check_in_is_made_and_undone(answer, refusal, clock, ids):
    assert "events.doors-closed" in refusal(*GUESTS, "check-in", ids[0], *WHY)
    clock.set(STARTS)
    assert answer(*GUESTS, "check-in", ids[0], *WHY)["points_state"] == "spent"
    assert answer(*GUESTS, "undo-check-in", ids[0], *BY)["status"] == "registered"


def test_an_absence_is_excused(answer, refusal, sessions, clock, place, ids):
    assert "events.not-absent" in refusal(*GUESTS, "excuse", ids[0], *WHY)
    with sessions.write.begin() as session:
        tend(session, place, now=OVER)
        tend(session, place, now=OVER)
    clock.set(OVER)
    assert answer(*GUESTS, "excuse", ids[0], "--points-back", *WHY)["points_state"] == "returned"
