"""Whether a rule applies to an event, and to which lines of it; else the first condition that is not met."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from backend.earning.book import LINE_CONDITIONS, Conditions, Rule
from backend.earning.events import Event
from config import policy

NOTHING_PAID: Final = "nothing_paid"
FIELD_OF: Final = {"counters": "counter", "brands": "brand", "categories": "category"}


@dataclass(frozen=True)
class Fit:
    """How a rule fits: the lines that count (by place) and what they cost, or the condition that is `unmet`."""

    rule: Rule
    lines: tuple[int, ...] = ()
    amount_fen: int = 0
    unmet: str | None = None


def fit(rule: Rule, event: Event, kept: Sequence[int]) -> Fit:
    """Try a rule on an event of whose lines the amounts `kept` (fen) are left.

    What is returned later can make a bill too small, never small enough: the upper limit is asked of what was bought.
    """
    asked = rule.conditions
    unmet = next((name for name, met in _of_the_event(rule, event) if not met), None)
    if unmet is not None or event.trigger != "purchase":
        return Fit(rule, unmet=unmet)
    if not sum(kept):
        return Fit(rule, unmet=NOTHING_PAID)
    lines, unmet = _lines(asked, event, kept)
    left, bought = sum(kept[place] for place in lines), sum(event.lines[place].amount_fen for place in lines)
    if unmet is None and asked.min_amount_fen is not None and left < asked.min_amount_fen:
        unmet = "min_amount_fen"
    if unmet is None and asked.max_amount_fen is not None and bought > asked.max_amount_fen:
        unmet = "max_amount_fen"
    return Fit(rule, lines, left, unmet)


def asks(rules: Sequence[Rule], name: str) -> bool:
    """Whether any of some rules has a condition of that name."""
    return any(getattr(rule.conditions, name) is not None for rule in rules if rule.enabled)


def _of_the_event(rule: Rule, event: Event) -> Iterator[tuple[str, bool]]:
    asked, local = rule.conditions, event.at.astimezone(policy.SHOP_ZONE)
    time_of_day = f"{local:%H:%M}"
    yield "enabled", rule.enabled
    yield "from_at", asked.from_at is None or event.at >= asked.from_at
    yield "until_at", asked.until_at is None or event.at < asked.until_at
    yield "weekdays", asked.weekdays is None or local.isoweekday() in asked.weekdays
    yield "member_days", asked.member_days is None or local.day in asked.member_days
    yield "hours", asked.hours is None or any(start <= time_of_day < end for start, end in asked.hours)
    yield "tiers", asked.tiers is None or event.tier_code in asked.tiers
    yield "tags", asked.tags is None or not (event.tags or frozenset()).isdisjoint(asked.tags)
    yield "stores", asked.stores is None or event.store_code in asked.stores
    yield "first_purchase", asked.first_purchase is None or event.first_purchase


def _lines(asked: Conditions, event: Event, kept: Sequence[int]) -> tuple[tuple[int, ...], str | None]:
    places: tuple[int, ...] = tuple(range(len(event.lines)))
    for name in LINE_CONDITIONS:
        wanted = getattr(asked, name)
        if wanted is not None:
            places = tuple(place for place in places if getattr(event.lines[place], FIELD_OF[name]) in wanted)
            if not any(kept[place] for place in places):
                return places, name
    return places, None
