"""Points that a till sets aside for a bill that is not paid yet."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sqlalchemy.orm import Session

from backend import members, points, tiers
from backend.kit.errors import Conflict, NotFound, Unavailable
from backend.kit.ids import new_id
from backend.purchases import cash
from backend.purchases.models import CashHold
from backend.purchases.orders import of_order, source_of_cash
from backend.purchases.paying import stands, terms_of
from config import policy

HoldStatus = Literal["held", "used", "released", "expired"]
STATUSES: Final[dict[str, HoldStatus]] = {
    "held": "held",
    "captured": "used",
    "released": "released",
    "lapsed": "expired",
}


class OtherHold(Conflict):
    """Points are set aside for this order already: another number of them, or another member's."""

    code = "purchases.other-hold"
    message = "该单已冻结其他积分，请先释放"


class AlreadyReported(Conflict):
    """The sale was reported: nothing is set aside for it any more."""

    code = "purchases.already-reported"
    message = "该单已结账"


class NothingHeld(NotFound):
    """The store never set points aside for such an order."""

    code = "purchases.nothing-held"
    message = "没有为该单冻结积分"


@dataclass(frozen=True)
class Held:
    """Points set aside for an order, how they stand, and whether this call set them aside."""

    hold: CashHold
    status: HoldStatus
    created: bool


def hold_points(session: Session, *, store_id: int, order_no: str, member_id: int, wanted: int, now: datetime) -> Held:
    """Set points of a member aside for an order, for a quarter of an hour.

    Asked for again while they stand, it is answered with them; where they were released or have expired they are set
    aside anew. Raises OtherHold, AlreadyReported, members.MemberUnknown, members.Blocked, members.Closed,
    points.Insufficient, points.Frozen, and what cash.check_number raises.
    """
    member = members.active(members.survivor(session, members.get(session, member_id)))
    account = points.lock(session, member.id, now=now)
    row = session.get(CashHold, (store_id, order_no), with_for_update=True, populate_existing=True)
    if row is not None and now < row.until_at and stands(session, row):
        if (row.member_id, row.points) != (member.id, wanted):
            raise OtherHold
        return Held(row, "held", created=False)
    if session.scalar(of_order(store_id, order_no)) is not None:
        raise AlreadyReported
    tier = tiers.standing(session, member.id, now=now).tier
    cash.check_number(terms_of(session, tier.code, now=now), wanted)
    hold_id, until_at = new_id(), now + policy.CASH_HOLD_FOR
    points.reserve(session, account, wanted, source=source_of_cash(hold_id), until=until_at, now=now)
    if row is None:
        row = CashHold(store_id=store_id, order_no=order_no)
        session.add(row)
    row.id, row.member_id, row.points, row.held_at, row.until_at = hold_id, member.id, wanted, now, until_at
    return Held(row, "held", created=True)


def release_points(session: Session, *, store_id: int, order_no: str, now: datetime) -> Held:
    """Free the points that were set aside for an order; again, or after they expired, nothing happens.

    Raises NothingHeld, points.HoldCaptured for points that were used.
    """
    asked = session.get(CashHold, (store_id, order_no))
    if asked is None:
        raise NothingHeld
    return Held(asked, _release(session, asked, now=now), created=False)


def _release(session: Session, hold: CashHold, *, now: datetime) -> HoldStatus:
    member_id = hold.member_id
    with suppress(points.AccountClosed):  # its holds ended with it
        account = points.lock(session, member_id, now=now)
        session.refresh(hold, with_for_update=True)
        if hold.member_id != member_id:
            raise Unavailable  # set aside anew for somebody else in this very moment: the call is made again
        if points.release(session, account, source=source_of_cash(hold.id), now=now):
            return "released"
    kept = points.hold_of(session, member_id, source_of_cash(hold.id))
    return STATUSES[kept.status] if kept else "released"
