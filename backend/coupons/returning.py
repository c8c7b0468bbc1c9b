"""The way back: what coupons took off goes back with the goods or a reversal, and perhaps they are ready again."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.coupons.models import Coupon, Redemption, Return, ReturnKind
from backend.coupons.tickets import tickets
from backend.kit.calendar import shop_day

RETURNED: Final = "整单退货"


@dataclass(frozen=True)
class Cause:
    """What has shares go back, and in words why a redemption counts for nothing any more."""

    kind: ReturnKind
    id: int
    why: str = RETURNED


def return_shares(
    session: Session, returned_fen: Mapping[int, int], *, all_back: bool, refund_id: int, now: datetime
) -> None:
    """Say of redemptions, by their ids, how much of what they took off is back in all after a refund.

    Where all of the bill is back, coupons whose version says so are ready again with their old validity, or have
    expired if that is over; the account of their member is locked. What a bearer owes follows the share.
    """
    if not returned_fen:
        return
    made = session.scalars(
        select(Redemption)
        .where(Redemption.id.in_(returned_fen), Redemption.reversed_at.is_(None))
        .order_by(Redemption.coupon_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    back = _restorable(session, made) if all_back else {}
    for one in made:
        coupon = back.get(one.coupon_id)
        if coupon is not None or returned_fen[one.id] > one.returned_fen:
            give_back(session, one, coupon, Cause("refund", refund_id), returned_fen=returned_fen[one.id], now=now)


def give_back(
    session: Session, made: Redemption, coupon: Coupon | None, cause: Cause, *, returned_fen: int, now: datetime
) -> None:
    """Book that of what a redemption took off so much is back in all; its coupon, where one is given, is free again."""
    whole = returned_fen == made.discount_fen
    settlement = made.settlement_fen if whole else made.settlement_fen * returned_fen // made.discount_fen
    booked = Return(
        redemption_id=made.id,
        source_kind=cause.kind,
        source_id=cause.id,
        discount_fen=returned_fen - made.returned_fen,
        settlement_fen=settlement - made.returned_settlement_fen,
        left_it="redeemed",
        returned_at=now,
        returned_on=shop_day(now),
    )
    made.returned_fen, made.returned_settlement_fen = returned_fen, settlement
    if coupon is not None:
        booked.left_it = coupon.status = "ready" if now < coupon.valid_until else "expired"
        coupon.ended_at = None if coupon.status == "ready" else now
        made.reversed_at, made.reversed_why = now, cause.why
    session.add(booked)


@dataclass(frozen=True)
class Restored:
    """A coupon that came back with the goods, and what it was right after that."""

    code: str
    status: str


def restored(session: Session, refund_ids: Sequence[int]) -> Mapping[int, list[Restored]]:
    """The coupons that refunds gave back, by the refund, in the order of their ids; one statement for all."""
    found = (
        select(Return.source_id, Coupon.code, Return.left_it)
        .join(Redemption, Redemption.id == Return.redemption_id)
        .join(Coupon, Coupon.id == Redemption.coupon_id)
        .where(Return.source_kind == "refund", Return.source_id.in_(refund_ids), Return.left_it != "redeemed")
    )
    back = defaultdict[int, list[Restored]](list)
    for refund_id, code, status in session.execute(found.order_by(Coupon.id)):
        back[refund_id].append(Restored(code, status))
    return back


def _restorable(session: Session, made: Sequence[Redemption]) -> dict[int, Coupon]:
    """The coupons of redemptions whose version lets them come back with the goods, by their ids, locked."""
    turns = {one.coupon_id: one.turn for one in made}
    coupons = session.scalars(
        select(Coupon)
        .where(Coupon.id.in_(turns))
        .order_by(Coupon.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    return {
        coupon.id: coupon
        for coupon, ticket in zip(coupons, tickets(session, coupons), strict=True)
        if ticket.definition.on_refund == "restore"
        and coupon.status == "redeemed"
        and coupon.redemptions == turns[coupon.id]
    }
