import pytest

from tests.factories.coupons import READER, WRITER, make_template
from tests.factories.members import make_member


@pytest.fixture
def code(sessions):
    with sessions.write.begin() as session:
        return make_template(session).code


@pytest.fixture
def cards(sessions):
    with sessions.write.begin() as session:
        return [make_member(session).card_no for _ in range(3)]


def test_codes_are_ordered_made_exported_and_voided(flask, answer, code):
    told = ("--note", "地推", "--by", WRITER)
    batch = answer("coupons", "codes", "order", code, 3, *told)
    assert (batch["status"], batch["made"]) == ("making", 0)
    assert answer("coupons", "codes", "make", batch["id"])["status"] == "ready"
    lines = flask("coupons", "codes", "export", batch["id"]).stdout.split()
    assert (lines[0], len(set(lines))) == ("code,used_at", 4)
    assert answer("coupons", "codes", "void", batch["id"], "--by", READER)["status"] == "voided"
    word = answer("coupons", "codes", "order", code, 9, "--word", "spring", *told)
    assert [one["id"] for one in answer("coupons", "codes", "list")] == [word["id"], batch["id"]]


def test_a_list_is_planned_approved_and_handed_out(flask, answer, code, cards, tmp_path):
    file = tmp_path / "list.csv"
    file.write_text("\n".join(cards), "utf-8")
    told = ("--note", "老客", "--by", WRITER)
    plan = answer("coupons", "lists", "plan", code, file, *told)
    assert (plan["members"], plan["faults"]) == (3, [])
    assert answer("coupons", "lists", "plan", code, file, *told)["id"] == plan["id"]
    for what, by, status in (
        ("approve", READER, "running"),
        ("pause", WRITER, "paused"),
        ("resume", WRITER, "running"),
    ):
        assert answer("coupons", "lists", what, plan["id"], "--by", by)["status"] == status
    done = answer("coupons", "lists", "run", plan["id"])
    assert (done["status"], done["done"], done["failed"]) == ("done", 3, 0)
    assert answer("coupons", "lists", "show", plan["id"])["failures"] == []
    assert flask("coupons", "lists", "cancel", plan["id"], "--by", WRITER).exit_code == 1


def test_faulty_lines_are_told_and_left_out_on_demand(flask, code, cards, tmp_path):
    file = tmp_path / "list.csv"
    file.write_text(f"{cards[0]}\nnobody\n", "utf-8")
    told = ("coupons", "lists", "plan", code, str(file), "--note", "老客", "--by", WRITER)
    refused = flask(*told)
    assert (refused.exit_code, "查无此会员" in refused.stdout) == (1, True)
    assert flask(*told, "--skip-faulty").exit_code == 0
