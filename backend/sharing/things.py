"""What can be shared, as friends are shown it. A thing is shared as long as members are shown it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from backend import coupons, events, mall
from backend.kit.schema import ID_DIGITS
from backend.sharing.articles import article
from backend.sharing.errors import ThingUnknown
from backend.sharing.models import LONGEST_THING, Kind
from config.policy import SHOP_ZONE

Ask = Callable[[Session, str, datetime], "Thing"]
INVITATION: Final = "members"  # the one thing of its kind: to become a member


@dataclass(frozen=True)
class Thing:
    """What is shared: its title, a line below it, the page of the mini-program, and where its picture is, if any."""

    title: str
    line: str
    page: str
    picture_url: str | None = None


def thing_of(session: Session, kind: Kind, thing: str, *, now: datetime) -> Thing:
    """What a share shows. Raises ThingUnknown where members are not shown it now."""
    if not 1 <= len(thing) <= LONGEST_THING:
        raise ThingUnknown
    return ASK[kind](session, thing, now)


def _item(session: Session, thing: str, now: datetime) -> Thing:
    try:
        item = mall.get_item(session, _id(thing), now=now)
    except mall.ItemUnknown:
        raise ThingUnknown from None
    return Thing(
        item.title, item.subtitle or f"{item.points} 积分兑换", f"pages/mall/item?id={item.id}", item.picture_url
    )


def _coupon(session: Session, thing: str, now: datetime) -> Thing:
    try:
        template = coupons.template_of(session, _id(thing))
        terms = coupons.terms_of(session, template)
    except coupons.TemplateUnknown:
        raise ThingUnknown from None
    over = template.claim_until is not None and template.claim_until <= now
    if template.status != "live" or not template.claimable or over:
        raise ThingUnknown
    return Thing(terms.name, terms.terms, f"pages/coupons/claim?id={template.id}")


def _event(session: Session, thing: str, now: datetime) -> Thing:
    try:
        event = events.shown(session, _id(thing))
    except events.EventUnknown:
        raise ThingUnknown from None
    if event.status != "published" or event.ends_at <= now:
        raise ThingUnknown
    when = event.starts_at.astimezone(SHOP_ZONE)
    line = event.book.summary or f"{when.month} 月 {when.day} 日开始"
    return Thing(event.title, line, f"pages/events/show?id={event.id}", event.book.picture_url or None)


def _article(session: Session, thing: str, now: datetime) -> Thing:  # noqa: ARG001  asked as the others are
    found = article(session, thing)
    if not found.shown:
        raise ThingUnknown
    return Thing(found.title, "好文分享", found.page)


def _invitation(session: Session, thing: str, now: datetime) -> Thing:  # noqa: ARG001  asked as the others are
    if thing != INVITATION:
        raise ThingUnknown
    return Thing("邀请你成为会员", "入会有礼，消费积分，到店即享会员权益", "pages/join/index")


def _id(thing: str) -> int:
    if not (thing.isascii() and thing.isdecimal()) or len(thing) >= ID_DIGITS:
        raise ThingUnknown
    return int(thing)


ASK: Final[dict[Kind, Ask]] = {
    "item": _item,
    "coupon": _coupon,
    "event": _event,
    "article": _article,
    "invitation": _invitation,
}
