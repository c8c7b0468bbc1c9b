import pytest

from backend import answers
from tests.factories.answers import DEMO_LIST, faq_file
from tests.factories.operators import make_operator
from tests.support.clocks import MORNING


@pytest.fixture(autouse=True)
def staff(sessions):
    with sessions.write.begin() as session:
        make_operator(session, "anna")


@pytest.fixture
def imported(answer):
    return answer("faq", "import", DEMO_LIST, "--by", "anna")


def test_import_and_list(answer, imported):
    assert imported == {"added": 30, "changed": 0, "unchanged": 0}
    rows = answer("faq", "list", "--limit", 20)
    assert len(rows) == 20
    rest = answer("faq", "list", "--after", rows[-1]["code"])
    assert len(rest) == 10
    assert rows[0] == {
        "code": "parking-fee",
        "question": "停车怎么收费",
        "variants": 3,
        "active": True,
        "hits": 0,
        "last_hit_at": None,
        "changed_by": "anna",
    }


def test_a_bad_file_changes_nothing(flask, answer, tmp_path):
    file = tmp_path / "faq.csv"
    file.write_text(faq_file(["wifi,有wifi吗,,有,,,yes", "WIFI,a,,b,,,yes"]), "utf-8")
    refused = flask("faq", "import", file, "--by", "anna")
    assert refused.exit_code == 1
    assert "第 3 行 code" in refused.output
    assert answer("faq", "list") == []


def test_export_is_what_import_reads(flask, imported, answer, tmp_path):
    file = tmp_path / "faq.csv"
    file.write_text(flask("faq", "export").stdout, "utf-8")
    assert answer("faq", "import", file, "--by", "anna") == {"added": 0, "changed": 0, "unchanged": 30}


def test_what_nobody_knew_is_adopted_or_dismissed(flask, answer, imported, sessions):
    with sessions.write.begin() as session:
        for text in ("试衣间的灯坏了", "楼下太黑了怎么出去拿车"):
            answers.note_unanswered(session, text, now=MORNING)
    rows = answer("faq", "unanswered")
    assert {row["text"] for row in rows} == {"试衣间的灯坏了", "楼下太黑了怎么出去拿车"}
    by_text = {row["text"]: row["id"] for row in rows}
    adopted = answer("faq", "adopt", by_text["楼下太黑了怎么出去拿车"], "parking-place", "--by", "anna")
    assert adopted["variants"] == 4
    assert flask("faq", "dismiss", by_text["试衣间的灯坏了"]).exit_code == 0
    assert answer("faq", "unanswered") == []
    assert "faq.unknown" in flask("faq", "dismiss", 1).output
