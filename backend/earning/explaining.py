"""Rules in words: what they ask, and what became of each of them for an event. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from backend.earning.book import Conditions, Rule
from backend.earning.conditions import NOTHING_PAID, Fit
from backend.earning.events import Event
from backend.earning.rules import Assessment
from backend.earning.stacking import Contribution
from backend.kit.money import PER_TEN_THOUSAND, yuan
from config import policy

WEEKDAYS: Final = "一二三四五六日"
BUDGET: Final = "budget"
STACKING: Final = "stacking"

# what each condition asks, and what was the case instead
ASKED: Final[Mapping[str, Callable[[Conditions], str]]] = {
    "from_at": lambda asked: f"{_moment(asked.from_at)} 起",
    "until_at": lambda asked: f"{_moment(asked.until_at)} 止",
    "weekdays": lambda asked: f"仅限周{'、'.join(WEEKDAYS[day - 1] for day in asked.weekdays or ())}",
    "member_days": lambda asked: f"仅限每月 {_list(asked.member_days)} 日",
    "hours": lambda asked: f"仅限 {'、'.join(f'{start}–{end}' for start, end in asked.hours or ())}",
    "tiers": lambda asked: f"仅限等级 {_list(asked.tiers)}",
    "tags": lambda asked: f"仅限有标签 {_list(asked.tags)} 的会员",
    "stores": lambda asked: f"仅限门店 {_list(asked.stores)}",
    "first_purchase": lambda _: "仅限首次消费",
    "counters": lambda asked: f"仅限专柜 {_list(asked.counters)} 的商品",
    "brands": lambda asked: f"仅限品牌 {_list(asked.brands)} 的商品",
    "categories": lambda asked: f"仅限品类 {_list(asked.categories)} 的商品",
    "min_amount_fen": lambda asked: f"须满 {yuan(asked.min_amount_fen or 0)}",
    "max_amount_fen": lambda asked: f"不超过 {yuan(asked.max_amount_fen or 0)}",
}
FOUND: Final[Mapping[str, Callable[[Event, Fit], str]]] = {
    "from_at": lambda event, _: f"发生于 {_moment(event.at)}",
    "until_at": lambda event, _: f"发生于 {_moment(event.at)}",
    "weekdays": lambda event, _: f"当天是周{WEEKDAYS[_local(event.at).weekday()]}",
    "member_days": lambda event, _: f"当天是 {_local(event.at).day} 日",
    "hours": lambda event, _: f"发生于 {_local(event.at):%H:%M}",
    "tiers": lambda event, _: f"会员等级为 {event.tier_code or '无'}",
    "tags": lambda _, __: "会员没有这样的标签",
    "stores": lambda event, _: f"门店为 {event.store_code or '无'}",
    "first_purchase": lambda _, __: "不是首次消费",
    "counters": lambda _, __: "没有这样的商品",
    "brands": lambda _, __: "没有这样的商品",
    "categories": lambda _, __: "没有这样的商品",
    "min_amount_fen": lambda _, fit: f"金额为 {yuan(fit.amount_fen)}",
    "max_amount_fen": lambda _, fit: f"金额为 {yuan(fit.amount_fen)}",
}
LIMITS: Final[Mapping[str, str]] = {"day": "每日上限", "month": "每月上限", "ever": "累计上限", BUDGET: "总预算"}


@dataclass(frozen=True)
class Explanation:
    """What became of a rule: it matched, was skipped (by `condition`), or was refused by a limit (`condition`).

    A match that a limit cut short names the limit too. `wanted` is without limits, `kept` after refunds.
    """

    rule_code: str
    name: str
    outcome: Literal["matched", "skipped", "refused"]
    condition: str | None
    words: str
    wanted: int = 0
    granted: int = 0
    kept: int = 0


@dataclass(frozen=True)
class Told:
    """What is stored of a rule's grant."""

    granted: int
    kept: int
    limited_by: str | None


def explained(event: Event, assessment: Assessment, told: Mapping[str, Told]) -> list[Explanation]:
    """Each rule of the trigger in the order of the book, with what is `told` of its grant."""
    given = {one.rule.code: one for one in assessment.contributions}
    return [
        _skipped(fit.rule, fit.unmet, _unmet(event, fit, fit.unmet))
        if fit.unmet is not None
        else _fitting(given[fit.rule.code], told.get(fit.rule.code))
        for fit in assessment.fits
    ]


def conditions_of(rule: Rule) -> str:
    """What a rule asks, in words."""
    asked = [words(rule.conditions) for name, words in ASKED.items() if getattr(rule.conditions, name) is not None]
    return "，".join(asked)


def effect_of(rule: Rule) -> str:
    """What a rule gives, in words."""
    effect = rule.effect
    if effect.per_yuan is not None:
        return f"每元 {_rate(effect.per_yuan)} 积分"
    if effect.multiplier is not None:
        return f"{_rate(effect.multiplier)} 倍积分"
    return f"{effect.fixed} 积分" if effect.fixed is not None else f"活动积分的 {_rate(effect.base or 0)} 倍"


def limits_of(rule: Rule) -> str:
    """How much a rule gives at most, in words."""
    return "，".join(_limit(rule, name) for name in LIMITS if _most(rule, name) is not None)


def _fitting(given: Contribution, told: Told | None) -> Explanation:
    rule = given.rule
    granted, kept, limit = (told.granted, told.kept, told.limited_by) if told else (given.granted, given.granted, None)
    if given.beaten and not granted and not kept:
        return _skipped(rule, STACKING, "同组已按更优的规则计分")
    if limit is None:
        words = f"{effect_of(rule)}，得 {granted} 积分"
    else:
        words = f"{effect_of(rule)}，{_limit(rule, limit)}，应得 {given.wanted}，实得 {granted} 积分"
    if kept != granted:
        words += f"；退货后为 {kept} 积分"
    outcome: Literal["matched", "refused"] = "refused" if limit and not granted else "matched"
    return Explanation(rule.code, rule.name, outcome, limit, words, given.wanted, granted, kept)


def _skipped(rule: Rule, condition: str, words: str) -> Explanation:
    return Explanation(rule.code, rule.name, "skipped", condition, words)


def _unmet(event: Event, fit: Fit, condition: str) -> str:
    if condition == "enabled":
        return "规则已停用"
    if condition == NOTHING_PAID:
        return "没有实付金额"
    return f"{ASKED[condition](fit.rule.conditions)}；{FOUND[condition](event, fit)}"


def _limit(rule: Rule, name: str) -> str:
    return f"{LIMITS[name]} {_most(rule, name)} 积分"


def _most(rule: Rule, name: str) -> int | None:
    if name == BUDGET:
        return rule.budget
    found: int | None = getattr(rule.caps, name) if rule.caps else None
    return found


def _list(values: Iterable[object] | None) -> str:
    return "、".join(map(str, values or ()))


def _rate(rate: int) -> str:
    """A rate per ten thousand as people read it: 12000 is 1.2."""
    return f"{rate // PER_TEN_THOUSAND}.{rate % PER_TEN_THOUSAND:04d}".rstrip("0").rstrip(".")


def _moment(at: datetime | None) -> str:
    return f"{_local(at):%Y-%m-%d %H:%M}" if at else ""


def _local(at: datetime) -> datetime:
    return at.astimezone(policy.SHOP_ZONE)
