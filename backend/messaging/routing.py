"""Which way a message takes now: by a channel, later, or none; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from backend.messaging.rules import WAYS, Delivered, Status
from backend.preferences import Pair, QuietHours
from config import policy
from templates_msg.catalogue import AT_ONCE, MARKETING, Template

NOT_IN_CATALOGUE: Final = "the catalogue has no such message with these words"
NO_TEMPLATE: Final = "no template id is set"
NOT_WANTED: Final = "the member wants no such messages"
ENOUGH: Final = "had enough marketing this week"
NO_WAY: Final = "follows no official account, and no other channel reaches"
NEVER_ANSWERED: Final = "an attempt was never answered"
DEADLY: Final = "ends its deliverers before they can record it"


@dataclass(frozen=True)
class Standing:
    """What is known of a message, with all its words, and of its member when a way is looked for.

    `reach` holds the addresses by channel, of channels that carry the message and reach the member now; `refused` what
    the member does not want, and `quiet` when; `closed` until when a channel takes nothing; `tried` how channels ended
    that were tried before. `attempts` and `doubt_ends_at` belong to the channel that is under way, if any: after that
    instant a repeat would be shown twice. `patience` is how long a closed channel is waited for before the next one is
    tried.
    """

    template: Template | None
    carried: frozenset[str]
    reach: Mapping[str, str]
    refused: frozenset[Pair]
    quiet: QuietHours | None
    closed: Mapping[str, datetime]
    tried: Mapping[str, Delivered]
    marketing_this_week: int
    channel: str | None = None
    attempts: int = 0
    doubt_ends_at: datetime | None = None
    patience: timedelta = policy.MESSAGE_WAIT_FOR_CHANNEL
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Go:
    """By this channel, now."""

    channel: str
    address: str


@dataclass(frozen=True)
class Rest:
    """Not before an instant."""

    until_at: datetime


@dataclass(frozen=True)
class End:
    """No way is left, or none is wanted."""

    status: Status
    reason: str


Route = Go | Rest | End


def route(standing: Standing, now: datetime) -> Route:
    """The way of a message at an instant."""
    template = standing.template
    if template is None:
        return End(Status.DEAD, NOT_IN_CATALOGUE)
    carriers = [name for name in policy.MESSAGE_CHANNELS[template.kind] if name in standing.carried]
    wanted = [name for name in carriers if (template.topic, WAYS[name]) not in standing.refused]
    obstacle = _over(standing, now) or _choice(standing, template, carriers, wanted)
    if obstacle is not None:
        return obstacle
    left = [name for name in wanted if name in standing.reach and name not in standing.tried]
    return _by_one_of(left, standing, template, now) if left else _no_way_left(standing)


def _over(standing: Standing, now: datetime) -> End | None:
    """Whether the channel under way may not be tried once more."""
    if standing.channel is None:
        return None
    if standing.doubt_ends_at is not None and now >= standing.doubt_ends_at:
        return End(Status.DOUBTFUL, NEVER_ANSWERED)
    return End(Status.DEAD, DEADLY) if standing.attempts >= policy.MESSAGE_TRIES else None


def _choice(standing: Standing, template: Template, carriers: list[str], wanted: list[str]) -> End | None:
    """Whether the shop or the member chose that it is not sent."""
    if not wanted:
        return End(Status.SKIPPED, NOT_WANTED if carriers else NO_TEMPLATE)
    if template.kind == MARKETING and standing.marketing_this_week >= policy.MARKETING_A_WEEK:
        return End(Status.SKIPPED, ENOUGH)
    return None


def _no_way_left(standing: Standing) -> End:
    if Delivered.DEAD in standing.tried.values():
        return End(Status.DEAD, "refused for good")
    return End(Status.UNREACHABLE, NO_WAY)


def _by_one_of(left: list[str], standing: Standing, template: Template, now: datetime) -> Route:
    """The first channel that is open, or opens soon enough to be waited for; else the next one.

    What may have been shown stays with its channel, for through another it would be shown twice.
    """
    if standing.doubt_ends_at is not None:
        if standing.channel not in left:
            return End(Status.DOUBTFUL, NEVER_ANSWERED)
        left = [standing.channel]
    quiet = standing.quiet
    if template.when != AT_ONCE and quiet is not None and (morning := quiet.end(now)):
        return Rest(morning)
    for name in left:
        until_at = standing.closed.get(name, now)
        if until_at <= now:
            return Go(name, standing.reach[name])
        if until_at - now <= standing.patience:
            return Rest(until_at)
    return Rest(min(standing.closed[name] for name in left))
