import pytest

from backend import earning, rulebooks
from backend.kit.errors import DomainError
from tests.factories.earning import make_definition, make_rule
from tests.support.clocks import MORNING


def refusal(definition):
    with pytest.raises(earning.BookRefused) as refused:
        earning.checked(definition)
    return refused.value.detail.removeprefix("积分规则有误：").split("；")


def test_a_book_without_contradictions_is_read():
    book = earning.checked(make_definition(make_rule("a", caps={"day": 5})))
    assert book.rules[0].caps.day == 5


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ({}, ["groups：缺少该项", "rules：缺少该项"]),
        ({"groups": 1, "rules": {}}, ["groups：须为列表", "rules：须为列表"]),
        ({"groups": [], "rules": [], "rule": []}, ["rule：没有这一项"]),
        ({"groups": [], "rules": ["x", {}]}, ["规则 第 1 项：须为对象"]),
        ({"groups": [{"code": "a", "kind": "points", "stacking": "multiply"}], "rules": []}, ["分组 a stacking：须为"]),
        ({"groups": [{"code": "a", "kind": "x"}], "rules": []}, ["分组 a：kind 须为"]),
        ({"groups": [{"code": "a"}], "rules": []}, ["分组 a：缺少 kind"]),
        (
            {"groups": [{"code": "a", "kind": "multiplier", "stacking": "add", "scaled": True}], "rules": []},
            ["分组 a scaled：没有这一项"],
        ),
        (make_definition(make_rule("Upper")), ["规则 Upper code：格式不符"]),
        (make_definition(make_rule("a", name=" ")), ["规则 a name：不能为空"]),
        (make_definition(make_rule("a", name="a\0b")), ["规则 a name：格式不符"]),
        (make_definition(make_rule("a", trigger="buy")), ["规则 a trigger：须为"]),
        (make_definition(make_rule("a", bonus=1)), ["规则 a bonus：没有这一项"]),
        (
            make_definition(make_rule("a", effect={})),
            ["规则 a effect：fixed、per_yuan、base、multiplier 须填且只填一项"],
        ),
        (make_definition(make_rule("a", effect={"fixed": 1, "per_yuan": 1})), ["规则 a effect：fixed、per_yuan"]),
        (make_definition(make_rule("a", effect={"fixed": None})), ["规则 a effect：fixed、per_yuan"]),
        (make_definition(make_rule("a", effect={"fixed": 1.5})), ["规则 a effect.fixed：须为整数"]),
        (make_definition(make_rule("a", effect={"fixed": "1"})), ["规则 a effect.fixed：须为整数"]),
        (make_definition(make_rule("a", effect={"fixed": 0})), ["规则 a effect.fixed：不能小于 1"]),
        (make_definition(make_rule("a", effect={"per_yuan": 1_000_001})), ["规则 a effect.per_yuan：不能大于 1000000"]),
        (make_definition(make_rule("a", expiry="soon")), ["规则 a expiry：须为对象", "规则 a expiry：须为 'year-end'"]),
        (make_definition(make_rule("a", expiry={"months": 0})), ["规则 a expiry.months：不能小于 1"]),
        (make_definition(make_rule("a", conditions={"weekdays": [8]})), ["规则 a conditions.weekdays.0：不能大于 7"]),
        (make_definition(make_rule("a", conditions={"tiers": []})), ["规则 a conditions.tiers：不能为空，也不能重复"]),
        (
            make_definition(make_rule("a", conditions={"member_days": [8, 8]})),
            ["规则 a conditions.member_days：不能为空，也不能重复"],
        ),
        (
            make_definition(make_rule("a", conditions={"hours": [["9:00", "12:00"]]})),
            ["规则 a conditions.hours.0.0：格式不符"],
        ),
        (
            make_definition(make_rule("a", conditions={"from_at": "2026-03-08"})),
            ["规则 a conditions.from_at：时间须写明"],
        ),
        (
            make_definition(make_rule("a", conditions={"first_purchase": False})),
            ["规则 a conditions.first_purchase：须为"],
        ),
        (make_definition(make_rule("a"), make_rule("a")), ["规则 a 重复"]),
    ],
)
def test_what_is_wrong_is_told_in_words_and_by_its_place(definition, words):
    told = refusal(definition)
    assert all(any(line.startswith(word) for line in told) for word in words), told


def test_a_draft_is_checked_and_changes_nothing_yet(session):
    definition = make_definition(make_rule("a"))
    book = earning.draft(session, definition, based_on=1, by="anna", note="试", now=MORNING)
    assert (book.kind, book.version, book.status, book.definition) == ("earning", 2, "draft", definition)
    assert rulebooks.live(session, "earning", now=MORNING).version == 1


def test_what_contradicts_is_not_kept(session):
    with pytest.raises(earning.BookRefused) as refused:
        earning.draft(session, make_definition(make_rule("a", "none")), based_on=1, by="anna", note="试", now=MORNING)
    assert isinstance(refused.value, DomainError)
    assert len(rulebooks.history(session, "earning", limit=5)) == 1


def test_the_first_book_is_what_an_operator_could_have_written(session):
    definition = rulebooks.live(session, "earning", now=MORNING).definition
    assert [rule.code for rule in earning.checked(definition).rules] == ["purchase", "check-in", "join"]
