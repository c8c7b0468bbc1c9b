"""Golden cases: what operators read of a rule, and of what became of it (P3)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from backend.earning.book import EarningBook, Rule
from backend.earning.events import Event, EventLine
from backend.earning.explaining import Told, conditions_of, effect_of, explained, limits_of
from backend.earning.rules import assess
from tests.factories.earning import make_definition, make_rule

SUNDAY = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
BILL = Event("purchase", SUNDAY, tier_code="basic", store_code="SH02", lines=(EventLine(12_000, "C1", "鹿角", "服饰"),))
NOT_BEFORE = "2026-03-08T20:00:00+08:00"


def explain(*rules, event=BILL, told=None, rooms=None):
    book = EarningBook.model_validate(make_definition(*rules))
    return explained(event, assess(book, event, rooms=rooms), told or {})


@pytest.mark.parametrize(
    ("conditions", "condition", "words"),
    [
        ({"tiers": ["gold", "diamond"]}, "tiers", "仅限等级 gold、diamond；会员等级为 basic"),
        ({"stores": ["SH01"]}, "stores", "仅限门店 SH01；门店为 SH02"),
        ({"tags": ["VIP", "宝妈"]}, "tags", "仅限有标签 VIP、宝妈 的会员；会员没有这样的标签"),
        ({"counters": ["C2"]}, "counters", "仅限专柜 C2 的商品；没有这样的商品"),
        ({"brands": ["竹叶", "松枝"]}, "brands", "仅限品牌 竹叶、松枝 的商品；没有这样的商品"),
        ({"categories": ["美妆"]}, "categories", "仅限品类 美妆 的商品；没有这样的商品"),
        ({"weekdays": [3, 5]}, "weekdays", "仅限周三、五；当天是周日"),
        ({"member_days": [18, 28]}, "member_days", "仅限每月 18、28 日；当天是 8 日"),
        ({"hours": [["10:00", "12:00"], ["18:00", "20:00"]]}, "hours", "仅限 10:00–12:00、18:00–20:00；发生于 12:00"),
        ({"from_at": NOT_BEFORE}, "from_at", "2026-03-08 20:00 起；发生于 2026-03-08 12:00"),
        ({"until_at": "2026-03-08T00:00:00+08:00"}, "until_at", "2026-03-08 00:00 止；发生于 2026-03-08 12:00"),
        ({"first_purchase": True}, "first_purchase", "仅限首次消费；不是首次消费"),
        ({"min_amount_fen": 20_050}, "min_amount_fen", "须满 ¥200.50；金额为 ¥120.00"),
        ({"max_amount_fen": 10_000}, "max_amount_fen", "不超过 ¥100.00；金额为 ¥120.00"),
    ],
)
def test_the_condition_that_was_not_met_is_told(conditions, condition, words):
    (told,) = explain(make_rule("a", name="试", conditions=conditions))
    assert (told.outcome, told.condition, told.words) == ("skipped", condition, words)
    assert (told.rule_code, told.name, told.wanted, told.granted, told.kept) == ("a", "试", 0, 0, 0)


def test_a_rule_that_is_off_and_a_bill_without_money():
    (off,) = explain(make_rule("a", enabled=False))
    (free,) = explain(make_rule("a"), event=replace(BILL, lines=(EventLine(0),)))
    assert (off.condition, off.words) == ("enabled", "规则已停用")
    assert (free.condition, free.words) == ("nothing_paid", "没有实付金额")


@pytest.mark.parametrize(
    ("rule", "words", "points"),
    [
        (make_rule("a"), "每元 1 积分，得 120 积分", 120),
        (make_rule("a", effect={"per_yuan": 12_500}), "每元 1.25 积分，得 150 积分", 150),
        (make_rule("a", effect={"fixed": 30}), "30 积分，得 30 积分", 30),
        (make_rule("a", effect={"per_yuan": 1}), "每元 0.0001 积分，得 0 积分", 0),
    ],
)
def test_what_matched_says_what_it_gives_and_gave(rule, words, points):
    (told,) = explain(rule)
    assert (told.outcome, told.condition, told.words, told.granted) == ("matched", None, words, points)


def test_a_multiplier_says_what_it_added():
    rules = [make_rule("a"), make_rule("x2", "bonus", effect={"multiplier": 20_000})]
    rules.append(make_rule("half", "season", effect={"multiplier": 5_000}))
    assert [one.words for one in explain(*rules)] == [
        "每元 1 积分，得 60 积分",
        "2 倍积分，得 60 积分",
        "0.5 倍积分，得 0 积分",
    ]


def test_who_was_beaten_says_so():
    rules = [make_rule("a", "pick"), make_rule("b", "pick", effect={"per_yuan": 20_000})]
    told = explain(*rules)
    assert [(one.outcome, one.condition) for one in told] == [("skipped", "stacking"), ("matched", None)]
    assert told[0].words == "同组已按更优的规则计分"


@pytest.mark.parametrize(
    ("parts", "limit", "words"),
    [
        ({"caps": {"day": 100}}, "day", "每日上限 100 积分"),
        ({"caps": {"month": 100}}, "month", "每月上限 100 积分"),
        ({"caps": {"ever": 100}}, "ever", "累计上限 100 积分"),
        ({"budget": 100}, "budget", "总预算 100 积分"),
    ],
)
def test_a_limit_that_was_met_is_named(parts, limit, words):
    rule = make_rule("a", **parts)
    (some,) = explain(rule, told={"a": Told(70, 70, limit)}, rooms={"a": 70})
    assert (some.outcome, some.condition) == ("matched", limit)
    assert (some.words, some.wanted, some.granted) == (f"每元 1 积分，{words}，应得 120，实得 70 积分", 120, 70)
    (none,) = explain(rule, told={"a": Told(0, 0, limit)}, rooms={"a": 0})
    assert (none.outcome, none.condition, none.words) == (
        "refused",
        limit,
        f"每元 1 积分，{words}，应得 120，实得 0 积分",
    )


def test_what_was_taken_back_is_told():
    (told,) = explain(make_rule("a"), told={"a": Told(120, 90, None)})
    assert (told.words, told.granted, told.kept) == ("每元 1 积分，得 120 积分；退货后为 90 积分", 120, 90)


def test_who_came_in_after_a_refund_is_told():
    rules = [make_rule("a", "pick"), make_rule("b", "pick", effect={"per_yuan": 20_000})]
    told = explain(*rules, told={"a": Told(0, 50, None), "b": Told(240, 0, None)})
    assert [one.words for one in told] == [
        "每元 1 积分，得 0 积分；退货后为 50 积分",
        "每元 2 积分，得 240 积分；退货后为 0 积分",
    ]


def test_a_rule_is_described_for_a_list():
    conditions = {"weekdays": [3], "tiers": ["gold"], "min_amount_fen": 10_000}
    rule = Rule.model_validate(make_rule("a", conditions=conditions, caps={"day": 50, "ever": 500}, budget=9_000))
    assert conditions_of(rule) == "仅限周三，仅限等级 gold，须满 ¥100.00"
    assert effect_of(rule) == "每元 1 积分"
    assert limits_of(rule) == "每日上限 50 积分，累计上限 500 积分，总预算 9000 积分"
    assert effect_of(Rule.model_validate(make_rule("b", effect={"base": 15_000}))) == "活动积分的 1.5 倍"
    assert [conditions_of(Rule.model_validate(make_rule("c"))), limits_of(Rule.model_validate(make_rule("c")))] == [
        "",
        "",
    ]
