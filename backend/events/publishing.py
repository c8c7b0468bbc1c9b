"""What operators do with what an event says: draft it, publish it, change it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import coupons, media, stores, tiers
from backend.events import places, queries
from backend.events.book import EventBook, SessionPlan
from backend.events.drafting import check_change, checked
from backend.events.errors import CapacityTooSmall, DefinitionRefused, EventUnknown, NotADraft, NotPublished
from backend.events.models import Event, EventSession, EventVersion
from backend.events.noting import note
from backend.kit import richtext
from backend.kit.ids import new_id
from config import policy


def draft(session: Session, definition: dict[str, Any], *, by: str, now: datetime) -> Event:
    """Keep a definition as a draft, in place of an earlier one with its code. `by` is an operator's login.

    Raises DefinitionRefused, NotADraft, media.PictureUnknown, richtext.TextTooLarge, richtext.TextUnsound.
    """
    book = _checked_here(session, definition, now=now)
    event = _found(session, book.code)
    if event is None:
        event = Event(id=new_id(), code=book.code, status="draft", version=0, created_at=now)
        session.add(event)
    elif event.status != "draft":
        raise NotADraft
    _say(session, event, book)
    note(session, event, "draft", by=by, now=now)
    return event


def publish(session: Session, event_code: str, *, by: str, now: datetime) -> Event:
    """Show a draft to members. Raises EventUnknown, NotADraft, DefinitionRefused."""
    event = locked(session, event_code)
    if event.status != "draft":
        raise NotADraft
    book = _checked_here(session, event.definition, now=now)
    if book.sessions and max(plan.ends_at for plan in book.sessions) <= now:
        raise DefinitionRefused(why="所有场次均已结束")
    event.status, event.version = "published", 1
    session.add(_version(event, by=by, now=now))
    session.add_all(_drawn_up(session, event, plan, now=now) for plan in book.sessions)
    note(session, event, "publish", by=by, now=now)
    return event


def change(session: Session, definition: dict[str, Any], *, by: str, reason: str = "", now: datetime) -> Event:
    """Let a published event say something else, as a new version: texts, times, places, capacities, new sessions.

    Who has registered for a session whose time or place changes is told by the job. Raises EventUnknown, NotPublished,
    CapacityTooSmall and what `draft` raises but for NotADraft.
    """
    book = _checked_here(session, definition, now=now)
    event = locked(session, book.code)
    if event.status != "published":
        raise NotPublished
    check_change(event.book, book)
    _say(session, event, book)
    event.version += 1
    session.add(_version(event, by=by, now=now))
    known = {one.key: one.id for one in queries.sessions_of(session, [event.id])}
    for plan in sorted(book.sessions, key=lambda one: known.get(one.key, 0)):  # locks in the order of ids
        if plan.key in known:
            _change_session(session, event, plan, places.locked(session, known[plan.key]), now=now)
        else:
            session.add(_drawn_up(session, event, plan, now=now))
    note(session, event, "change", by=by, reason=reason, now=now)
    return event


def locked(session: Session, event_code: str) -> Event:
    """An event's row, locked and read anew. Raises EventUnknown."""
    event = _found(session, event_code)
    if event is None:
        raise EventUnknown
    return event


def _found(session: Session, event_code: str) -> Event | None:
    mine = select(Event).where(Event.code == event_code).with_for_update()
    return session.scalar(mine.execution_options(populate_existing=True))


def _checked_here(session: Session, definition: dict[str, Any], *, now: datetime) -> EventBook:
    """Also against the tiers, stores and templates that there are, and with a text that is safe to show."""
    book = checked(definition)
    terms = book.registration
    asked = {*(book.tiers or ()), *(terms.early_access if terms else ())}
    known = {tier.code for tier in tiers.tiers_now(session, now=now)}
    wrong = [f"没有等级 {code}" for code in sorted(asked - known)]
    given = {code for code in (book.attendance.coupon, terms.coupon if terms else None) if code is not None}
    wrong += [f"没有券模板 {code}" for code in sorted(given) if not _is_template(session, code)]
    wrong += [f"没有门店 {code}" for code in sorted(_stores_of(book)) if not _is_store(session, code)]
    if wrong:
        raise DefinitionRefused(why="；".join(wrong))
    return book.model_copy(update={"description": richtext.sanitised(book.description)})


def _say(session: Session, event: Event, book: EventBook) -> None:
    event.kind, event.title, event.definition = book.kind, book.title, book.model_dump(mode="json")
    event.starts_at = min(plan.starts_at for plan in book.sessions)
    event.ends_at = max(plan.ends_at for plan in book.sessions)
    session.flush()  # what is noted refers to it
    own = richtext.own_pictures(f'{book.description}<img src="{book.picture_url}">')
    media.use(session, own, kind="event", user_id=event.id)


def _version(event: Event, *, by: str, now: datetime) -> EventVersion:
    return EventVersion(event_id=event.id, version=event.version, definition=event.definition, by=by, at=now)


def _drawn_up(session: Session, event: Event, plan: SessionPlan, *, now: datetime) -> EventSession:
    return EventSession(
        event_id=event.id,
        key=plan.key,
        changed_at=now,
        version=1,
        taken=0,
        waiting=0,
        last_number=0,
        **_told(session, event, plan),
    )


def _told(session: Session, event: Event, plan: SessionPlan) -> dict[str, Any]:
    terms = event.book.registration
    return {
        "title": plan.title,
        "store_id": stores.store_by_code(session, plan.store).id if plan.store else None,
        "place": plan.place,
        "starts_at": plan.starts_at,
        "ends_at": plan.ends_at,
        "deadline_at": plan.starts_at - timedelta(hours=terms.cancel_hours if terms else 0),
        "capacity": plan.capacity if terms else None,
    }


def _change_session(session: Session, event: Event, plan: SessionPlan, place: EventSession, *, now: datetime) -> None:
    """Let a session, which is locked, be as planned; places that this makes free go to who waits."""
    told = _told(session, event, plan)
    if place.status != "open":
        return
    if told["capacity"] is not None and told["capacity"] < place.taken:
        raise CapacityTooSmall(session=plan.key, taken=place.taken)
    change = _words(place, told)
    for name, value in told.items():
        setattr(place, name, value)
    if change:
        place.version += 1
        place.changed_at, place.change, place.news_due = now, change, True
    places.move_up(session, event, place, now=now)


def _words(place: EventSession, told: dict[str, Any]) -> str:
    """What of a session changes for who comes, as they are told it; nothing where nothing does."""
    moved = (place.starts_at, place.ends_at) != (told["starts_at"], told["ends_at"])
    begins = told["starts_at"].astimezone(policy.SHOP_ZONE)
    parts = [f"时间调整为{begins.month}月{begins.day}日{begins:%H:%M}"] if moved else []
    if (place.place, place.store_id) != (told["place"], told["store_id"]):
        parts.append("地点有调整")
    return "，".join(parts)


def _stores_of(book: EventBook) -> set[str]:
    return {plan.store for plan in book.sessions if plan.store is not None}


def _is_store(session: Session, code: str) -> bool:
    try:
        stores.store_by_code(session, code)
    except stores.StoreUnknown:
        return False
    return True


def _is_template(session: Session, code: str) -> bool:
    try:
        coupons.template(session, code)
    except coupons.TemplateUnknown:
        return False
    return True
