"""Whom a broadcast is for: what is asked of members, and the statements that find them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints, ValidationError, model_validator
from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from backend import members, tiers
from backend.kit.calendar import day_end, day_start
from backend.kit.definitions import faults
from backend.kit.schema import Day, Schema
from backend.members import Member, Traits
from backend.messaging.broadcasts.errors import AudienceRefused
from backend.messaging.broadcasts.models import Broadcast, Listed

Tag = Annotated[str, StringConstraints(min_length=1, max_length=32)]
TierCode = Annotated[str, StringConstraints(min_length=1, max_length=16)]

MORE: Final = {"joined_until is before joined_from": "joined_until 早于 joined_from"}


class Audience(Schema):
    """Active members who have one of `any_tag`, all of `all_tags`, stand in one of `tiers`, joined on the shop days
    `joined_from` to `joined_until`, have their birthday in a month, and are `listed`, where that is asked. Where
    nothing is asked: everybody who is active.
    """

    any_tag: Annotated[tuple[Tag, ...], Field(max_length=50)] = ()
    all_tags: Annotated[tuple[Tag, ...], Field(max_length=10)] = ()
    tiers: Annotated[tuple[TierCode, ...], Field(max_length=50)] = ()
    joined_from: Day | None = None
    joined_until: Day | None = None
    birthday_month: Annotated[int, Field(ge=1, le=12)] | None = None
    listed: bool = False

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> "Audience":
        if self.joined_from and self.joined_until and self.joined_until < self.joined_from:
            raise ValueError("joined_until is before joined_from")
        return self


def checked(session: Session, given: Mapping[str, Any], *, now: datetime) -> Audience:
    """The audience that was written. Raises AudienceRefused, also for a tier that the book in force does not know."""
    try:
        audience = Audience.model_validate(dict(given))
    except ValidationError as error:
        raise AudienceRefused(why=faults(error, more=MORE)) from error
    known = {tier.code for tier in tiers.tiers_now(session, now=now)}
    if unknown := sorted(set(audience.tiers) - known):
        raise AudienceRefused(why=f"tiers：没有等级 {'、'.join(unknown)}")
    return audience


def count(session: Session, broadcast: Broadcast, *, now: datetime) -> int:
    """How many members the audience is at this moment."""
    ids = chosen(session, broadcast, now=now).subquery()
    return session.scalar(select(func.count()).select_from(ids)) or 0


def sample(session: Session, broadcast: Broadcast, *, one_in: int, limit: int, now: datetime) -> list[int]:
    """Up to `limit` of the members, one in so many of them, spread over the whole audience."""
    ids = chosen(session, broadcast, now=now).where(Member.id % one_in == 0)
    return list(session.scalars(ids.order_by(Member.id).limit(limit)))


def end_of_slice(session: Session, broadcast: Broadcast, limit: int) -> int | None:
    """The id up to which a slice goes that looks at `limit` members behind the broadcast's place; None: to the end.

    However few of those who are looked at are in the audience, a slice is no more work than that.
    """
    walked = Listed.member_id if _of(broadcast).listed else Member.id
    rows = select(walked).where(walked > broadcast.place)
    if _of(broadcast).listed:
        rows = rows.where(Listed.broadcast_id == broadcast.id)
    return session.scalar(rows.order_by(walked).offset(limit - 1).limit(1))


def chosen(
    session: Session, broadcast: Broadcast, *, after: int = 0, until: int | None = None, now: datetime
) -> Select[int]:
    """The ids of the members of the audience from behind one id up to another, who had joined before `now`.

    Who is on the list and was merged stands for the member it became, who is found once.
    """
    asked = _of(broadcast)
    traits = Traits(
        any_tag=frozenset(asked.any_tag),
        all_tags=frozenset(asked.all_tags),
        joined_from=day_start(asked.joined_from) if asked.joined_from else None,
        joined_before=min(now, day_end(asked.joined_until)) if asked.joined_until else now,
        birthday_month=asked.birthday_month,
    )
    ids = select(Member.id).where(members.chosen(session, traits))
    if asked.tiers:
        ids = ids.where(tiers.stands_in(Member.id, asked.tiers))
    if asked.listed:
        return ids.where(Member.id.in_(_listed(broadcast, after, until)))
    return ids.where(_between(Member.id, after, until))


def _of(broadcast: Broadcast) -> Audience:
    return Audience.model_validate(broadcast.audience)


def _listed(broadcast: Broadcast, after: int, until: int | None) -> Select[int]:
    who = Member.__table__.alias()
    mine = and_(Listed.broadcast_id == broadcast.id, _between(Listed.member_id, after, until))
    stays = func.coalesce(who.c.merged_into, who.c.id)
    return select(stays).select_from(Listed).join(who, who.c.id == Listed.member_id).where(mine)


def _between(column: Any, after: int, until: int | None) -> ColumnElement[bool]:
    behind: ColumnElement[bool] = column > after
    return behind if until is None else and_(behind, column <= until)
