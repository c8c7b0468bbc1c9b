"""What becomes of coupons when their member is merged into another one, or leaves."""

from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from backend.coupons.models import Coupon, Redemption
from backend.coupons.revoking import void
from backend.coupons.ways import BirthdayGift, Gift, HandoutRow, UniqueCode
from backend.members import MembershipEnding, MembersMerged

MERGED = "merged"


def move_coupons(session: Session, merged: MembersMerged) -> None:
    """The coupons of the gone member are the survivor's, as they are. What both had for one source (both birthdays of a
    year) stays two: limits are for getting coupons, not for having them.

    Who was two has had the gift for this year's birthday when either had. A member who stands in one list twice is
    given a coupon once: the row of who is gone remains and fails.
    """
    own = _sources(session, merged.into_id)
    for coupon in session.scalars(select(Coupon).where(Coupon.member_id == merged.gone_id).with_for_update()):
        if (coupon.template_id, coupon.source_kind, coupon.source_id) in own:
            coupon.source_kind, coupon.source_id = MERGED, str(coupon.id)
        coupon.member_id = merged.into_id
    _merge_birthday_gifts(session, merged)
    moving = _handouts_of(session, merged.gone_id) - _handouts_of(session, merged.into_id)
    rows = HandoutRow.member_id == merged.gone_id, HandoutRow.handout_id.in_(moving)
    session.execute(update(HandoutRow).where(*rows).values(member_id=merged.into_id))
    for column in (Redemption.member_id, UniqueCode.member_id, Gift.giver_id, Gift.taker_id):
        mine = update(column.class_).where(column == merged.gone_id)
        session.execute(mine.values({column.key: merged.into_id}))


def end_coupons(session: Session, ending: MembershipEnding) -> None:
    """Take back what a member who leaves has not used; its places in the stock are free again. When a birthday was near
    is nobody's business any more.
    """
    session.execute(delete(BirthdayGift).where(BirthdayGift.member_id == ending.member_id))
    mine = select(Coupon).where(Coupon.member_id == ending.member_id, Coupon.status.in_(("ready", "sent")))
    unused = session.scalars(mine.order_by(Coupon.id).with_for_update(), execution_options={"populate_existing": True})
    ended = [coupon for coupon in unused if coupon.status_at(ending.at) in {"ready", "sent"}]
    void(session, ended, now=ending.at)


def _merge_birthday_gifts(session: Session, merged: MembersMerged) -> None:
    gone = session.get(BirthdayGift, merged.gone_id)
    if gone is None:
        return
    own = session.get(BirthdayGift, merged.into_id)
    if own is None:
        session.add(BirthdayGift(member_id=merged.into_id, given_on=gone.given_on))
    else:
        own.given_on = max(own.given_on, gone.given_on)
    session.delete(gone)


def _sources(session: Session, member_id: int) -> set[Any]:
    keys = select(Coupon.template_id, Coupon.source_kind, Coupon.source_id).where(Coupon.member_id == member_id)
    return {tuple(row) for row in session.execute(keys)}


def _handouts_of(session: Session, member_id: int) -> set[int]:
    return set(session.scalars(select(HandoutRow.handout_id).where(HandoutRow.member_id == member_id)))
