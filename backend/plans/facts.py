from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class PlanStarted:
    """A member has paid for a membership, which is good through `last_on`; `renewed` where it follows on another."""

    member_id: int
    order_no: str
    name: str
    renewed: bool
    last_on: date
    at: datetime


@dataclass(frozen=True)
class PlanRenewalDue:
    """A membership ends soon and nothing follows it."""

    member_id: int
    order_no: str
    name: str
    price_fen: int
    last_on: date
    at: datetime


@dataclass(frozen=True)
class PlanEnded:
    """A membership is over and nothing follows it."""

    member_id: int
    order_no: str
    name: str
    last_on: date
    at: datetime


@dataclass(frozen=True)
class PlanRefunded:
    """Money for a membership is back with its member, in the way that it came."""

    member_id: int
    order_no: str
    name: str
    fen: int
    method: str
    at: datetime
