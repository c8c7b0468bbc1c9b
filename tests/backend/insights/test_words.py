from backend.insights.words import WORDS_BY_KIND, words_of
from backend.points.models import CANCEL, EARN, EXPIRE, PAY_DEBT, SPEND, TAKE_BACK


def test_a_cause_has_its_words_and_any_other_those_of_its_movement():
    assert words_of(EARN, "purchase") == "消费获得"
    assert words_of(SPEND, "something new") == "积分使用"


def test_every_kind_of_movement_has_words():
    assert set(WORDS_BY_KIND) == {EARN, SPEND, TAKE_BACK, CANCEL, EXPIRE, PAY_DEBT}
