import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.events import answers
from backend.events.book import Question
from backend.events.errors import AnswersRefused
from backend.kit.pii import Unreadable
from tests.factories.events import register

QUESTIONS = [
    Question(key="diet", label="忌口", kind="text", longest=5),
    Question(key="size", label="尺码", kind="choice", options=("S", "M"), required=True),
    Question(key="days", label="日期", kind="multiple", options=("一", "二")),
    Question(key="phone", label="手机", kind="phone"),
    Question(key="age", label="年龄", kind="number", least=3, most=12),
]
GOOD = {"diet": " 花生 ", "size": "M", "days": ["二", "一"], "phone": "13800001234", "age": 3}


def test_answers_are_kept_without_blanks():
    assert answers.checked(QUESTIONS, GOOD) == GOOD | {"diet": "花生"}
    assert answers.checked(QUESTIONS, {"size": "S", "diet": "  ", "days": []}) == {"size": "S"}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"size": ""}, "尺码：必填"),
        ({"size": "L"}, "尺码：请从选项中选择"),
        ({"size": ["S"]}, "尺码：格式不符"),
        ({"diet": "一二三四五六"}, "忌口：最多 5 个字"),
        ({"days": ["一", "一"]}, "日期"),
        ({"days": "一"}, "日期"),
        ({"days": [{}]}, "日期"),
        ({"phone": "12345"}, "手机：手机号格式不符"),
        ({"age": 2}, "年龄：须为 3 至 12 的整数"),
        ({"age": True}, "年龄"),
        ({"age": "5"}, "年龄"),
        ({"colour": "red"}, "没有问题 colour"),
    ],
)
def test_answers_that_do_not_fit_are_told(wrong, words):
    with pytest.raises(AnswersRefused) as refused:
        answers.checked(QUESTIONS, GOOD | wrong)
    assert words in refused.value.detail


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from(["diet", "size", "days", "phone", "age", "x"]), anything, max_size=6))
def test_whatever_is_answered_is_taken_or_refused(told):
    try:
        taken = answers.checked(QUESTIONS, told)
    except AnswersRefused:
        return
    assert answers.checked(QUESTIONS, taken) == taken


def test_answers_are_sealed_for_their_registration(session, place, member_id, others):
    made, other = register(session, member_id, place), register(session, others(1)[0], place)
    answers.seal(session, made, {"diet": "花生"})
    assert "花生".encode() not in made.answers_sealed
    assert answers.read(session, made) == {"diet": "花生"}
    assert answers.read(session, other) == {}
    other.answers_sealed = made.answers_sealed
    with pytest.raises(Unreadable):
        answers.read(session, other)


def test_operators_see_choices_and_no_names_and_numbers():
    shown = answers.masked(QUESTIONS, GOOD | {"diet": "花生", "gone": "张三"})
    assert shown == {**GOOD, "diet": "（2 字）", "phone": "138****1234", "gone": "（2 字）"}
