from datetime import timedelta

import pytest
from sqlalchemy import text

from backend.answers import (
    QuestionUnknown,
    adopt,
    dismiss,
    forget_unanswered,
    note_unanswered,
    place_of,
    question_of,
    unanswered,
)
from tests.factories.answers import make_list
from tests.support.clocks import MORNING

LATER = MORNING + timedelta(days=1)


def asked(session, *texts, now=MORNING):
    for one in texts:
        note_unanswered(session, one, now=now)
    session.flush()


def test_the_same_is_counted_together(session):
    asked(session, "试衣间的灯坏了", "空调太冷")
    asked(session, "空调太冷！", now=LATER)
    first, second = unanswered(session, limit=9)
    assert (first.text, first.times, first.first_at, first.last_at) == ("空调太冷", 2, MORNING, LATER)
    assert (second.text, second.times) == ("试衣间的灯坏了", 1)


def test_it_is_sealed_and_holds_no_long_number(session):
    asked(session, "我的电话 13800138000 打不通")
    stored = bytes(session.execute(text("SELECT text_sealed FROM faq_unanswered")).scalar_one())
    assert "打不通".encode() not in stored
    assert unanswered(session, limit=1)[0].text == "我的电话 # 打不通"


def test_pages(session):
    asked(session, "一个问题", "两个问题", "三个问题")
    first = unanswered(session, limit=2)
    rest = unanswered(session, after=place_of(session, first[-1].id), limit=9)
    assert [one.text for one in (*first, *rest)] == ["三个问题", "两个问题", "一个问题"]


def test_what_is_adopted_is_answered_from_then_on(session):
    make_list(session)
    asked(session, "楼下太黑了怎么出去拿车")
    assert question_of(session, "楼下太黑了怎么出去拿车", now=MORNING) is None
    adopt(session, unanswered(session, limit=1)[0].id, "parking-place", by="anna", now=LATER)
    assert question_of(session, "楼下太黑了怎么出去拿车", now=MORNING).code == "parking-place"
    assert unanswered(session, limit=9) == []


def test_what_needs_no_answer_is_forgotten(session):
    asked(session, "哈哈哈")
    dismiss(session, unanswered(session, limit=1)[0].id)
    session.flush()
    assert unanswered(session, limit=9) == []
    with pytest.raises(QuestionUnknown):
        dismiss(session, 1)


def test_old_ones_are_forgotten(session):
    asked(session, "哈哈哈")
    asked(session, "空调太冷", now=LATER)
    assert forget_unanswered(session, before=LATER, limit=9) == 1
    assert [one.text for one in unanswered(session, limit=9)] == ["空调太冷"]
