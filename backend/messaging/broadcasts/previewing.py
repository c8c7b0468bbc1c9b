"""What a broadcast would come to, before it is started: how many members, by which way, and what they would read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from backend import preferences
from backend.messaging.broadcasts import audience, overview
from backend.messaging.broadcasts.errors import TemplateUnknown
from backend.messaging.channels import Channel, Wanted
from backend.messaging.rules import WAYS
from backend.messaging.wording import CATALOGUE, lines, title
from config import policy
from templates_msg.catalogue import Template

SAMPLE: Final = 1_000


@dataclass(frozen=True)
class Reach:
    """How many members would be told by a channel, which is their first that is wanted and reaches them, and what that
    would cost, in fen.
    """

    channel: str
    members: int
    cost_fen: int


@dataclass(frozen=True)
class Preview:
    """How many members there are; by which channels about, reckoned from `asked` of them; who would only find it in
    the inbox; and the title and the lines that they would read.
    """

    members: int
    asked: int
    reach: list[Reach]
    inbox_only: int
    title: str
    lines: list[tuple[str, str]]
    text: str


def preview(session: Session, channels: Iterable[Channel], broadcast_id: int, *, now: datetime) -> Preview:
    """What a broadcast would come to if it were started now. Only reads. Raises BroadcastUnknown, TemplateUnknown.

    The cap of marketing in a week, quotas and closed channels are left out: they are of the hour.
    """
    found, by_name = overview.broadcast(session, broadcast_id), {channel.name: channel for channel in channels}
    template = CATALOGUE.get(found.template)
    if template is None:
        raise TemplateUnknown
    total = audience.count(session, found, now=now)
    some = audience.sample(session, found, one_in=max(1, total // SAMPLE), limit=2 * SAMPLE, now=now)
    ways = _ways(session, by_name, template, some, now)
    told = {name: _scaled(sum(way == name for way in ways), total, len(some)) for name in sorted(set(ways))}
    return Preview(
        members=total,
        asked=len(some),
        reach=[Reach(name, count, count * by_name[name].price_fen) for name, count in told.items()],
        inbox_only=total - sum(told.values()),
        title=title(found.template),
        lines=lines(found.template, found.words),
        text=template.text.format_map(found.words),
    )


def _ways(
    session: Session, by_name: Mapping[str, Channel], template: Template, member_ids: list[int], now: datetime
) -> list[str]:
    """The first channel of each member whom any reaches."""
    refused = preferences.refusals(session, member_ids)
    wanted = [Wanted(member_id, member_id, template.name) for member_id in member_ids]
    found: dict[int, str] = {}
    for way in policy.MESSAGE_CHANNELS[template.kind]:
        channel = by_name.get(way)
        if channel is None or not channel.carries(template):
            continue
        for member_id in channel.addresses(session, wanted, now=now):
            if (template.topic, WAYS[way]) not in refused[member_id]:
                found.setdefault(member_id, way)
    return list(found.values())


def _scaled(count: int, total: int, asked: int) -> int:
    return count * total // asked if asked else 0
