"""When members may register, cancel and come in, and who is kept out for having stayed away. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from backend.kit.calendar import shop_day
from config import policy

Kind = Literal["theme", "experience", "social", "charity", "member-day", "pre-sale", "live"]
EventStatus = Literal["draft", "published", "ended", "cancelled"]
SessionStatus = Literal["open", "cancelled", "over"]
Status = Literal["registered", "waiting", "attended", "no-show", "cancelled", "lapsed"]
EndedBy = Literal["member", "operator", "session", "membership", "merge", "start"]
PointsState = Literal["none", "held", "spent", "returned"]

DAY: Final = timedelta(days=1)


def opens_for(opens_at: datetime, early_hours: Mapping[str, int], tier_code: str) -> datetime:
    """When registration opens for members of a tier."""
    return opens_at - timedelta(hours=early_hours.get(tier_code, 0))


def fits(*, capacity: int | None, taken: int, heads: int) -> bool:
    """Whether so many more can come."""
    return capacity is None or taken + heads <= capacity


def may_cancel_free(
    *, deadline: datetime, changed_since: bool, moved_up_at: datetime | None, waiting: bool, now: datetime
) -> bool:
    """Whether a registration may be cancelled with its points back: until the deadline, while waiting, and always by
    who was moved up too late for it, or whose session is not the one any more that was registered for.
    """
    moved_up_late = moved_up_at is not None and moved_up_at >= deadline
    return waiting or changed_since or moved_up_late or now < deadline


def doors_open(starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Whether members are let in: from some time before the beginning until some time after the end."""
    return starts_at - policy.EVENT_DOORS_OPEN_BEFORE <= now < over_at(ends_at)


def over_at(ends_at: datetime) -> datetime:
    """From then on nobody comes in, and who has not come stayed away."""
    return ends_at + policy.EVENT_DOORS_CLOSE_AFTER


def is_tomorrow(starts_at: datetime, now: datetime) -> bool:
    """Whether it is time to remind of what begins on the next shop day."""
    hour = now.astimezone(policy.SHOP_ZONE).hour
    return shop_day(now) + DAY == shop_day(starts_at) and hour >= policy.EVENT_REMINDER_HOUR


def is_soon(starts_at: datetime, now: datetime) -> bool:
    """Whether it is time to say that it begins in two hours; much later that would not be true any more."""
    early = starts_at - policy.EVENT_SOON_BEFORE
    return early <= now < early + policy.EVENT_SOON_LATEST


def barred_until(no_shows: Sequence[datetime], *, count: int, within: timedelta, for_: timedelta) -> datetime | None:
    """Until when a member who stayed away at these instants may not register: so long after the `count`-th time within
    a span; None for who never came to that.
    """
    times = sorted(no_shows)
    runs = zip(times, times[count - 1 :], strict=False)
    return max((last + for_ for first, last in runs if last - first < within), default=None)
