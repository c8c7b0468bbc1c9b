"""Check-ins at a store: the rotating code that its screen shows, and how far away from it a phone may be.

A position is looked at and forgotten: what is kept is whether it was near.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from backend import stores
from backend.checkin import book as books
from backend.checkin.errors import PlaceCodeInvalid, PositionWanted, TooFar
from backend.kit.distances import Place, metres_between
from backend.kit.rotating import RotatingCodes, Shown
from config import policy

STORE_DIGITS: Final = 20  # an even count that holds any id
CODES: Final = RotatingCodes(
    "check-in-place", STORE_DIGITS, policy.PLACE_CODE_GOOD_FOR, policy.CARD_CODE_CLOCK_DIFFERENCE
)


@dataclass(frozen=True)
class Arrival:
    """At which store somebody is, and whether the phone was near it (None where that is not asked)."""

    store_id: int
    near: bool | None


def place_code(store_id: int, key: bytes, now: datetime) -> Shown:
    """The code that a store's screen shows for the second of `now`."""
    return CODES.show(f"{store_id:0{STORE_DIGITS}d}", key, now)


def arrive(session: Session, code: str, *, position: Place | None, key: bytes, now: datetime) -> Arrival:
    """Who read this code is at its store. Raises PlaceCodeInvalid, PositionWanted, TooFar."""
    number = CODES.number_of(code, key, now)
    if number is None:
        raise PlaceCodeInvalid
    try:
        store = stores.get_store(session, int(number))
    except stores.StoreUnknown as unknown:
        raise PlaceCodeInvalid from unknown
    return Arrival(store.id, _near(session, store.code, position, now))


def _near(session: Session, store_code: str, position: Place | None, now: datetime) -> bool | None:
    _, book = books.live(session, now=now)
    site = book.places.site_of(store_code)
    if book.places.radius_m is None or site is None:
        return None
    if position is None:
        raise PositionWanted
    away = metres_between((site.latitude, site.longitude), position)
    if away > book.places.radius_m:
        raise TooFar
    return True
