import json

import pytest
from sqlalchemy import text

from tests.factories.draws import AFTERWARDS, BEFORE, definition, goods, play
from tests.factories.members import make_member
from tests.factories.operators import make_operator
from tests.support.clocks import MORNING

BY = ("--by", "anna")
DRAW = "anniversary"


@pytest.fixture
def anna(sessions, clock):
    with sessions.write.begin() as session:
        make_operator(session, "anna")
    clock.set(BEFORE)


@pytest.fixture
def file(tmp_path, anna):
    """A file with a definition."""
    path = tmp_path / "draw.json"
    path.write_text(json.dumps(definition(goods(stock=2), code=DRAW)), "utf-8")
    return path


@pytest.fixture
def published(answer, file):
    answer("lottery", "draft", file, *BY)
    return answer("lottery", "publish", DRAW, *BY)


@pytest.fixture
def played(sessions, published, clock):
    """Three plays of a prize of which there are two."""
    from backend import lottery  # noqa: PLC0415  the group of commands has the name in this module's tests

    clock.set(MORNING)
    with sessions.write.begin() as session:
        member_id = make_member(session).id
        for _ in range(3):
            play(session, member_id, lottery.find(session, DRAW))


def test_a_draft_is_published_with_its_commitment(answer, file):
    drafted = answer("lottery", "draft", file, *BY)
    expected = {
        "draw": DRAW,
        "id": drafted["id"],
        "title": "周年庆抽奖",
        "phase": "draft",
        "opens_at": "2026-03-01T09:00:00+08:00",
        "ends_at": "2026-03-08T09:00:00+08:00",
        "commitment": None,
    }
    assert drafted == expected
    made = answer("lottery", "publish", DRAW, *BY)
    assert made == expected | {"phase": "announced", "commitment": made["commitment"]}
    assert len(bytes.fromhex(made["commitment"])) == 32
    assert answer("lottery", "list") == [made]


def test_the_seed_is_shown_afterwards_only(answer, flask, published, clock):
    before = answer("lottery", "show", DRAW)
    assert before["seed"] is None
    assert before["definition"]["code"] == DRAW
    assert [deed.split(" ", 1)[1] for deed in before["deeds"]] == ["draft by anna", "publish by anna"]
    clock.set(AFTERWARDS)
    assert len(bytes.fromhex(answer("lottery", "show", DRAW)["seed"])) == 32
    assert "phase: closed" in flask("lottery", "show", DRAW).stdout


def test_deeds(answer, published):
    for deed, phase in (("pause", "paused"), ("resume", "announced"), ("cancel", "cancelled")):
        assert answer("lottery", deed, DRAW, *BY)["phase"] == phase


def test_a_draw_is_closed_before_its_time(answer, published, clock):
    clock.set(MORNING)
    assert answer("lottery", "close", DRAW, *BY)["ends_at"] == "2026-03-01T09:00:00+08:00"


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("publish", "none", *BY), "lottery.draw-unknown"),
        (("pause", "none", *BY), "lottery.draw-unknown"),
        (("resume", DRAW, *BY), "lottery.not-running"),
        (("publish", DRAW, *BY), "lottery.not-a-draft"),
        (("pause", DRAW, "--by", "nobody"), "operators.unknown"),
        (("show", "none"), "lottery.draw-unknown"),
        (("verify", "none"), "lottery.draw-unknown"),
    ],
)
def test_refusals(flask, published, command, code):
    result = flask("lottery", *command)
    assert (result.exit_code, f"({code})" in result.stderr) == (1, True), result.stderr


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "is no JSON object"),
        ("{}", "(lottery.definition-refused)"),
    ],
    ids=["half", "deep", "list", "empty"],
)
def test_what_is_no_definition_is_refused(flask, anna, tmp_path, said, refusal):
    (tmp_path / "bad").write_text(said, "utf-8")
    result = flask("lottery", "draft", tmp_path / "bad", *BY)
    assert (result.exit_code, refusal in result.stderr) == (1, True)
    assert flask("lottery", "list").stdout == "There are no draws yet.\n"


def test_a_sound_draw(flask, played):
    result = flask("lottery", "verify", DRAW)
    assert (result.exit_code, result.stdout) == (0, "3 plays recomputed, no fault.\n")


def test_a_play_that_was_changed_is_named_and_the_exit_code_is_1(flask, sessions, played):
    with sessions.write.begin() as session:
        session.execute(text("UPDATE lottery_plays SET roll = (roll + 1) % 1000000 WHERE no = 2"))
        victim = session.scalar(text("SELECT id FROM lottery_plays WHERE no = 2"))
    result = flask("lottery", "verify", DRAW, "--json")
    (fault,) = json.loads(result.stdout)
    assert (result.exit_code, fault["row"]) == (1, f"lottery_plays {victim}")
    assert fault["what"].startswith("says roll ")
