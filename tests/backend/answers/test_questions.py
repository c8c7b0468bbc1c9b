from datetime import timedelta

import pytest

from backend import answers
from backend.answers import QuestionUnknown, questions
from backend.answers import rules as answers_rules
from backend.answers.questions import by_id, find, index_of, question_of
from tests.factories.answers import faq_file, make_list
from tests.support.clocks import MORNING

LATER = MORNING + timedelta(minutes=1)


def test_who_asks_in_other_words_is_answered_and_counted(session):
    make_list(session)
    found = question_of(session, "你们停车收费吗，一小时多少钱", now=LATER)
    assert found.code == "parking-fee"
    session.flush()
    counted = find(session, "parking-fee")
    assert (counted.hits, counted.last_hit_at) == (1, LATER)
    assert by_id(session, found.id) is counted


def test_what_is_near_to_nothing_is_not_answered(session):
    make_list(session)
    assert question_of(session, "昨天试衣间的灯坏了", now=MORNING) is None


def test_a_question_that_is_not_active_answers_nothing(session):
    make_list(session, text=faq_file(["wifi,商场有免费wifi吗,,有,,,no"]))
    assert question_of(session, "商场有免费wifi吗", now=MORNING) is None


def test_the_index_is_made_once_an_edition(session, monkeypatch):
    make_list(session)
    first = index_of(session)
    assert index_of(session) is first
    make_list(session, text=faq_file(["pets,能带宠物进来吗,,装入宠物包,,,yes"]))
    second = index_of(session)
    assert second is not first
    assert question_of(session, "能带宠物进来吗", now=MORNING).answer == "装入宠物包"


def test_another_process_s_change_is_seen(sessions):
    with sessions.write.begin() as session:
        make_list(session, text=faq_file(["wifi,商场有免费wifi吗,,有,,,yes"]))
    with sessions.write.begin() as session:
        assert question_of(session, "商场有免费wifi吗", now=MORNING).answer == "有"
    with sessions.write.begin() as session:
        make_list(session, text=faq_file(["wifi,商场有免费wifi吗,,没有,,,yes"]))
    with sessions.write.begin() as session:
        assert question_of(session, "商场有免费wifi吗", now=MORNING).answer == "没有"


def test_pages_of_the_list(session):
    make_list(session)
    first = questions(session, limit=20)
    rest = questions(session, after_id=first[-1].id, limit=20)
    assert [len(first), len(rest)] == [20, 10]
    assert not {one.id for one in first} & {one.id for one in rest}


def test_an_unknown_code(session):
    with pytest.raises(QuestionUnknown):
        find(session, "nothing")


def test_the_threshold_is_the_house_s():
    assert answers.THRESHOLD == answers_rules.THRESHOLD == 0.45
