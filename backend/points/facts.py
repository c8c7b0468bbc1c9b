from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class PointsEarned:
    """Points were credited; `balance` is after it."""

    member_id: int
    amount: int
    balance: int
    source_kind: str
    source_id: str
    at: datetime


@dataclass(frozen=True)
class PointsSpent:
    """Points were spent; `amount` is above 0, `balance` is after it."""

    member_id: int
    amount: int
    balance: int
    source_kind: str
    source_id: str
    at: datetime


@dataclass(frozen=True)
class PointsExpired:
    """Points went past their last day; `amount` is above 0, `at` the instant they expired."""

    member_id: int
    amount: int
    balance: int
    at: datetime
