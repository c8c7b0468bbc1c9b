"""Broadcasts before they are started: made once, looked at by others, tried on a few members. Never changed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from backend import operators
from backend.kit.ids import new_id
from backend.messaging.broadcasts import audience, overview
from backend.messaging.broadcasts.errors import NameTaken, TemplateUnknown, TooManyTests
from backend.messaging.broadcasts.models import Broadcast, Listed
from backend.messaging.broadcasts.rules import checked_name, checked_pace, checked_words
from backend.messaging.deciding import decide
from backend.messaging.wording import CATALOGUE
from config import policy

ROWS_AN_INSERT: Final = 2_000


@dataclass(frozen=True)
class Wish:
    """What an operator wants to tell whom: a message of the catalogue, its words, the audience as data (`Audience`).

    `people` are member ids of a list, to which the audience is then narrowed; `per_minute` is the fastest pace.
    """

    name: str
    template: str
    words: Mapping[str, str]
    audience: Mapping[str, Any] = field(default_factory=dict)
    people: Collection[int] = field(default=(), repr=False)
    per_minute: int | None = None


def draft(session: Session, wish: Wish, *, by: str, now: datetime) -> Broadcast:
    """Keep what an operator wants to tell. Nothing goes out before it is started.

    Raises NameRefused, NameTaken, TemplateUnknown, WordsRefused, AudienceRefused, PaceRefused and what looking up the
    operator raises.
    """
    operator = operators.acting(session, by)
    name, template = checked_name(wish.name), CATALOGUE.get(wish.template)
    if session.scalar(select(Broadcast.id).where(Broadcast.name == name)) is not None:
        raise NameTaken
    if template is None:
        raise TemplateUnknown
    asked = audience.checked(session, {**wish.audience, "listed": bool(wish.people)}, now=now)
    broadcast = Broadcast(
        id=new_id(),
        name=name,
        template=template.name,
        kind=template.kind,
        words=checked_words(wish.words, template.sample),
        audience=asked.model_dump(mode="json", exclude_defaults=True),
        per_minute=checked_pace(wish.per_minute),
        made_by=operator.login,
        made_at=now,
    )
    session.add(broadcast)
    session.flush()  # its list refers to it
    _keep_list(session, broadcast.id, wish.people)
    return broadcast


def send_test(session: Session, broadcast_id: int, member_ids: Sequence[int], *, by: str, now: datetime) -> None:
    """Tell a few members what the broadcast would, as often as that is asked for, whatever the broadcast has come to.

    A test goes the way of any other message of its kind: preferences, quiet hours and the cap of a week hold for it.
    Raises BroadcastUnknown, TooManyTests and what looking up the operator raises.
    """
    operator = operators.acting(session, by)
    if len(member_ids) > policy.BROADCAST_TESTS:
        raise TooManyTests(most=policy.BROADCAST_TESTS)
    broadcast = overview.broadcast(session, broadcast_id)
    which = ("broadcast-test", str(broadcast_id), operator.login, now.isoformat())
    for member_id in dict.fromkeys(member_ids):
        decide(session, member_id, broadcast.template, words=broadcast.words, cause=which, now=now)


def _keep_list(session: Session, broadcast_id: int, people: Collection[int]) -> None:
    rows = [{"broadcast_id": broadcast_id, "member_id": one} for one in sorted(set(people))]
    for first in range(0, len(rows), ROWS_AN_INSERT):
        session.execute(insert(Listed), rows[first : first + ROWS_AN_INSERT])
