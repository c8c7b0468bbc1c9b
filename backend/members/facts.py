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
