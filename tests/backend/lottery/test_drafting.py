import pytest

from backend import lottery
from tests.factories.draws import definition, gift, goods

NOTHING = {"kind": "nothing", "name": "谢谢参与", "odds": 1_000_000, "fallback": True}


def test_a_sound_definition_is_taken():
    assert lottery.checked(definition(goods(5), gift(10, stock=7, per_day=2))).prize(2).stock == 7


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"prizes": [NOTHING | {"odds": 999_999}]}, "odds 之和须为 1000000，现为 999999"),
        ({"prizes": [NOTHING | {"odds": 1_000_000.0}]}, "odds"),
        ({"prizes": [NOTHING | {"odds": "1000000"}]}, "odds"),
        ({"prizes": [NOTHING | {"odds": 999_999}, gift(1) | {"odds": -1}]}, "odds"),
        ({"prizes": [NOTHING | {"fallback": False}]}, "须有且只有一个奖项为 fallback"),
        ({"prizes": [NOTHING | {"odds": 5}, gift(999_995, fallback=True)]}, "须有且只有一个奖项为 fallback"),
        ({"prizes": [goods(fallback=True)]}, "fallback 须为积分或未中奖"),
        ({"prizes": [gift(stock=5, fallback=True)]}, "fallback 须为积分或未中奖，且不限库存"),
        ({"prizes": [goods(0), NOTHING]}, "咖啡壶：odds 须大于 0"),
        ({"prizes": [goods(5, stock=None), NOTHING | {"odds": 999_995}]}, "实物奖品须填库存"),
        ({"prizes": [goods(5, per_day=4), NOTHING | {"odds": 999_995}]}, "per_day 不能大于 stock"),
        ({"prizes": [gift(5, name="谢谢参与"), NOTHING | {"odds": 999_995}]}, "奖项名称 谢谢参与 重复"),
        ({"prizes": [NOTHING | {"stock": 5}]}, "未中奖不限库存"),
        ({"prizes": []}, "prizes"),
        ({"prizes": [NOTHING | {"colour": "red"}]}, "colour"),
        ({"closes_at": "2026-03-01T01:00:00+00:00"}, "closes_at 须晚于 opens_at"),
        ({"closes_at": "2027-03-03T01:00:00+00:00"}, "不超过 366 天"),
        ({"opens_at": "2026-03-01T01:00:00"}, "opens_at"),
        ({"code": "Spring"}, "code"),
        ({"cost": {"kind": "points", "points": 0}}, "cost"),
        ({"cost": {"kind": "free"}}, "cost"),
        ({"cost": {"kind": "ticket"}}, "以抽奖券参加的抽奖须写明 tickets"),
        ({"tickets": {"check_in": 1}}, "只有以抽奖券参加的抽奖才有 tickets"),
        ({"limits": {"day": 0}}, "limits.day"),
        ({"tiers": []}, "tiers"),
    ],
)
def test_what_is_wrong_is_told(changes, why):
    with pytest.raises(lottery.DefinitionRefused) as refused:
        lottery.checked(definition(**changes))
    assert why in refused.value.detail


def test_a_draw_for_tickets_says_what_gives_them():
    earned = lottery.checked(definition(cost={"kind": "ticket"}, tickets={"check_in": 1}))
    assert (earned.tickets.given, earned.tickets.of("check-in", 0)) == (True, 1)


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(lottery.DefinitionRefused) as refused:
        lottery.checked(definition(title="", limits={"day": 0}))
    assert "title" in refused.value.detail
    assert "limits.day" in refused.value.detail
