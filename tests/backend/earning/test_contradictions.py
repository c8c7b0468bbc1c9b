import pytest

from backend.earning.book import EarningBook
from backend.earning.contradictions import contradictions
from tests.factories.earning import GROUPS, make_definition, make_rule

DOUBLE = {"multiplier": 20_000}
HALF = {"multiplier": 5_000}
FIXED = {"fixed": 10}
FROM_100 = {"min_amount_fen": 10_000}
PLAIN = make_rule("plain")
SCALED_TOO = {"code": "other", "kind": "points", "stacking": "add", "scaled": True}


def found(*rules, groups=GROUPS):
    return contradictions(EarningBook.model_validate(make_definition(*rules, groups=groups)))


@pytest.mark.parametrize(
    "rules",
    [
        [],
        [PLAIN],
        [PLAIN, make_rule("x2", "bonus", effect=DOUBLE, caps={"day": 5, "month": 50, "ever": 50}, budget=9)],
        [PLAIN, make_rule("half", "season", effect=HALF, conditions={"brands": ["A"]})],
        [make_rule("a", "pick", conditions=FROM_100), make_rule("b", "pick", expiry="never")],
        [make_rule("a", "pick", budget=5, conditions={"brands": ["A"]}), make_rule("b", "pick")],
        [make_rule("a", "pick", budget=5), make_rule("b", "pick", effect={"base": 1}, trigger="check-in")],
        [make_rule("a", trigger="check-in", effect={"base": 1}), make_rule("b", trigger="birthday", effect=FIXED)],
        [make_rule("a", conditions={"hours": [["22:00", "24:00"], ["00:00", "02:00"]]})],
        [make_rule("a", conditions={"min_amount_fen": 5, "max_amount_fen": 5})],
    ],
)
def test_what_goes_together(rules):
    assert found(*rules) == []


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([PLAIN, PLAIN], "规则 plain 重复"),
        ([make_rule("a", "none")], "规则 a：没有分组 none"),
        ([PLAIN, make_rule("a", effect=DOUBLE)], "规则 a：multiplier 只能放在倍数分组"),
        ([PLAIN, make_rule("a", "bonus")], "规则 a：multiplier 只能放在倍数分组"),
        ([make_rule("a", trigger="survey")], "规则 a：per_yuan 只能用于消费"),
        (
            [make_rule("a", trigger="survey", effect=FIXED, conditions={"brands": ["A"], "min_amount_fen": 1})],
            "规则 a：brands、min_amount_fen 只能用于消费",
        ),
        ([make_rule("a", effect={"base": 1})], "规则 a：base 是活动自身核算的积分"),
        (
            [make_rule("a", conditions={"from_at": "2026-03-08T00:00:00Z", "until_at": "2026-03-08T08:00:00+08:00"})],
            "规则 a：from_at 须早于 until_at",
        ),
        ([make_rule("a", conditions={"hours": [["22:00", "02:00"]]})], "规则 a：hours 的开始须早于结束"),
        ([make_rule("a", conditions={"min_amount_fen": 6, "max_amount_fen": 5})], "规则 a：min_amount_fen 不能大于"),
        ([make_rule("a", caps={})], "规则 a：caps 须填"),
        ([make_rule("a", caps={"day": 6, "ever": 5})], "规则 a：caps 中较短时期的上限"),
        ([PLAIN, make_rule("a", "bonus", effect=HALF)], "规则 a：低于 1 倍的倍数须放在 stacking: multiply"),
        ([PLAIN, make_rule("a", "season", effect=HALF, budget=1)], "规则 a：低于 1 倍的倍数不发积分"),
        ([PLAIN, make_rule("a", "season", effect=HALF, expiry="never")], "规则 a：低于 1 倍的倍数不发积分"),
        ([PLAIN, make_rule("a", "season", effect=HALF, conditions=FROM_100)], "规则 a：低于 1 倍的倍数不能设金额条件"),
        ([make_rule("a", "pick"), make_rule("b", "pick", effect=FIXED)], "分组 pick：取优（best）不能在"),
        (
            [make_rule("a", "pick", conditions=FROM_100), make_rule("b", "pick", budget=5)],
            "分组 pick：取优（best）分组中",
        ),
        (
            [
                PLAIN,
                make_rule("a", "bonus", effect=DOUBLE, conditions=FROM_100),
                make_rule("b", "bonus", effect=DOUBLE, caps={"day": 5}),
            ],
            "分组 bonus：取优（best）分组中",
        ),
        (
            [
                make_rule("a", "pick", effect=FIXED, conditions={"brands": ["A"]}),
                make_rule("b", "pick", effect=FIXED, caps={"day": 5}),
            ],
            "分组 pick：取优（best）分组中",
        ),
        ([PLAIN, make_rule("b", "other")], "同一 trigger（purchase）的规则只能有一个 scaled 分组，现有 base、other"),
        ([make_rule("a", "gift"), make_rule("b", "bonus", effect=DOUBLE)], "规则 b：没有可加倍的积分"),
    ],
)
def test_what_does_not_is_told(rules, words):
    told = found(*rules, groups=[*GROUPS, SCALED_TOO])
    assert len(told) == 1
    assert told[0].startswith(words), told


def test_a_group_told_twice_is_found():
    assert found(groups=[GROUPS[0], GROUPS[0]]) == ["分组 base 重复"]


def test_all_that_is_wrong_is_told_at_once():
    told = found(make_rule("a", "none"), make_rule("b", effect={"base": 1}), make_rule("c", caps={}))
    assert [words.partition("：")[0] for words in told] == ["规则 a", "规则 b", "规则 c"]
