"""What a definition cannot mean, in words for whoever wrote it: all of it at once."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import stores, tiers
from backend.coupons.definition import DISCOUNTS, Definition, FixedDays, Goods
from backend.coupons.errors import DefinitionRefused
from backend.coupons.models import Template
from backend.coupons.queries import terms_of
from backend.kit.calendar import shop_day

WORDS: Final = {
    "missing": "缺少该项",
    "extra_forbidden": "没有这一项",
    "int_type": "须为整数",
    "string_type": "须为文字",
    "bool_type": "须为 true 或 false",
    "tuple_type": "须为列表",
    "dict_type": "须为对象",
    "model_type": "须为对象",
    "model_attributes_type": "须为对象",
    "too_long": "最多 {max_length} 项",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "less_than": "须小于 {lt}",
    "string_too_short": "不能为空",
    "string_too_long": "最多 {max_length} 个字符",
    "string_pattern_mismatch": "格式不符",
    "literal_error": "须为 {expected} 之一",
    "union_tag_invalid": "kind 须为 {expected_tags} 之一",
    "union_tag_not_found": "缺少 kind",
}


def checked(session: Session, code: str, definition: dict[str, Any], *, now: datetime) -> Definition:
    """What a template with this code would say. Raises DefinitionRefused for what contradicts itself, and for stores,
    counters, brands, tiers and templates that there are not.
    """
    try:
        terms = Definition.model_validate(definition)
    except ValidationError as error:
        told = (f"{'.'.join(map(str, one['loc'])) or '券模板'}：{_words(one)}" for one in error.errors())
        raise DefinitionRefused(why="；".join(dict.fromkeys(told))) from error
    found = [*contradictions(code, terms, now=now), *_unknown(session, terms, now=now)]
    if found:
        raise DefinitionRefused(why="；".join(found))
    return terms


def contradictions(code: str, terms: Definition, *, now: datetime) -> Iterator[str]:
    """All that is wrong with a definition whose fields are each acceptable. Pure."""
    supply, stacking, limit = terms.supply, terms.stacking, terms.supply.per_member
    if any(start >= end for start, end in terms.usable.hours or ()):
        yield "usable.hours 的开始须早于结束；跨零点的时段请分两段写"
    if (supply.claim_from or supply.claim_until) and not supply.claimable:
        yield "supply.claim_from、claim_until 只用于可领取（claimable）的券"
    if supply.stock and supply.stock_per_day and supply.stock_per_day > supply.stock:
        yield "supply.stock_per_day 不能大于 stock"
    if code in _named(stacking.others):
        yield "stacking.others 不能写自己；同一张账单可用几张请写 same"
    if limit and limit.per == "ever" and stacking.same > limit.most:
        yield f"stacking.same 为 {stacking.same}，但每人最多只有 {limit.most} 张"
    if not isinstance(terms.worth, DISCOUNTS) and (stacking.same > 1 or stacking.others != "none"):
        yield "stacking 只用于满减、折扣和一口价：其他券单独核销"
    if isinstance(terms.validity, FixedDays):
        yield from _of_days(terms, terms.validity, now)


def one_sided(session: Session, code: str, terms: Definition) -> list[str]:
    """Codes of templates that this one goes together with, whose live version does not allow that in return."""
    named = _named(terms.stacking.others)
    others = session.scalars(select(Template).where(Template.code.in_(named), Template.version.is_not(None)))
    allowed = {other.code: terms_of(session, other).stacking.others for other in others}
    return [name for name in named if name in allowed and not _allows(allowed[name], code)]


def _of_days(terms: Definition, days: FixedDays, now: datetime) -> Iterator[str]:
    supply = terms.supply
    if days.last < shop_day(now):
        yield "validity.last 已过"
    if supply.claim_until and shop_day(supply.claim_until - timedelta(microseconds=1)) > days.last:
        yield "supply.claim_until 晚于有效期的最后一天"
    length = min((days.last - days.first).days + 1, 400)
    all_days = (days.first + timedelta(days=number) for number in range(length))
    if not any(
        day not in terms.usable.not_on and day.isoweekday() in (terms.usable.weekdays or range(1, 8))
        for day in all_days
    ):
        yield "有效期内没有一天可用（usable.weekdays、not_on）"


def _unknown(session: Session, terms: Definition, *, now: datetime) -> Iterator[str]:
    goods: tuple[Goods, ...] = (terms.scope.goods, terms.scope.without)
    brands = {*_all(one.brands for one in goods), *((terms.cost.brand,) if terms.cost.brand else ())}
    asked: dict[str, tuple[type[stores.Store | stores.Brand | stores.Counter], set[str]]] = {
        "门店": (stores.Store, set(terms.scope.stores or ())),
        "专柜": (stores.Counter, _all(one.counters for one in goods)),
        "品牌": (stores.Brand, brands),
    }
    for what, (table, codes) in asked.items():
        yield from _missing(what, codes, stores.known_codes(session, table, codes))
    if terms.audience.tiers:
        yield from _missing(
            "等级", set(terms.audience.tiers), {tier.code for tier in tiers.tiers_now(session, now=now)}
        )
    named = _named(terms.stacking.others)
    known = session.scalars(select(Template.code).where(Template.code.in_(named), Template.status != "ended"))
    yield from _missing("券模板", named, set(known))


def _missing(what: str, codes: set[str], known: set[str]) -> list[str]:
    return [f"没有{what} {code}" for code in sorted(codes - known)]


def _all(lists: Iterable[tuple[str, ...] | None]) -> set[str]:
    return {word for words in lists for word in words or ()}


def _named(others: str | tuple[str, ...]) -> set[str]:
    return set() if isinstance(others, str) else set(others)


def _allows(others: str | tuple[str, ...], code: str) -> bool:
    return others == "any" or code in _named(others)


def _words(error: ErrorDetails) -> str:
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    return WORDS.get(error["type"], error["msg"]).format(**error.get("ctx", {}))
