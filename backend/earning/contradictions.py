"""What does not go together in a book of rules, in words for who writes it. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from backend.earning.book import (
    PERIODS,
    PURCHASE_CONDITIONS,
    EarningBook,
    Group,
    MultiplierGroup,
    PointsGroup,
    Rule,
)

PURCHASE: Final = "purchase"


def contradictions(book: EarningBook) -> list[str]:
    """All that is wrong with a book whose fields are each acceptable; empty when it may be published."""
    found = [
        *_twice("分组", [group.code for group in book.groups]),
        *_twice("规则", [rule.code for rule in book.rules]),
    ]
    groups = {group.code: group for group in book.groups}
    for rule in book.rules:
        if rule.group in groups:
            found += [f"规则 {rule.code}：{why}" for why in _of_rule(rule, groups[rule.group])]
        else:
            found.append(f"规则 {rule.code}：没有分组 {rule.group}")
    if not found:
        for group in book.groups:
            mine = [rule for rule in book.rules if rule.group == group.code]
            found += [f"分组 {group.code}：{why}" for why in _of_group(group, mine)]
        found += _of_scaling(book, groups)
    return found


def _twice(what: str, codes: Iterable[str]) -> list[str]:
    return [f"{what} {code} 重复" for code, times in Counter(codes).items() if times > 1]


def _of_rule(rule: Rule, group: Group) -> Iterator[str]:
    effect, asked = rule.effect, rule.conditions
    if (effect.multiplier is not None) != isinstance(group, MultiplierGroup):
        yield "multiplier 只能放在倍数分组（kind: multiplier），其他效果只能放在积分分组（kind: points）"
    if rule.trigger != PURCHASE:
        told = [name for name in PURCHASE_CONDITIONS if getattr(asked, name) is not None]
        told += ["per_yuan"] if effect.per_yuan is not None else []
        if told:
            yield f"{'、'.join(told)} 只能用于消费（trigger: purchase）"
    elif effect.base is not None:
        yield "base 是活动自身核算的积分，消费没有；请用 per_yuan"
    if asked.from_at is not None and asked.until_at is not None and asked.from_at >= asked.until_at:
        yield "from_at 须早于 until_at"
    if len(set(rule.coupons)) < len(rule.coupons):
        yield "coupons 中有重复的券模板"
    if rule.coupons and rule.reduces:
        yield "低于 1 倍的倍数不能送券"
    if any(start >= end for start, end in asked.hours or ()):
        yield "hours 的开始须早于结束；跨零点的时段请分两段写"
    if None not in (asked.min_amount_fen, asked.max_amount_fen) and (asked.min_amount_fen or 0) > (
        asked.max_amount_fen or 0
    ):
        yield "min_amount_fen 不能大于 max_amount_fen"
    yield from _of_limits(rule, group)


def _of_limits(rule: Rule, group: Group) -> Iterator[str]:
    told = [getattr(rule.caps, period) for period in PERIODS if rule.caps and getattr(rule.caps, period) is not None]
    if rule.caps is not None and not told:
        yield "caps 须填 day、month、ever 中至少一项"
    if any(shorter > longer for shorter, longer in pairwise(told)):
        yield "caps 中较短时期的上限不能大于较长时期的上限"
    if rule.reduces:
        if group.stacking != "multiply":
            yield "低于 1 倍的倍数须放在 stacking: multiply 的分组"
        if rule.limited or rule.expiry is not None:
            yield "低于 1 倍的倍数不发积分，不能设 caps、budget、expiry"
        if rule.conditions.min_amount_fen is not None or rule.conditions.max_amount_fen is not None:
            yield "低于 1 倍的倍数不能设金额条件：退货会使积分变多"


def _of_group(group: Group, rules: Sequence[Rule]) -> Iterator[str]:
    if group.stacking != "best":
        return
    for trigger in sorted({rule.trigger for rule in rules}):
        rivals = [rule for rule in rules if rule.trigger == trigger]
        of_lines = [rule for rule in rivals if rule.effect.per_yuan is not None]
        if isinstance(group, PointsGroup) and 0 < len(of_lines) < len(rivals):
            yield f"取优（best）不能在按金额（per_yuan）与按次（fixed、base）之间比较（trigger: {trigger}）"
        if any(rule.limited for rule in rivals) and any(_may_be_lost(rule) for rule in rivals):
            yield (
                "取优（best）分组中有规则设了 caps 或 budget 时，各规则不能设 min_amount_fen，"
                "按次的规则不能限定 counters、brands、categories：退货后改用别的规则会突破上限"
            )


def _may_be_lost(rule: Rule) -> bool:
    """Whether giving a part of the goods back may end what the rule gives for the rest."""
    per_bill = rule.effect.fixed is not None or rule.effect.base is not None
    return rule.conditions.min_amount_fen is not None or (per_bill and rule.conditions.choose_lines)


def _of_scaling(book: EarningBook, groups: dict[str, Group]) -> Iterator[str]:
    for trigger in sorted({rule.trigger for rule in book.rules}):
        mine = [rule for rule in book.rules if rule.trigger == trigger]
        scaled = {rule.group for rule in mine if _scales(groups[rule.group])}
        multipliers = [rule.code for rule in mine if rule.effect.multiplier is not None]
        if len(scaled) > 1:
            yield f"同一 trigger（{trigger}）的规则只能有一个 scaled 分组，现有 {'、'.join(sorted(scaled))}"
        if multipliers and not scaled:
            yield f"规则 {'、'.join(multipliers)}：没有可加倍的积分（trigger {trigger} 没有 scaled 分组的规则）"


def _scales(group: Group) -> bool:
    return isinstance(group, PointsGroup) and group.scaled
