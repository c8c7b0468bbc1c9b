from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from backend import rulebooks
from backend.earning.book import KIND, EarningBook, Rule, parsed
from backend.earning.events import Event
from backend.earning.explaining import Explanation, Told, explained
from backend.earning.limits import rooms, spent_of
from backend.earning.planning import Grant, plan
from backend.earning.rules import assess
from backend.earning.stored import find
from backend.points import Source


@dataclass(frozen=True)
class Quoted:
    """What an event would earn now, and what it would without limits."""

    points: int
    wanted: int
    book_version: int | None
    grants: tuple[Grant, ...]


@dataclass(frozen=True)
class LiveRule:
    """A rule in force, and what is spent of its budget."""

    rule: Rule
    spent: int


@dataclass(frozen=True)
class Tried:
    """What something made up would be worth by a book, and what would become of each rule."""

    points: int
    rules: list[Explanation]


NOTHING = Quoted(0, 0, None, ())


def quote(session: Session, member_id: int | None, event: Event, *, now: datetime) -> Quoted:
    """What `award` would give at this moment; writes nothing. Without a member nothing is given."""
    if member_id is None:
        return NOTHING
    planned = plan(session, member_id, event, now=now)
    return Quoted(planned.assessment.points, planned.wanted, planned.book_version, planned.grants)


def reassess(session: Session, member_id: int, *, source: Source, lines_kept: Sequence[int]) -> int:
    """What the amounts (fen) that are kept of an award's lines are worth by the rules it was made by.

    Raises AwardUnknown.
    """
    return find(session, member_id, source).again(lines_kept).points


def explain(session: Session, *, member_id: int, source: Source) -> list[Explanation]:
    """What became of each rule when points were given for something: matched, skipped or refused, and by what.

    Raises AwardUnknown.
    """
    stored = find(session, member_id, source)
    told = {code: Told(grant.granted, grant.kept, grant.limited_by) for code, grant in stored.grants.items()}
    return explained(stored.event, stored.again(), told)


def plain_per_yuan(session: Session, *, now: datetime) -> int:
    """Points for a yuan (per ten thousand) that every purchase earns by the rules in force, before a tier's rate."""
    book: EarningBook = parsed(rulebooks.live(session, KIND, now=now).definition)
    return book.plain_per_yuan


def try_out(book: EarningBook, event: Event) -> Tried:
    """What an event would be worth by a book of which no cap and no budget has been touched yet. Pure."""
    limited = [one.rule for one in assess(book, event).contributions if one.rule.limited]
    left = rooms(limited, {}, {}, at=event.at)
    assessment = assess(book, event, rooms={code: room.points for code, room in left.items()})
    told = {
        one.rule.code: Told(one.granted, one.granted, left[one.rule.code].by if one.granted < one.wanted else None)
        for one in assessment.contributions
    }
    return Tried(assessment.points, explained(event, assessment, told))


def live_rules(session: Session, *, now: datetime) -> tuple[int, list[LiveRule]]:
    """The version in force, and its rules in the order of their groups."""
    stored = rulebooks.live(session, KIND, now=now)
    book: EarningBook = parsed(stored.definition)
    rules = [rule for group in book.groups for rule in book.rules if rule.group == group.code]
    spent = spent_of(session, rules)
    return stored.version, [LiveRule(rule, spent.get(rule.code, 0)) for rule in rules]
