"""What is refused when a book is saved (T4), each by its words."""

import pytest

from backend import rulebooks, tiers
from tests.factories.tiers import YEAR, definition, tier
from tests.support.clocks import LATE

SILVER = tier("silver", {"growth": 100}, name="银卡")
GOLD = tier("gold", {"growth": 500}, name="金卡")


def test_the_first_book_is_in_order(session):
    book = tiers.checked(rulebooks.get(session, tiers.KIND, 1).definition)
    assert [tier.code for tier in book.tiers] == ["basic", "silver", "gold", "diamond"]


def test_friends_of_two_levels_and_the_example_of_the_issue_are_in_order():
    gold = {
        "any": [{"spent_in_a_day_fen": 80_000}, {"spent_fen": 200_000, "days": 30}, {"friends": 3, "tier": "silver"}]
    }
    silver = {"any": [{"spent_fen": 50_000, "days": 30}, {"friends": 3}]}
    assert tiers.checked(definition(tier("silver", silver), tier("gold", gold))).rank("gold") == 2


WRONG = [
    (definition(SILVER, SILVER), "等级代码 silver 重复"),
    (definition(SILVER, GOLD | {"name": "银卡"}), "等级名称 银卡 重复"),
    (definition(tier("silver")), "等级 silver 没有达到条件，谁也到不了"),
    ({"tiers": [tier("basic", {"growth": 1}), SILVER]}, "最低等级 basic 不能有条件"),
    ({"tiers": [tier("basic", validity=YEAR), SILVER]}, "最低等级 basic 不能有期限"),
    ({"tiers": [tier("basic", gift={"points": 1}), SILVER]}, "最低等级 basic 不能有升级礼"),
    (definition(GOLD, SILVER), "等级 silver 不比下面的 gold 难：growth=100，而下面已要求 growth=500"),
    (definition(SILVER, GOLD | {"qualify": {"growth": 100}}), "等级 gold 不比下面的 silver 难"),
    (definition(SILVER | {"keep": {"growth": 5}}), "等级 silver 永久有效，保级条件不会起作用"),
    (
        definition(SILVER | {"keep": {"spent_fen": 5, "days": 9}, "validity": YEAR}),
        "等级 silver 的成长值不衰减，达到后永远满足，保级条件不会起作用",
    ),
    (definition(SILVER | {"validity": {"months": 1}, "grace_days": 29}), "等级 silver 的宽限期比有效期还长"),
    (definition(SILVER | {"gift": {}}), "等级 silver 的升级礼是空的"),
    (definition(SILVER, tier("gold", {"friends": 2, "tier": "black"})), "等级 gold 的条件提到未知等级 black"),
    (definition(tier("gold", {"friends": 2, "tier": "basic"})), "等级 gold 的条件要求好友为最低等级"),
    (
        definition(tier("gold", {"all": [{"manual": True}, {"growth": 5}]})),
        "等级 gold 的 manual 不能与其他条件同时要求",
    ),
    (
        definition(tier("gold", {"any": [{"all": [{"any": [{"all": [{"any": [{"growth": 1}]}]}]}]}]})),
        "等级 gold 的条件过于复杂",
    ),
    (definition(SILVER, replaced={"black": "gold"}), "replaced 中的 gold 不是本规则的等级"),
    (definition(SILVER, GOLD, replaced={"silver": "gold"}), "replaced 中的 silver 仍是本规则的等级"),
    (definition(tier("gold", {"growth": 0})), "等级 gold qualify.growth：不能小于 1"),
    (definition(tier("gold", {"points": 5})), "等级 gold qualify：不是已知的条件（可用：any、all、spent_fen、"),
    (definition(SILVER, on_refund="never"), "on_refund：须为 'recheck' or 'at-period-end' 之一"),
    (definition(SILVER, colour="red"), "colour：没有这一项"),
    (definition(SILVER | {"name": "银\n卡"}), "等级 silver name：格式不符"),
    ({}, "tiers：缺少该项"),
]


@pytest.mark.parametrize(("book", "words"), WRONG)
def test_what_cannot_be_meant_is_refused_in_words(book, words):
    with pytest.raises(tiers.BookRefused) as refusal:
        tiers.checked(book)
    assert words in refusal.value.detail


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(tiers.BookRefused) as refusal:
        tiers.checked(definition(tier("silver"), GOLD | {"gift": {}}))
    assert len(refusal.value.details["why"].split("；")) == 2


def draft(session, book):
    return tiers.draft(session, book, based_on=1, by="demo", note="新规则", now=LATE)


def test_a_draft_says_what_becomes_of_every_tier_there_was(session):
    with pytest.raises(tiers.BookRefused) as refusal:
        draft(session, definition(SILVER, GOLD))
    assert refusal.value.details["why"] == "原有等级 diamond 须在 replaced 中说明由哪个等级接替"
    kept = draft(session, definition(SILVER, GOLD, replaced={"diamond": "gold"}))
    assert (kept.kind, kept.version, kept.status) == ("tiers", 2, "draft")
