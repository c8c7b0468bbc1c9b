from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class PointsEarned:
    """Points were credited; `balance` is after it. `settled`: they had been promised before and have come in now."""

    member_id: int
    amount: int
    balance: int
    source_kind: str
    source_id: str
    at: datetime
    settled: bool = False


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
    """Points went past their last day; `amount` is above 0, `at` the instant they expired, `source_id` their line's."""

    member_id: int
    amount: int
    balance: int
    source_id: str
    at: datetime


@dataclass(frozen=True)
class PointsPromised:
    """Points were promised; they come in at `settles_at`, less what is taken back before."""

    member_id: int
    amount: int
    settles_at: datetime
    source_kind: str
    source_id: str
    at: datetime
