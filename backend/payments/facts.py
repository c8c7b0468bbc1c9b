from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class PaymentSucceeded:
    """The money for a purpose has come in, once."""

    payment_id: int
    purpose_kind: str
    purpose_id: str
    member_id: int
    fen: int
    at: datetime


@dataclass(frozen=True)
class PaymentClosed:
    """A payment can be made no more: its time was over. Not told of one that its own purpose cancelled."""

    payment_id: int
    purpose_kind: str
    purpose_id: str
    at: datetime


@dataclass(frozen=True)
class PaymentRefunded:
    """Money that a purpose gave back, under its own `key`, is with its member."""

    payment_id: int
    purpose_kind: str
    purpose_id: str
    key: str
    fen: int
    at: datetime
