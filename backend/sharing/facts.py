from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class JoinedByShare:
    """Somebody became a member who had last opened a share of `sharer_id`, whatever it showed."""

    sharer_id: int
    newcomer_id: int
    share_id: int
    at: datetime
