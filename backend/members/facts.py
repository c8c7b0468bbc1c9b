from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class MemberJoined:
    """Somebody became a member, through `channel` (a kind of identity), led there by `scene` if any."""

    member_id: int
    channel: str
    scene: str | None
    at: datetime
    invite_code: str | None = None


@dataclass(frozen=True)
class FollowerLost:
    """A WeChat user follows the official account no more; who is no member is forgotten after this."""

    identity_id: int
    at: datetime


@dataclass(frozen=True)
class ProfileCompleted:
    """Nickname, birthday and gender of a member are all known for the first time; told once for ever."""

    member_id: int
    at: datetime


@dataclass(frozen=True)
class MembersMerging:
    """Two members are about to become one and both still have all: a listener ends what is overdue, or refuses."""

    gone_id: int
    into_id: int
    at: datetime


@dataclass(frozen=True)
class MembersMerged:
    """Two members turned out to be one person: what `gone_id` owns passes to `into_id`.

    Points and debts have been moved by then; each listener moves the rows of its own domain.
    """

    gone_id: int
    into_id: int
    at: datetime


@dataclass(frozen=True)
class MembershipEnding:
    """A member is about to leave for good and still has all: each listener undoes what waits, as it always does."""

    member_id: int
    at: datetime


@dataclass(frozen=True)
class MembershipClosed:
    """A member has left for good. The account of points has been closed by then; each listener ends its own rows."""

    member_id: int
    at: datetime
