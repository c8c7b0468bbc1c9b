from dataclasses import dataclass
from datetime import datetime
from typing import Literal

EndedBy = Literal["cancelled", "lapsed", "refused", "returned"]


@dataclass(frozen=True)
class ExchangeConfirmed:
    """A member exchanged points for something to pick up before the instant `pick_up_by`."""

    member_id: int
    order_no: str
    title: str
    points: int
    pickup_code: str
    store_name: str
    pick_up_by: datetime
    at: datetime


@dataclass(frozen=True)
class PreOrderConfirmed:
    """A member ordered something ahead, to pick up from the instant `pick_up_from` until `pick_up_by`."""

    member_id: int
    order_no: str
    title: str
    pickup_code: str
    store_name: str
    pick_up_from: datetime
    pick_up_by: datetime
    at: datetime


@dataclass(frozen=True)
class ExchangeToBeSent:
    """A member exchanged points for something that the shop is going to send to them."""

    member_id: int
    order_no: str
    title: str
    points: int
    at: datetime


@dataclass(frozen=True)
class ExchangeReady:
    """What a member exchanged points for lies ready at the store, until the instant `pick_up_by`."""

    member_id: int
    order_no: str
    title: str
    pickup_code: str
    store_name: str
    pick_up_by: datetime
    at: datetime


@dataclass(frozen=True)
class ExchangeLapsesSoon:
    """What a member exchanged points for is still to be fetched, before the instant `pick_up_by`."""

    member_id: int
    order_no: str
    title: str
    pickup_code: str
    store_name: str
    pick_up_by: datetime
    at: datetime


@dataclass(frozen=True)
class ExchangeCancelled:
    """An exchange ended without its goods staying with the member, and how; its points went back."""

    member_id: int
    order_no: str
    title: str
    points: int
    reason: EndedBy
    words: str
    at: datetime


@dataclass(frozen=True)
class ExchangePickedUp:
    """What a member had exchanged points for was handed over at a store."""

    member_id: int
    order_no: str
    title: str
    store_id: int
    at: datetime


@dataclass(frozen=True)
class ExchangeShipped:
    """What a member had exchanged points for is on its way to them."""

    member_id: int
    order_no: str
    title: str
    carrier: str
    tracking_no: str
    at: datetime


@dataclass(frozen=True)
class ReturnDeclined:
    """The shop does not take back what a member wants to bring back, and says why in `words`."""

    member_id: int
    order_no: str
    title: str
    words: str
    at: datetime


@dataclass(frozen=True)
class ExchangeCompleted:
    """An exchange is done: what was handed over stays with the member."""

    member_id: int
    order_no: str
    title: str
    at: datetime
