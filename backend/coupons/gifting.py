"""A coupon for a friend: who brings the token in time gets it, else it is back. Locks: accounts, coupon, gift."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from random import Random
from typing import Any, Final, cast

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from backend import points
from backend.coupons import queries
from backend.coupons.errors import (
    CouponHeld,
    CouponNotReady,
    GiftOver,
    GiftUnknown,
    NotTransferable,
    OwnGift,
)
from backend.coupons.issuing import check_audience, check_limit
from backend.coupons.models import Coupon
from backend.coupons.ways import Gift, GiftStatus
from backend.kit.calendar import shop_day
from config import policy

TOKEN_BITS: Final = 128
SOURCE: Final = "gift"


@dataclass(frozen=True)
class Sent:
    """A coupon on its way; the token is told once."""

    token: str = field(repr=False)
    lapses_at: datetime


def send(session: Session, member_id: int, coupon_id: int, *, rng: Random, now: datetime) -> Sent:
    """Let a friend have a coupon, who brings the token within 24 hours; nobody can use it until then.

    Raises CouponUnknown, CouponNotReady, CouponHeld, NotTransferable.
    """
    account = points.lock(session, member_id, now=now)
    coupon = _own(session, account.member_id, coupon_id)
    if coupon.status_at(now) != "ready":
        raise CouponNotReady
    if coupon.is_held_at(now):
        raise CouponHeld
    if not queries.coupon_terms(session, coupon).transferable:
        raise NotTransferable
    _end(session, coupon, "lapsed", now=now)
    token = f"{rng.getrandbits(TOKEN_BITS):032x}"
    coupon.status = "sent"
    coupon.sent_until = min(now + policy.COUPON_GIFT_GOOD_FOR, coupon.valid_until)
    session.add(_gift(coupon, token, now))
    return Sent(token, coupon.sent_until)


def accept(session: Session, member_id: int, token: str, *, now: datetime) -> Coupon:
    """Take what a friend gives; it is good for just as long. Who accepted it before is answered the same.

    Raises GiftUnknown, GiftOver, OwnGift, NotForYou, LimitReached.
    """
    found = session.scalar(select(Gift).where(Gift.token_digest == _digest(token)))
    if found is None:
        raise GiftUnknown
    if found.taker_id == member_id:
        return queries.coupon(session, member_id, found.coupon_id)
    if found.giver_id == member_id:
        raise OwnGift
    if found.status != "open":
        raise GiftOver
    points.lock_both(session, found.giver_id, member_id, now=now)
    coupon = queries.locked(session, found.coupon_id)
    gift = session.get_one(Gift, found.id, with_for_update=True, populate_existing=True)
    if gift.status != "open" or now >= gift.lapses_at or coupon.status_at(now) != "sent":
        raise GiftOver
    terms = queries.coupon_terms(session, coupon)
    check_audience(session, member_id, terms, now=now)
    check_limit(session, member_id, coupon.template_id, terms, shop_day(now))
    gift.status, gift.taker_id, gift.ended_at = "accepted", member_id, now
    coupon.member_id, coupon.got_on = member_id, shop_day(now)
    coupon.source_kind, coupon.source_id = SOURCE, str(gift.id)
    coupon.status, coupon.sent_until = "ready", None
    return coupon


def take_back(session: Session, member_id: int, coupon_id: int, *, now: datetime) -> Coupon:
    """Have a coupon back that no friend has accepted yet; one that was never sent is answered as it is.

    Raises CouponUnknown, also once a friend has it.
    """
    account = points.lock(session, member_id, now=now)
    coupon = _own(session, account.member_id, coupon_id)
    if coupon.status == "sent":
        in_time = coupon.status_at(now) == "sent"
        _end(session, coupon, "taken-back" if in_time else "lapsed", now=now)
        coupon.status, coupon.sent_until = "ready", None
    return coupon


def lapse_gifts(session: Session, *, now: datetime, limit: int) -> int:
    """Give up to `limit` coupons back to who sent them, because nobody accepted them in time; returns how many gifts.

    They could be used again before that.
    """
    due = select(Gift.id, Gift.coupon_id).where(Gift.status == "open", Gift.lapses_at <= now)
    found = session.execute(due.order_by(Gift.lapses_at).limit(limit)).all()
    back = update(Coupon).where(
        Coupon.id.in_(sorted(coupon_id for _, coupon_id in found)), Coupon.status == "sent", Coupon.sent_until <= now
    )
    _execute(session, back.values(status="ready", sent_until=None))
    over = update(Gift).where(Gift.id.in_(sorted(gift_id for gift_id, _ in found)), Gift.status == "open")
    return _execute(session, over.values(status="lapsed", ended_at=Gift.lapses_at))


def end_gifts(session: Session, coupon_ids: Sequence[int], *, now: datetime) -> None:
    """What was on its way to friends is taken back."""
    mine = update(Gift).where(Gift.coupon_id.in_(coupon_ids), Gift.status == "open")
    _execute(session, mine.values(status="taken-back", ended_at=now))


def _own(session: Session, member_id: int, coupon_id: int) -> Coupon:
    queries.coupon(session, member_id, coupon_id)
    coupon = queries.locked(session, coupon_id)
    return queries.coupon(session, member_id, coupon.id)


def _end(session: Session, coupon: Coupon, status: GiftStatus, *, now: datetime) -> None:
    """The gift of a coupon that is on its way is over."""
    session.flush()
    mine = update(Gift).where(Gift.coupon_id == coupon.id, Gift.status == "open")
    _execute(session, mine.values(status=status, ended_at=now))


def _gift(coupon: Coupon, token: str, now: datetime) -> Gift:
    return Gift(
        token_digest=_digest(token),
        coupon_id=coupon.id,
        template_id=coupon.template_id,
        giver_id=coupon.member_id,
        got_on=coupon.got_on,
        source_kind=coupon.source_kind,
        source_id=coupon.source_id,
        sent_at=now,
        lapses_at=coupon.sent_until,
    )


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()


def _execute(session: Session, change: Any) -> int:
    done = session.execute(change, execution_options={"synchronize_session": False})
    return cast("CursorResult[Any]", done).rowcount
