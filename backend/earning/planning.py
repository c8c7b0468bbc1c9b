from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from backend import members, rulebooks, tiers
from backend.earning import limits
from backend.earning.book import KIND, EarningBook, Rule, parsed
from backend.earning.conditions import asks
from backend.earning.events import Event
from backend.earning.limits import Amounts, Room, Used
from backend.earning.rules import Assessment, assess
from backend.kit.money import PER_TEN_THOUSAND
from backend.points import Expiry


@dataclass(frozen=True)
class Grant:
    """What a rule gives: `wanted` points, of which its limits leave `granted`, good for so long (None: the house's)."""

    rule_code: str
    wanted: int
    granted: int
    expiry: Expiry | None


@dataclass(frozen=True)
class Plan:
    """What an event is worth to a member now, by the rules that were in force when it happened. Nothing is written."""

    book: EarningBook = field(repr=False)
    book_version: int
    event: Event
    wanted: int
    assessment: Assessment
    rooms: Mapping[str, Room]
    used: Used

    @property
    def amounts(self) -> Amounts:
        """What each rule gives."""
        return [(one.rule, one.granted) for one in self.assessment.contributions]

    @property
    def coupons(self) -> list[Rule]:
        """The rules that give coupons: those that give points, and multipliers of 1 wherever they apply."""
        return [
            one.rule
            for one in self.assessment.contributions
            if one.rule.coupons and (one.granted or one.rule.effect.multiplier == PER_TEN_THOUSAND)
        ]

    @property
    def grants(self) -> tuple[Grant, ...]:
        """What each rule gives or, but for its limits, would give."""
        return tuple(
            Grant(one.rule.code, one.wanted, one.granted, one.rule.good_for)
            for one in self.assessment.contributions
            if one.wanted
        )


def plan(session: Session, member_id: int, event: Event, *, now: datetime) -> Plan:
    """Assess an event within the limits as they are now. What it does not tell and rules ask for is looked up."""
    stored = rulebooks.live(session, KIND, now=event.at)
    book = parsed(stored.definition)
    event = _completed(session, member_id, book, event, now=now)
    free = assess(book, event)
    return within_limits(session, member_id, Plan(book, stored.version, event, free.points, free, {}, {}))


def within_limits(session: Session, member_id: int, draft: Plan, *, locked: bool = False) -> Plan:
    """The same plan within the limits as they are now; `locked` keeps everybody from the budgets from now on."""
    limited = [one.rule for one in draft.assessment.contributions if one.rule.limited]
    if not limited:
        return draft
    at = draft.event.at
    used = limits.used_by(session, member_id, limited, at=at)
    rooms = limits.rooms(limited, used, limits.spent_of(session, limited, locked=locked), at=at)
    assessment = assess(draft.book, draft.event, rooms={code: room.points for code, room in rooms.items()})
    return replace(draft, assessment=assessment, rooms=rooms, used=used)


def _completed(session: Session, member_id: int, book: EarningBook, event: Event, *, now: datetime) -> Event:
    rules = book.of(event.trigger)
    if event.tier_code is None and asks(rules, "tiers"):
        event = replace(event, tier_code=tiers.standing(session, member_id, now=now).tier.code)
    if event.tags is None and asks(rules, "tags"):
        event = replace(event, tags=members.tags_of(session, member_id))
    return event
