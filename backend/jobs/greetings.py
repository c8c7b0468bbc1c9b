"""What members are told by the clock, beside what the night tells: reminders that they asked for, and greetings."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from backend import checkin, members, messaging
from backend.jobs.slices import Place, by_id, id_of, walk
from backend.jobs.work import Counts
from backend.kit.calendar import shop_day
from backend.runtime import Runtime

SLICE: Final = 500
SLICE_WITH_COUPONS: Final = 100  # whose accounts are locked together


def remind_check_ins(runtime: Runtime, at: datetime) -> Counts:
    """Remind members who want it and have not checked in today."""

    def find(session: Session, after: Place | None) -> Sequence[Place]:
        return by_id(checkin.to_remind(session, shop_day(at), after_member_id=id_of(after), limit=SLICE))

    def remind(session: Session, ids: Sequence[int]) -> Counter[str]:
        return Counter(reminded=messaging.remind_of_check_in(session, ids, now=at))

    return _told(walk(runtime, find, remind))


def greet_holidays(runtime: Runtime, at: datetime) -> Counts:
    """Greet all members for each holiday of the book that is greeted today."""
    with runtime.sessions.read() as session:
        greetings = messaging.greetings_of(session, now=at)
    return _told(sum((_greet(runtime, greeting, at) for greeting in greetings), Counter[str]()))


def win_back(runtime: Runtime, at: datetime) -> Counts:
    """Write to members who have stayed away: who was written to most often first, so that nobody is twice a day."""
    with runtime.sessions.read() as session:
        book = messaging.win_back_book(session, now=at)
    return _told(sum((_ask_back(runtime, book, asked, at) for asked in reversed(range(book.times))), Counter[str]()))


def _greet(runtime: Runtime, greeting: messaging.Greeting, at: datetime) -> Counter[str]:
    limit = SLICE_WITH_COUPONS if greeting.coupon else SLICE

    def find(session: Session, after: Place | None) -> Sequence[Place]:
        return by_id(members.active_ids(session, after_id=id_of(after), limit=limit))

    def greet(session: Session, ids: Sequence[int]) -> Counter[str]:
        return Counter(greeted=messaging.greet(session, ids, greeting, rng=runtime.rng, now=at))

    return walk(runtime, find, greet)


def _ask_back(runtime: Runtime, book: messaging.WinBackBook, asked: int, at: datetime) -> Counter[str]:
    limit = SLICE_WITH_COUPONS if book.coupon else SLICE

    def find(session: Session, after: Place | None) -> Sequence[Place]:
        return messaging.away(session, book, asked=asked, after=after, now=at, limit=limit)

    def ask(session: Session, ids: Sequence[int]) -> Counter[str]:
        return Counter(asked=messaging.ask_back(session, ids, book, asked=asked, rng=runtime.rng, now=at))

    return walk(runtime, find, ask)


def _told(counts: Counter[str]) -> Counts:
    """Without what was done to nobody."""
    return dict(+counts)
