from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class PointsExchanged:
    """A member's points became a partner's, or the other way round (`direction`), for good."""

    member_id: int
    exchange_id: int
    partner_name: str
    direction: str
    given: int
    taken: int
    at: datetime


@dataclass(frozen=True)
class ExchangeRefused:
    """The partner did not take a member's points: they are free again here."""

    member_id: int
    exchange_id: int
    partner_name: str
    points: int
    reason: str
    at: datetime
