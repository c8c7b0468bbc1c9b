"""Periods, plates and minutes. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from backend.benefits.book import Per, Price, Quota, Step
from backend.benefits.errors import PlateRefused, ReasonRefused, StayRefused

MOST_VEHICLES: Final = 3
A_YEAR: Final = timedelta(days=300)  # two birthdays of one member are further apart, by either calendar (ADR 0024)
LONGEST_STAY: Final = timedelta(days=31)
LONGEST_REASON: Final = 200
CLOCKS_DIFFER: Final = timedelta(minutes=5)
MINUTE: Final = timedelta(minutes=1)

PROVINCES: Final = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
# no I and no O anywhere, as they are read for 1 and 0; the last character may be one of those of special cars
ORDINARY: Final = re.compile(rf"[{PROVINCES}][A-HJ-NP-Z][A-HJ-NP-Z0-9]{{4}}[A-HJ-NP-Z0-9学警港澳挂]")
# GA 36-2018: small cars have the letter in front, large ones behind
NEW_ENERGY: Final = re.compile(rf"[{PROVINCES}][A-HJ-NP-Z]([A-HJK][A-HJ-NP-Z0-9][0-9]{{4}}|[0-9]{{5}}[A-HJK])")
BETWEEN: Final = re.compile(r"[\s·•.．\-]+")
WIDE: Final = {ord("！") + no: ord("!") + no for no in range(94)}


@dataclass(frozen=True)
class Split:
    """Where the minutes of a stay come from, and the points that the last of them cost."""

    purchase_minutes: int
    tier_minutes: int
    points_minutes: int
    points: int

    @property
    def minutes(self) -> int:
        """All of them."""
        return self.purchase_minutes + self.tier_minutes + self.points_minutes


def better(one: Quota | None, other: Quota | None) -> Quota | None:
    """The one of two quotas that gives more in their period; the first where neither does."""
    if one is None or other is None:
        return one or other
    if one.amount is None or (other.amount is not None and other.amount <= one.amount):
        return one
    return other


def period_of(per: Per, day: date, ref: str) -> str:
    """The name of the period that a use on a shop day falls into; each visit is one of its own."""
    if per == "visit":
        return f"visit:{ref}"
    return {"day": day.isoformat(), "month": f"{day:%Y-%m}", "year": f"{day:%Y}"}[per]


def normal_plate(text: str) -> str:
    """A plate as it is kept: capital letters, nothing between. Raises PlateRefused."""
    plate = BETWEEN.sub("", text.translate(WIDE)).upper()
    if not ORDINARY.fullmatch(plate) and not NEW_ENERGY.fullmatch(plate):
        raise PlateRefused
    return plate


def mask_plate(plate: str) -> str:
    """A plate as others may see it: 沪A***45."""
    return f"{plate[:2]}***{plate[-2:]}"


def stay_minutes(entered_at: datetime, left_at: datetime) -> int:
    """How many minutes a stay has, begun ones whole. Raises StayRefused."""
    if not entered_at <= left_at <= entered_at + LONGEST_STAY:
        raise StayRefused
    return -((entered_at - left_at) // MINUTE)


def checked_entry(entered_at: datetime, now: datetime) -> datetime:
    """When a car came, as clocks of gates may differ from ours. Raises StayRefused."""
    if not now - LONGEST_STAY <= entered_at <= now + CLOCKS_DIFFER:
        raise StayRefused
    return entered_at


def minutes_for(kept_fen: int, steps: Iterable[Step]) -> int:
    """What the highest step gives that goods worth so much reach."""
    return max((step.minutes for step in steps if step.from_fen <= kept_fen), default=0)


def points_for(minutes: int, price: Price) -> int:
    """The price of so many minutes in points; a begun step counts whole."""
    return -(-minutes // price.minutes) * price.points


def minutes_of(points: int, price: Price) -> int:
    """How many minutes at most so many points buy for one stay."""
    return min(points, price.most_points) // price.points * price.minutes


def split(minutes: int, *, purchase: int, tier: int | None, points: int, price: Price | None) -> Split:
    """Cover as much of a stay as there is, and no more than it has: first what is lost at the day's end, then the
    tier's (None: without end), then what points may be spent.
    """
    by_purchase = min(minutes, purchase)
    rest = minutes - by_purchase
    by_tier = rest if tier is None else min(rest, tier)
    rest -= by_tier
    by_points = min(rest, minutes_of(points, price)) if price else 0
    return Split(by_purchase, by_tier, by_points, points_for(by_points, price) if price else 0)


def checked_reason(reason: str) -> str:
    """A reason without white space around it. Raises ReasonRefused."""
    stripped = reason.strip()
    if not 1 <= len(stripped) <= LONGEST_REASON or not stripped.isprintable():
        raise ReasonRefused
    return stripped
