"""The gift of a birthday: asked for around it, picked up by its code, once a year."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend import members, points
from backend.benefits import book
from backend.benefits.book import Benefit, BirthdayTerms, Quota
from backend.benefits.entitling import Grant, check_store, entitled
from backend.benefits.errors import (
    BenefitUnknown,
    GiftGone,
    GiftHad,
    GiftUnknown,
    NoBirthdayNow,
    NotHandedOut,
    StockRefused,
)
from backend.benefits.models import BirthdayGift, GiftStock
from backend.benefits.rules import A_YEAR
from backend.benefits.service import Place, count, give_back
from backend.kit.calendar import day_end, shop_day
from backend.kit.guarded import hit_one
from backend.kit.ids import digits, new_id

CODE_DIGITS: Final = 12


def ask_for_gift(session: Session, member_id: int, code: str, *, rng: Random, now: datetime) -> BirthdayGift:
    """The gift that waits for a member around the birthday; asked for again it is the same one, with the same code.

    Once a year, also where the birthday was corrected or two members became one. Raises BenefitUnknown, NotEntitled,
    NoBirthdayNow, GiftHad.
    """
    points.lock(session, member_id, now=now)
    grant = entitled(session, member_id, code, now=now)
    terms = _terms(grant.benefit)
    newest = _newest(session, member_id, code)
    if newest is not None and newest.handed_at is None and now < newest.pick_up_by:
        return newest
    birthday = members.celebrated_near(session, member_id, list(_days(shop_day(now), terms)))
    if birthday is None:
        raise NoBirthdayNow
    if newest is not None and birthday - newest.celebrated_on < A_YEAR:
        raise GiftHad
    gift = BirthdayGift(
        id=new_id(),
        member_id=member_id,
        benefit=code,
        name=grant.benefit.name,
        tier_code=grant.tier_code,
        book_version=grant.book_version,
        celebrated_on=birthday,
        pickup_code=digits(rng, CODE_DIGITS),
        asked_at=now,
        pick_up_by=day_end(birthday + timedelta(days=terms.days_after)),
    )
    session.add(gift)
    return gift


def waiting_gift(session: Session, member_id: int, code: str, *, at: datetime) -> BirthdayGift:
    """The gift that will still wait for a member at an instant. Raises GiftUnknown."""
    newest = _newest(session, member_id, code)
    if newest is None or newest.handed_at is not None or at >= newest.pick_up_by:
        raise GiftUnknown
    return newest


def hand_out_gift(session: Session, pickup_code: str, *, store_id: int, now: datetime) -> BirthdayGift:
    """Hand a gift out at a store, once; a repeat at the same store is answered the same.

    What was promised when it was asked for holds, whatever tier and catalogue are now. Raises GiftUnknown, GiftHad,
    NotHere, GiftGone.
    """
    gift = _locked(session, pickup_code, now=now)
    if gift.handed_at is not None:
        if gift.store_id != store_id:
            raise GiftUnknown
        return gift
    if now >= gift.pick_up_by:
        raise GiftUnknown
    benefit = _as_promised(session, gift)
    if _had_another(session, gift):
        raise GiftHad
    check_store(session, benefit, store_id)
    grant = Grant(benefit, Quota(per="visit"), gift.tier_code, gift.book_version)
    place = Place(store_id, "gift", str(new_id()))  # handed out anew after a mistake it is another use
    noted = count(session, gift.member_id, grant, amount=1, place=place, day=gift.celebrated_on, now=now)
    gift.use_id, gift.store_id, gift.handed_at = noted.id, store_id, now
    session.flush()  # the stock is locked last
    _take(session, gift.benefit, store_id)
    return gift


def take_gift_back(session: Session, pickup_code: str, *, store_id: int, by: str, now: datetime) -> BirthdayGift:
    """Undo a hand-out of this store that was a mistake: the gift waits again. Raises GiftUnknown, NotHandedOut."""
    gift = _locked(session, pickup_code, now=now)
    if gift.use_id is None or gift.store_id != store_id:
        raise NotHandedOut
    give_back(session, gift.use_id, by=by, now=now)
    gift.use_id, gift.store_id, gift.handed_at = None, None, None
    session.flush()  # the stock is locked last
    mine = GiftStock.benefit == gift.benefit, GiftStock.store_id == store_id
    hit_one(session, update(GiftStock).where(*mine, GiftStock.given > 0).values(given=GiftStock.given - 1))
    return gift


def stock_gifts(session: Session, code: str, store_id: int, stock: int) -> GiftStock:
    """Say how many gifts of a benefit a store has in all, given ones too. Raises StockRefused."""
    row = session.get(GiftStock, (code, store_id), with_for_update=True, populate_existing=True)
    if row is None:
        row = GiftStock(benefit=code, store_id=store_id, stock=0, given=0)
        session.add(row)
    if stock < row.given:
        raise StockRefused(given=row.given)
    row.stock = stock
    return row


def _take(session: Session, code: str, store_id: int) -> None:
    mine = GiftStock.benefit == code, GiftStock.store_id == store_id
    if session.scalar(select(GiftStock.stock).where(*mine)) is None:
        return
    one_more = update(GiftStock).where(*mine, GiftStock.given < GiftStock.stock)
    if not hit_one(session, one_more.values(given=GiftStock.given + 1)):
        raise GiftGone


def _terms(benefit: Benefit) -> BirthdayTerms:
    if benefit.birthday is None:
        raise BenefitUnknown
    return benefit.birthday


def _days(today: date, terms: BirthdayTerms) -> Iterator[date]:
    """The days on which a birthday has its gift today: from those that were to those that will be."""
    for ahead in range(-terms.days_after, terms.days_before + 1):
        yield today + timedelta(days=ahead)


def _newest(session: Session, member_id: int, code: str) -> BirthdayGift | None:
    mine = select(BirthdayGift).where(BirthdayGift.member_id == member_id, BirthdayGift.benefit == code)
    return session.scalar(mine.order_by(BirthdayGift.celebrated_on.desc()).limit(1))


def _had_another(session: Session, gift: BirthdayGift) -> bool:
    """Whether who became one of two had the gift of this year as the other one."""
    mine = BirthdayGift.member_id == gift.member_id, BirthdayGift.benefit == gift.benefit
    lately = BirthdayGift.celebrated_on > gift.celebrated_on - A_YEAR, BirthdayGift.handed_at.is_not(None)
    return session.scalar(select(BirthdayGift.id).where(*mine, *lately).limit(1)) is not None


def _as_promised(session: Session, gift: BirthdayGift) -> Benefit:
    benefit = book.of_version(session, gift.book_version).of_code(gift.benefit)
    if benefit is None:
        raise GiftUnknown
    return benefit


def _locked(session: Session, pickup_code: str, *, now: datetime) -> BirthdayGift:
    """The account of the member is locked first, then the gift."""
    member_id = session.scalar(select(BirthdayGift.member_id).where(BirthdayGift.pickup_code == pickup_code))
    if member_id is None:
        raise GiftUnknown
    try:
        points.lock(session, member_id, now=now)
    except points.AccountClosed as closed:
        raise GiftUnknown from closed
    mine = select(BirthdayGift).where(BirthdayGift.pickup_code == pickup_code).with_for_update()
    return session.scalars(mine.execution_options(populate_existing=True)).one()
