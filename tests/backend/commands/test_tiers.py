from datetime import timedelta

import pytest

from backend import operators, tiers
from backend.kit.db import run
from backend.tiers.models import TierRun
from tests.backend.tiers.membership import LIVE, contents, draft, gather, matrix_of, publish, second
from tests.support.clocks import MORNING

MEMBERS = 30
BY = ("--by", "zhang")


@pytest.fixture(autouse=True)
def zhang(sessions):
    with sessions.write.begin() as session:
        operators.create(
            session, login="zhang", password="Nanjing-Road-1", display_name="张", role="operator", now=MORNING
        )


@pytest.fixture
def version(sessions, clock):
    clock.set(LIVE - timedelta(hours=1))
    gather(sessions, MEMBERS)
    return draft(sessions, second("recompute"))


@pytest.fixture
def in_force(sessions, clock, version):
    publish(sessions, version)
    clock.set(LIVE + timedelta(minutes=5))
    return version


def test_tiers_of_the_book_in_force(answer):
    basic, silver, *_ = answer("tiers", "show")
    assert (basic["code"], basic["name"], basic["price"]) == ("basic", "普通", 10_000)
    assert (silver["growth"], silver["multiplier"]) == (2_000, 12_000)


def test_preview_tells_sums_and_moves(answer, sessions, version):
    with sessions.read() as session:
        seen = tiers.preview(session, version, at=LIVE)
    told = answer("tiers", "preview", version, "--at", LIVE.isoformat())
    assert {(move["before"], move["after"]): move["members"] for move in told["moves"]} == matrix_of(seen)
    assert (told["members"], told["moved"], told["gift_points"]) == (MEMBERS, seen.moved, seen.gift_points)
    assert (told["discount_fen"], told["extra_points"]) == (seen.discount_fen, seen.extra_points(10_000))


def test_preview_is_as_of_now_or_of_the_published_instant(answer, sessions, version):
    assert answer("tiers", "preview", version)["live_from"] == "2026-03-01T11:00:00+08:00"
    publish(sessions, version)
    assert answer("tiers", "preview", version)["live_from"] == "2026-03-01T12:00:00+08:00"


def test_preview_for_people_is_a_matrix(flask, version):
    result = flask("tiers", "preview", version)
    assert result.exit_code == 0, result.output
    head, *lines = result.stdout.splitlines()
    assert head.split("to ")[0].strip() == "from"
    assert "to silver" in head
    assert {line.split()[0] for line in lines} >= {"basic", "silver", "members:", "discount_fen:"}
    ranks = ["basic", "silver", "gold", "diamond", "black"]  # by the new book; what it has no more comes last
    columns = [part.strip() for part in head.split("to ")[1:]]
    coming = [line.split()[0] for line in lines if line.split()[0] in ranks]
    assert columns == sorted(columns, key=ranks.index)
    assert coming == sorted(coming, key=ranks.index)
    assert "discount_fen: ¥" in result.stdout or "discount_fen: -¥" in result.stdout


def test_preview_writes_nothing(flask, sessions, version):
    there = contents(sessions)
    flask("tiers", "preview", version)
    assert contents(sessions) == there


def test_publish_and_apply(answer, sessions, clock, version):
    with sessions.read() as session:
        seen = tiers.preview(session, version, at=LIVE)
    book = answer("tiers", "publish", version, *BY, "--live-from", LIVE.isoformat())
    assert (book["status"], book["decided_by"]) == ("published", "zhang")
    clock.set(LIVE + timedelta(minutes=5))
    done = answer("tiers", "apply", version, *BY)
    assert (done["members"], done["as_previewed"], done["differences"]) == (MEMBERS, True, [])
    assert done["gift_points"] == seen.gift_points
    assert done["finished_at"] == "2026-03-01T12:05:00+08:00"
    with sessions.read() as session:
        assert tiers.verify(session, [1_000 + number for number in range(MEMBERS)]) == []


def test_apply_again_changes_nothing(answer, sessions, in_force):
    first, there = answer("tiers", "apply", in_force, *BY), contents(sessions)
    assert answer("tiers", "apply", in_force, *BY) == first
    assert contents(sessions) == there


def test_apply_goes_on_where_it_was_stopped(answer, sessions, in_force):
    with sessions.read() as session:
        seen = tiers.preview(session, in_force, at=LIVE)
    run(sessions.write, lambda session: tiers.begin_run(session, seen, by="zhang", now=LIVE))
    run(sessions.write, lambda session: tiers.apply_slice(session, in_force, now=LIVE, limit=8))
    halfway = answer("tiers", "progress", in_force)
    assert (halfway["done"], halfway["members"], halfway["finished_at"]) == (8, MEMBERS, None)
    assert (halfway["started_by"], halfway["as_previewed"]) == ("zhang", None)
    done = answer("tiers", "apply", in_force, *BY)
    assert (done["done"], done["as_previewed"]) == (MEMBERS, True)
    assert done["started_at"] == "2026-03-01T12:00:00+08:00"
    assert answer("tiers", "progress", in_force) == done


def test_apply_says_when_something_else_came_of_it(flask, sessions, in_force):
    with sessions.read() as session:
        seen = tiers.preview(session, in_force, at=LIVE)
    run(sessions.write, lambda session: tiers.begin_run(session, seen, by="zhang", now=LIVE))
    with sessions.write.begin() as session:
        matrix = session.get(TierRun, in_force).expected["matrix"]
        changed = [[before, after, members + 1] for before, after, members in matrix]
        session.get(TierRun, in_force).expected = {"matrix": changed, "gifts": 0, "gift_points": 0}
    result = flask("tiers", "apply", in_force, *BY)
    assert result.exit_code == 1
    assert "as_previewed: False" in result.stdout
    assert "'expected'" in result.stdout


def test_apply_of_what_is_not_in_force_is_refused(flask, version):
    result = flask("tiers", "apply", version, *BY)
    assert (result.exit_code, "tiers.not-in-force" in result.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["preview", "99"], "rulebooks.unknown"),
        (["publish", "99", *BY], "rulebooks.unknown"),
        (["apply", "99", *BY], "rulebooks.unknown"),
        (["progress", "99"], "tiers.run-unknown"),
        (["apply", "1", "--by", "nobody"], "operators.unknown"),
        (["preview", "1", "--at", "2026-01-01"], "tiers.live-already"),
    ],
)
def test_refusals(flask, arguments, words):
    result = flask("tiers", *arguments)
    assert result.exit_code == 1
    assert words in result.stderr


def test_a_store_without_members_has_nothing_to_apply(answer):
    assert answer("tiers", "apply", 1, *BY)["members"] == 0
