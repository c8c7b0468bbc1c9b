"""How many points the caps and budgets of rules leave, and what is used up of them.

A member's caps are counted under the lock of the account. A budget is everybody's: the UPDATE that takes from it is
also the condition that it is never passed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.orm import Session

from backend.earning.book import PERIODS, Rule
from backend.earning.explaining import BUDGET
from backend.earning.models import Budget, Usage
from backend.kit.calendar import shop_day
from backend.kit.db import is_mysql_family
from backend.kit.guarded import hit_one

Amounts = Sequence[tuple[Rule, int]]
Used = dict[tuple[str, str], Usage]


@dataclass(frozen=True)
class Room:
    """How many points a rule may still give, and which of its limits says so."""

    points: int
    by: str


def rooms(rules: Iterable[Rule], used: Used, spent: Mapping[str, int], *, at: datetime) -> dict[str, Room]:
    """What the limits of rules leave for something that happened `at`; of several limits the tightest."""
    return {rule.code: min(_rooms_of(rule, used, spent, at), key=lambda room: room.points) for rule in rules}


def used_by(session: Session, member_id: int, rules: Sequence[Rule], *, at: datetime) -> Used:
    """What a member has used up of the caps of rules in the periods of an instant."""
    periods = {period for rule in rules for _, period, _ in _caps(rule, at)}
    if not periods:
        return {}
    mine = select(Usage).where(
        Usage.member_id == member_id,
        Usage.rule_code.in_([rule.code for rule in rules if rule.caps]),
        Usage.period.in_(periods),
    )
    rows = session.scalars(mine.execution_options(populate_existing=True))
    return {(row.rule_code, row.period): row for row in rows}


def spent_of(session: Session, rules: Sequence[Rule], *, locked: bool = False) -> dict[str, int]:
    """What is spent of the budgets of rules; `locked` keeps everybody from them until the transaction ends."""
    codes = [rule.code for rule in rules if rule.budget is not None]
    if not codes:
        return {}
    query = select(Budget).where(Budget.rule_code.in_(codes)).order_by(Budget.rule_code)
    rows = session.scalars((query.with_for_update() if locked else query).execution_options(populate_existing=True))
    return {row.rule_code: row.granted for row in rows}


def count(session: Session, member_id: int, used: Used, amounts: Amounts, *, at: datetime) -> None:
    """Count points (below 0 gives them back) towards a member's caps of the periods of an instant."""
    for rule, points in amounts:
        for _, period, _ in _caps(rule, at) if points else ():
            row = used.get((rule.code, period))
            if row is None:
                row = Usage(member_id=member_id, rule_code=rule.code, period=period, points=0)
                session.add(row)
                used[rule.code, period] = row
            row.points += points


def take_budgets(session: Session, amounts: Amounts) -> bool:
    """Take points from the budgets of rules, in the order of their codes.

    False when one has fewer left than is taken: then nothing was taken from any.
    """
    wanted = _from_budgets(amounts)
    if not wanted:
        return True
    session.flush()  # what can be written before does not wait behind rows that everybody wants
    for place, (rule, points) in enumerate(wanted):
        if not _take(session, rule, points):
            give_budgets(session, wanted[:place])
            return False
    return True


def give_budgets(session: Session, amounts: Amounts) -> None:
    """Give points back to the budgets of rules."""
    for rule, points in _from_budgets(amounts):
        mine = update(Budget).where(Budget.rule_code == rule.code).execution_options(synchronize_session=False)
        session.execute(mine.values(granted=Budget.granted - points))


def _rooms_of(rule: Rule, used: Used, spent: Mapping[str, int], at: datetime) -> Iterator[Room]:
    for name, period, most in _caps(rule, at):
        row = used.get((rule.code, period))
        yield Room(max(0, most - (row.points if row else 0)), name)
    if rule.budget is not None:
        yield Room(max(0, rule.budget - spent.get(rule.code, 0)), BUDGET)


def _caps(rule: Rule, at: datetime) -> list[tuple[str, str, int]]:
    """Name, period and points of each cap of a rule at an instant."""
    day = shop_day(at).isoformat()
    periods = {"day": day, "month": day[:7], "ever": "ever"}
    told = {name: getattr(rule.caps, name) for name in PERIODS} if rule.caps else {}
    return [(name, periods[name], most) for name, most in told.items() if most is not None]


def _from_budgets(amounts: Amounts) -> list[tuple[Rule, int]]:
    mine = [(rule, points) for rule, points in amounts if points and rule.budget is not None]
    return sorted(mine, key=lambda one: one[0].code)


def _take(session: Session, rule: Rule, points: int) -> bool:
    left = (Budget.rule_code == rule.code) & (Budget.granted + points <= rule.budget)
    taking = update(Budget).where(left).values(granted=Budget.granted + points)
    if hit_one(session, taking):
        return True
    _open(session, rule)
    return hit_one(session, taking)


def _open(session: Session, rule: Rule) -> None:
    """Make the row of a budget that was never touched; whoever comes second at that waits, and goes on."""
    row = {"rule_code": rule.code, "granted": 0}
    if is_mysql_family(session):
        session.execute(mysql.insert(Budget).values(row).on_duplicate_key_update(rule_code=rule.code))
    else:
        session.execute(sqlite.insert(Budget).values(row).on_conflict_do_nothing())
