"""Finding many members at once, by what a list of them may hold."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from backend.members import rules
from backend.members.errors import PhoneRefused
from backend.members.models import ACTIVE, Member
from backend.members.queries import phone_index


@dataclass(frozen=True)
class Found:
    """Which member is meant, and where it stands."""

    member_id: int
    status: str


def find_all(
    session: Session,
    *,
    card_nos: Collection[str] = (),
    phones: Collection[str] = (),
    member_ids: Collection[int] = (),
) -> dict[str | int, Found]:
    """The members there are of those asked for, keyed by what they were asked for with, whatever their status.

    One statement for each kind; ask for a few hundred at a time. A phone may be written in any way. What a merged
    member is known by leads to the one it became.
    """
    by_index = {phone: index for phone in phones if (index := _index(session, phone)) is not None}
    return {
        **_found(session, Member.card_no, {card_no: card_no for card_no in card_nos}),
        **_found(session, Member.phone_index, by_index),
        **_found(session, Member.id, {member_id: member_id for member_id in member_ids}),
    }


def _found(session: Session, column: InstrumentedAttribute[Any], asked: Mapping[Any, Any]) -> dict[str | int, Found]:
    """Those whose `column` is one of the values of `asked`, by its keys."""
    if not asked:
        return {}
    stays = aliased(Member)
    same = stays.id == func.coalesce(Member.merged_into, Member.id)
    rows = select(column, stays.id, stays.status).select_from(Member).join(stays, same)
    who = session.execute(rows.where(column.in_(set(asked.values()))))
    known = {value: Found(member_id, status) for value, member_id, status in who}
    return {key: known[value] for key, value in asked.items() if value in known}


def _index(session: Session, phone: str) -> bytes | None:
    try:
        return phone_index(session, rules.normal_phone(phone))
    except PhoneRefused:
        return None


def card_numbers(session: Session, member_ids: Collection[int]) -> dict[int, str]:
    """The card numbers of members, by their ids; ask for a few hundred at a time."""
    rows = select(Member.id, Member.card_no).where(Member.id.in_(set(member_ids)))
    return {row.id: row.card_no for row in session.execute(rows)}


def active_ids(session: Session, *, after_id: int = 0, limit: int) -> Sequence[int]:
    """Ids of active members, in their order, from behind one on."""
    mine = select(Member.id).where(Member.status == ACTIVE, Member.id > after_id)
    return session.scalars(mine.order_by(Member.id).limit(limit)).all()
