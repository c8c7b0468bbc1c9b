from typing import Annotated, Literal

import pytest
from pydantic import Field, ValidationError, field_validator

from backend.kit.definitions import faults
from backend.kit.schema import Instant, Schema


class Rule(Schema):
    code: Annotated[str, Field(strict=True, min_length=1, max_length=3, pattern="^[a-z]+$")]
    rate: Annotated[int, Field(strict=True, ge=1, le=9)] = 1
    kind: Literal["more", "less"] = "more"
    from_at: Instant | None = None

    @field_validator("rate")
    @classmethod
    def no_seven(cls, rate):
        if rate == 7:
            raise ValueError("不能是 7")
        return rate


class Book(Schema):
    rules: Annotated[list[Rule], Field(min_length=1, max_length=2)]


def refusal(definition):
    with pytest.raises(ValidationError) as refused:
        Book.model_validate(definition)
    return refused.value


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({}, "rules.0.code：缺少该项"),
        ({"code": ""}, "rules.0.code：不能为空"),
        ({"code": "abcd"}, "rules.0.code：最多 3 个字符"),
        ({"code": "A"}, "rules.0.code：格式不符"),
        ({"code": 5}, "rules.0.code：须为文字"),
        ({"code": "a", "rate": "5"}, "rules.0.rate：须为整数"),
        ({"code": "a", "rate": 0}, "rules.0.rate：不能小于 1"),
        ({"code": "a", "rate": 10}, "rules.0.rate：不能大于 9"),
        ({"code": "a", "rate": 7}, "rules.0.rate：不能是 7"),
        ({"code": "a", "rat": 7}, "rules.0.rat：没有这一项"),
        ({"code": "a", "kind": "x"}, "rules.0.kind：须为 'more' or 'less' 之一"),
        ({"code": "a", "from_at": "2026-03-08"}, "rules.0.from_at：时间须写明时区，如 2026-03-08T00:00:00+08:00"),
        ({"code": "a", "from_at": "2026-13-08T00:00:00+08:00"}, "rules.0.from_at：不是有效的时间"),
        ({"code": "\ud800"}, "rules.0.code：含有无法识别的字符"),
        (5, "rules.0：须为对象"),
    ],
)
def test_what_is_wrong_is_told_in_words_with_its_place(rule, words):
    assert faults(refusal({"rules": [rule]})) == words


def test_all_that_is_wrong_is_told_at_once_and_each_thing_once():
    assert faults(refusal({"rules": [{}, {"code": "A"}]})) == "rules.0.code：缺少该项；rules.1.code：格式不符"
    assert faults(refusal({"rules": [{}, {}]}), place=lambda _: "规则") == "规则：缺少该项"


def test_a_document_may_have_words_and_places_of_its_own():
    assert faults(refusal({}), place=lambda path: f"<{path[-1]}>", more={"missing": "没写"}) == "<rules>：没写"
    assert faults(refusal(5)) == "规则：须为对象"
