from datetime import timedelta

import pytest

from backend.answers import Imported, ListRefused, export, find, question_of, questions, read
from tests.factories.answers import DEMO_LIST, faq_file, make_list
from tests.support.clocks import MORNING

LATER = MORNING + timedelta(minutes=1)
WIFI = "wifi,商场有免费wifi吗,wifi密码|无线网,有,pages/index/index,去首页,yes"


def test_a_file_adds_changes_and_leaves(session):
    assert make_list(session) == Imported(30, 0, 0)
    assert make_list(session) == Imported(0, 0, 30)
    assert make_list(session, text=faq_file([WIFI]), now=LATER) == Imported(0, 1, 0)
    changed, other = find(session, "wifi"), find(session, "pets")
    assert (changed.answer, changed.variants, changed.page, changed.changed_at) == (
        "有",
        ["wifi密码", "无线网"],
        "pages/index/index",
        LATER,
    )
    assert other.changed_at == MORNING


def test_a_change_keeps_what_was_counted(session):
    make_list(session)
    question_of(session, "wifi密码多少", now=MORNING)
    make_list(session, text=faq_file([WIFI]))
    assert find(session, "wifi").hits == 1


def test_an_exported_file_is_the_list_again(session):
    make_list(session)
    text = "".join(export(questions(session, limit=100)))
    assert [line.code for line in read(text)] == [line.code for line in read(DEMO_LIST.read_text(encoding="utf-8"))]
    assert make_list(session, text=text) == Imported(0, 0, 30)


def test_a_file_of_a_spreadsheet_begins_with_a_mark():
    assert [line.code for line in read("\ufeff" + faq_file([WIFI]))] == ["wifi"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "首行为"),
        ("question,answer\na,b", "首行为"),
        (faq_file(["WIFI,a,,b,,,yes"]), "第 2 行 code：格式不符"),
        (faq_file([WIFI, "x,,,b,,,yes"]), "第 3 行 question：不能为空"),
        (faq_file(["x,a,,,,,yes"]), "第 2 行 answer：不能为空"),
        (faq_file(["x,a,,b,,,maybe"]), "第 2 行：active"),
        (faq_file(["x,a,,b,pages/x,,yes"]), "page 与 link 须同时填写"),
        (faq_file([WIFI, WIFI]), "wifi 重复"),
    ],
)
def test_what_is_wrong_is_told_by_its_line(text, why):
    with pytest.raises(ListRefused) as refused:
        read(text)
    assert why in refused.value.detail
