import json

import pytest

from backend import points
from tests.factories.events import definition, first_session, make_event, plan, register
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.support.clocks import MORNING

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

BY = ("--by", "anna")
WHY = ("--reason", "讲师临时有事", *BY)
CODE = "baking"


@pytest.fixture
def anna(sessions):
    with sessions.write.begin() as session:
        make_operator(session, "anna")


@pytest.fixture
def file(tmp_path, anna):
    """Write a definition to a file."""

    def write(*sessions, **changes):
        path = tmp_path / "event.json"
        path.write_text(json.dumps(definition(*sessions, code=CODE, **changes)), "utf-8")
        return path

    return write


@pytest.fixture
def booked(sessions, anna):
    """An event with two places at 30 points, and the three who want them."""
    with sessions.write.begin() as session:
        event = make_event(session, plan(), plan("two"), code=CODE, terms={"points": 30})
        ids = [make_member(session).id for _ in range(3)]
        for one in ids:
            register(session, one, first_session(session, event))
        return ids


def test_a_draft_is_published_changed_and_listed(answer, file):
    drafted = answer("events", "draft", file(), *BY)
    assert (drafted["event"], drafted["status"], drafted["version"]) == (CODE, "draft", 0)
    assert answer("events", "publish", CODE, *BY)["status"] == "published"
    changed = answer("events", "change", file(plan(place="五楼")), "--reason", "换场地", *BY)
    assert changed["version"] == 2
    (one,) = answer("events", "list")
    assert one == changed
    shown = answer("events", "show", CODE)
    assert [deed.split(" ", 1)[1] for deed in shown["deeds"]] == [
        "change by anna 换场地",
        "publish by anna ",
        "draft by anna ",
    ]
    assert shown["definition"]["sessions"][0]["place"] == "五楼"
    assert answer("events", "list", "--before", one["id"]) == []


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("publish", "none", *BY), "events.unknown"),
        (("publish", "none", "--by", "nobody"), "operators.unknown"),
        (("show", "none"), "events.unknown"),
        (("cancel", "none", *WHY), "events.unknown"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_1(refusal, anna, args, words):
    assert words in refusal("events", *args)


def test_a_wrong_definition_is_told(refusal, file):
    assert "场次 one" in refusal("events", "draft", file(plan(ends_at=MORNING.isoformat())), *BY)


def test_an_event_is_called_off_at_once_for_all(answer, sessions, booked):
    done = answer("events", "cancel", CODE, *WHY)
    assert (done["status"], done["told"], done["failed"]) == ("cancelled", 3, 0)
    with sessions.read() as session:
        assert [points.summary(session, one, now=MORNING).available for one in booked] == [100] * 3
    (one, _) = answer("events", "figures", CODE)
    assert (one["status"], one["cancelled"], one["taken"]) == ("cancelled", 3, 0)
    assert answer("events", "verify") == []


def test_one_session_is_called_off(answer, booked):
    assert answer("events", "cancel-session", CODE, "one", *WHY)["told"] == 3
    assert [one["status"] for one in answer("events", "figures", CODE)] == ["cancelled", "open"]


def test_what_members_said_is_listed(answer, booked):
    assert answer("events", "feedback", CODE) == []


def test_counts_that_are_wrong_are_an_exit_1(flask, sessions, booked):
    with sessions.write.begin() as session:
        from backend import events  # noqa: PLC0415  the group of commands has the name in this module's tests

        events.sessions_of(session, [events.find(session, CODE).id])[0].taken = 1
    assert flask("events", "verify").exit_code == 1
