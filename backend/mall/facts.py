from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class ExchangeConfirmed:
    """A member exchanged points for something to pick up before the instant `pick_up_by`."""

    member_id: int
    order_no: str
    item_title: str
    points: int
    pickup_code: str
    store_name: str
    pick_up_by: datetime
    at: datetime


@dataclass(frozen=True)
class ExchangeCancelled:
    """An exchange was undone by the member (`cancelled`) or by time (`lapsed`); its points went back."""

    member_id: int
    order_no: str
    item_title: str
    points: int
    reason: Literal["cancelled", "lapsed"]
    at: datetime


@dataclass(frozen=True)
class ExchangePickedUp:
    """What a member had exchanged points for was handed over at a store."""

    member_id: int
    order_no: str
    item_title: str
    store_id: int
    at: datetime
