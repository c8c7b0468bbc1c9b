"""Reads what routing asks of messages and their members: a few statements, however many messages."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend import preferences
from backend.messaging.broadcasts.serving import words_of
from backend.messaging.channels import Channel, Wanted
from backend.messaging.models import Closure, Delivery, Message
from backend.messaging.routing import Standing
from backend.messaging.rules import ARRIVED, Delivered, Queue, Status
from backend.messaging.wording import CATALOGUE
from config import policy
from templates_msg.catalogue import MARKETING, Template

A_WEEK: Final = timedelta(days=7)
A_DAY: Final = timedelta(days=1)
NOTHING_SPENT: Final[Mapping[str, datetime]] = {}


def standings(
    session: Session,
    channels: Mapping[str, Channel],
    messages: Sequence[Message],
    *,
    spent: Mapping[str, datetime] = NOTHING_SPENT,
    now: datetime,
) -> dict[int, Standing]:
    """The standing of each message by its id. Those of one member count against each other's weekly cap when sent.

    `spent` are channels closed to what is sent to many, with the instants at which they open.
    """
    words = words_of(session, messages)
    templates = {message.id: _template(message, words[message.id]) for message in messages}
    reach = _reach(session, channels, messages, templates, now)
    members = {message.member_id for message in messages}
    refused, quiet = preferences.refusals(session, members), preferences.quiet_hours(session, members)
    closed = closures(session, now=now)
    tried, had = _tried(session, messages), _had_marketing(session, messages, templates, now)
    return {
        message.id: Standing(
            template=(template := templates[message.id]),
            words=words[message.id],
            carried=frozenset(name for name, channel in channels.items() if template and channel.carries(template)),
            reach=reach[message.id],
            refused=refused[message.member_id],
            quiet=quiet[message.member_id],
            closed=closed if message.queue < Queue.MARKETING else {**closed, **spent},
            patience=policy.MESSAGE_WAIT_FOR_CHANNEL if message.queue <= Queue.MARKETING else A_DAY,
            tried=tried[message.id],
            marketing_this_week=had[message.member_id],
            channel=message.channel,
            attempts=message.attempts,
            doubt_ends_at=_doubt_ends_at(channels, message),
        )
        for message in messages
    }


def closures(session: Session, *, now: datetime) -> dict[str, datetime]:
    """Until when each channel takes nothing that takes nothing now."""
    closed = select(Closure.channel, Closure.until_at).where(Closure.until_at > now)
    return {row.channel: row.until_at for row in session.execute(closed)}


def _template(message: Message, words: Mapping[str, str]) -> Template | None:
    template = CATALOGUE.get(message.template)
    return template if template is not None and template.sample.keys() <= words.keys() else None


def _reach(
    session: Session,
    channels: Mapping[str, Channel],
    messages: Sequence[Message],
    templates: Mapping[int, Template | None],
    now: datetime,
) -> defaultdict[int, dict[str, str]]:
    found: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for name, channel in channels.items():
        wanted = [
            Wanted(message.id, message.member_id, message.template)
            for message in messages
            if (template := templates[message.id]) and channel.carries(template)
        ]
        if wanted:
            for message_id, address in channel.addresses(session, wanted, now=now).items():
                found[message_id][name] = address
    return found


def _tried(session: Session, messages: Collection[Message]) -> defaultdict[int, dict[str, Delivered]]:
    found: defaultdict[int, dict[str, Delivered]] = defaultdict(dict)
    ended = select(Delivery.message_id, Delivery.channel, Delivery.status)
    for message_id, channel, status in session.execute(
        ended.where(Delivery.message_id.in_([one.id for one in messages]))
    ):
        found[message_id][channel] = Delivered(status)
    return found


def _had_marketing(
    session: Session, messages: Collection[Message], templates: Mapping[int, Template | None], now: datetime
) -> Counter[int]:
    """How much marketing of the last seven days arrived by member, and how much of it is under way."""
    members = {one.member_id for one in messages if (template := templates[one.id]) and template.kind == MARKETING}
    if not members:
        return Counter()
    week = select(Delivery.member_id, func.count()).where(
        Delivery.member_id.in_(members), Delivery.ended_at > now - A_WEEK, Delivery.marketing
    )
    under_way = select(Message.member_id, func.count()).where(
        Message.member_id.in_(members),
        Message.status == Status.WAITING,
        Message.queue >= Queue.MARKETING,
        Message.token.is_not(None),
    )
    counts: Counter[int] = Counter()
    for counted in (week.where(Delivery.status.in_(ARRIVED)), under_way):
        for member_id, count in session.execute(counted.group_by(counted.selected_columns[0])):
            counts[member_id] += count
    return counts


def _doubt_ends_at(channels: Mapping[str, Channel], message: Message) -> datetime | None:
    if message.unsure_since is None or message.channel is None:
        return None
    channel = channels.get(message.channel)
    return message.unsure_since + channel.repeat_recognised_for if channel else message.unsure_since
