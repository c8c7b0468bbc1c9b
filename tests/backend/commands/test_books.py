import json

import pytest
from sqlalchemy import select

from backend import operators, rulebooks, tiers
from backend.commands import books
from backend.kit.errors import Invalid
from backend.rulebooks.models import RuleBook
from tests.support.clocks import MORNING

KIND = "tiers"


class Wrong(Invalid):
    code = "toy.wrong"
    message = "规则有误：{faults}"


def check(definition):
    if "wrong" in definition:
        raise Wrong(faults="；".join(definition["wrong"]))


CHECKS = dict(books.CHECKS)


@pytest.fixture(autouse=True)
def toy_rules(monkeypatch):
    """The mechanics are tested apart from what the kind's owner demands."""
    monkeypatch.setitem(books.CHECKS, KIND, check)
    monkeypatch.delitem(books.DRAFTS, KIND)


@pytest.fixture(autouse=True)
def zhang(sessions):
    with sessions.write.begin() as session:
        operators.create(
            session, login="zhang", password="Nanjing-Road-1", display_name="张", role="operator", now=MORNING
        )


@pytest.fixture
def file(tmp_path):
    def write(definition):
        path = tmp_path / "book.json"
        path.write_text(definition if isinstance(definition, str) else json.dumps(definition), "utf-8")
        return path

    return write


@pytest.fixture
def drafted(answer, file):
    def make(definition):
        return answer("books", "draft", KIND, file(definition), "--by", "zhang", "--note", "换季")["version"]

    return make


def test_list_says_which_is_in_force(answer, drafted):
    drafted({"a": 1})
    newest, first = answer("books", "list", KIND)
    assert (newest["version"], newest["status"], newest["by"], newest["note"]) == (2, "draft", "zhang", "换季")
    assert (first["version"], first["status"], first["live_from"]) == (1, "in force", "1970-01-01T08:00:00+08:00")
    assert [one["version"] for one in answer("books", "list", KIND, "--before", 2)] == [1]
    assert [one["version"] for one in answer("books", "list", KIND, "--limit", 1)] == [2]


def test_show_tells_the_one_in_force_or_the_one_asked_for(answer, flask, drafted):
    drafted({"梯": 1})
    assert answer("books", "show", KIND)["version"] == 1
    assert answer("books", "show", KIND, 2)["definition"] == {"梯": 1}
    assert '"梯": 1' in flask("books", "show", KIND, 2).stdout


def test_what_show_prints_is_what_draft_reads(flask, answer, tmp_path):
    (tmp_path / "again.json").write_text(flask("books", "show", KIND, "--definition").stdout, "utf-8")
    answer("books", "draft", KIND, tmp_path / "again.json", "--by", "zhang", "--note", "照旧")
    assert answer("books", "show", KIND, 2)["definition"] == answer("books", "show", KIND, 1)["definition"]


def test_a_definition_may_come_from_standard_input(flask):
    result = flask("books", "draft", KIND, "-", "--by", "zhang", "--note", "试", input='{"a": 1}')
    assert result.exit_code == 0, result.output


def test_published_in_a_minute_or_from_an_instant_of_the_shop_on(answer, drafted, clock):
    drafted({"a": 1})
    book = answer("books", "publish", KIND, 2, "--by", "zhang")
    assert (book["status"], book["decided_by"]) == ("published", "zhang")
    assert book["live_from"] == "2026-03-01T09:01:00+08:00"
    assert answer("books", "show", KIND)["version"] == 1
    clock.set(MORNING + books.LEAD)
    assert answer("books", "show", KIND)["version"] == 2
    drafted({"a": 2})
    later = answer("books", "publish", KIND, 3, "--by", "zhang", "--live-from", "2026-04-01T00:00")
    assert later["live_from"] == "2026-04-01T00:00:00+08:00"
    assert answer("books", "show", KIND)["version"] == 2


def test_discarded(answer, drafted):
    drafted({"a": 1})
    assert answer("books", "discard", KIND, 2, "--by", "zhang")["status"] == "discarded"


def test_what_the_owner_of_the_kind_refuses_is_told_and_not_kept(flask, file, sessions):
    result = flask("books", "draft", KIND, file({"wrong": ["少一级", "门槛重叠"]}), "--by", "zhang", "--note", "试")
    assert (result.exit_code, result.stderr) == (1, "Error: 规则有误：少一级；门槛重叠 (toy.wrong)\n")
    with sessions.read() as session:
        assert len(rulebooks.history(session, KIND, limit=5)) == 1


def test_a_draft_that_is_no_longer_good_is_not_published(flask, drafted, monkeypatch):
    drafted({"a": 1})
    monkeypatch.setitem(books.CHECKS, KIND, lambda _: check({"wrong": ["新规定"]}))
    assert "新规定" in flask("books", "publish", KIND, 2, "--by", "zhang").stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", KIND, "7"], "rulebooks.unknown"),
        (["publish", KIND, "7", "--by", "zhang"], "rulebooks.unknown"),
        (["publish", KIND, "1", "--by", "zhang"], "rulebooks.not-a-draft"),
        (["publish", KIND, "1", "--by", "nobody"], "operators.unknown"),
        (["discard", KIND, "1", "--by", "zhang"], "rulebooks.not-a-draft"),
        (["discard", KIND, "1", "--by", "nobody"], "operators.unknown"),
    ],
)
def test_refusals(flask, arguments, words):
    result = flask("books", *arguments)
    assert result.exit_code == 1
    assert words in result.stderr


@pytest.mark.parametrize(
    ("kind", "definition", "more", "words"),
    [
        (KIND, "{", [], "is no JSON"),
        (KIND, "[" * 100_000, [], "is no JSON"),
        (KIND, "[1]", [], "is no JSON object"),
        (KIND, "{}", ["--based-on", "4"], "rulebooks.outdated"),
        (KIND, "{}", ["--by", "nobody"], "operators.unknown"),
        (KIND, "{}", ["--note", " "], "rulebooks.note-refused"),
    ],
)
def test_drafts_refused(flask, file, kind, definition, more, words):
    result = flask("books", "draft", kind, file(definition), "--by", "zhang", "--note", "试", *more)
    assert result.exit_code == 1
    assert words in result.stderr


def test_a_start_in_the_past_is_refused(flask, drafted):
    drafted({"a": 1})
    result = flask("books", "publish", KIND, 2, "--by", "zhang", "--live-from", "2026-02-28T00:00")
    assert (result.exit_code, "rulebooks.live-in-past" in result.stderr) == (1, True)


def test_what_every_store_begins_with_is_what_its_owner_accepts(session):
    kinds = set(session.scalars(select(RuleBook.kind)))
    assert kinds == set(CHECKS)
    for kind in kinds:
        CHECKS[kind](rulebooks.live(session, kind, now=MORNING).definition)


def test_a_tier_left_out_is_found_by_who_knows_the_tiers_before(flask, file, monkeypatch):
    monkeypatch.setitem(books.DRAFTS, KIND, tiers.draft)
    definition = {"tiers": [{"code": "basic", "name": "普通"}]}
    result = flask("books", "draft", KIND, file(definition), "--by", "zhang", "--note", "试")
    assert (result.exit_code, "tiers.book-refused" in result.stderr) == (1, True)
    assert "silver" in result.stderr


@pytest.mark.parametrize("verb", ["list", "show"])
def test_a_kind_that_there_is_not_is_answered_with_those_that_there_are(flask, verb):
    result = flask("books", verb, "nothing")
    assert result.exit_code == 2
    assert all(kind in result.stderr for kind in CHECKS)
