from collections.abc import Collection
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, and_, case, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from backend.conversations import rules
from backend.conversations.models import Window
from backend.conversations.rules import OF_GESTURE, OF_WORDS, ServiceWindow


def note_words(session: Session, identity_id: int, *, at: datetime) -> None:
    """A follower wrote at an instant: 5 customer messages may go out within 48 hours of it.

    A push that comes late, after a later one, opens nothing anew.
    """
    window = _locked_or_new(session, identity_id)
    if window.wrote_at is None or window.wrote_at < at:
        window.wrote_at, window.left_of_words = at, OF_WORDS.count


def note_gesture(session: Session, identity_id: int, *, at: datetime) -> None:
    """A follower pressed a button of the menu, followed or scanned a code: 3 messages may go out within a minute."""
    window = _locked_or_new(session, identity_id)
    if window.acted_at is None or window.acted_at < at:
        window.acted_at, window.left_of_gesture = at, OF_GESTURE.count


def service_window(session: Session, identity_id: int, *, now: datetime) -> ServiceWindow:
    """What may be sent to a follower now; nothing to one who never wrote nor pressed anything."""
    return service_windows(session, [identity_id], now=now).get(identity_id, ServiceWindow())


def service_windows(session: Session, identity_ids: Collection[int], *, now: datetime) -> dict[int, ServiceWindow]:
    """What may be sent to each of these followers now, without those who never wrote; ask for a few hundred."""
    rows = session.scalars(
        select(Window).where(Window.identity_id.in_(set(identity_ids))).execution_options(populate_existing=True)
    )
    return {row.identity_id: _window(row, now) for row in rows}


def reserve(session: Session, identity_id: int, *, now: datetime) -> bool:
    """Take one message of what is left; False when nothing is, and then nothing may be sent.

    The UPDATE is its own guard: of any number of processes no more are told True than there were messages left.
    """
    of_words = _usable(Window.wrote_at, Window.left_of_words, rules.opened_after(OF_WORDS, now))
    of_gesture = _usable(Window.acted_at, Window.left_of_gesture, rules.opened_after(OF_GESTURE, now))
    taken = update(Window).where(Window.identity_id == identity_id, or_(of_words, of_gesture))
    values = {
        "left_of_words": _less_one(Window.left_of_words, of_words),
        "left_of_gesture": _less_one(Window.left_of_gesture, of_gesture),
    }
    done = session.execute(taken.values(**values).execution_options(synchronize_session=False))
    return bool(cast("CursorResult[Any]", done).rowcount)


def give_back(session: Session, identity_id: int, *, reserved_at: datetime) -> None:
    """Undo a `reserve` of that instant whose message never left us.

    Only what was reserved of the 48 hours comes back: the minute of a gesture is over before it could be used.
    """
    window = _locked(session, identity_id)
    if window is not None and window.wrote_at is not None and window.wrote_at <= reserved_at:
        window.left_of_words = min(window.left_of_words + 1, OF_WORDS.count)


def shut(session: Session, identity_id: int, *, reserved_at: datetime) -> None:
    """WeChat refused what was reserved at that instant as out of its window or past its count: nothing is left.

    What the follower opened after that instant stays open.
    """
    window = _locked(session, identity_id)
    if window is None:
        return
    if window.wrote_at is not None and window.wrote_at <= reserved_at:
        window.left_of_words = 0
    if window.acted_at is not None and window.acted_at <= reserved_at:
        window.left_of_gesture = 0


def _locked_or_new(session: Session, identity_id: int) -> Window:
    window = _locked(session, identity_id)
    if window is None:
        window = Window(identity_id=identity_id, left_of_words=0, left_of_gesture=0)
        session.add(window)
        session.flush()  # of two first words at once the second meets the first's row here
    return window


def _locked(session: Session, identity_id: int) -> Window | None:
    return session.get(Window, identity_id, with_for_update=True, populate_existing=True)


def _window(row: Window, now: datetime) -> ServiceWindow:
    return rules.window(
        wrote_at=row.wrote_at,
        left_of_words=row.left_of_words,
        acted_at=row.acted_at,
        left_of_gesture=row.left_of_gesture,
        now=now,
    )


def _usable(
    opened_at: InstrumentedAttribute[datetime | None], left: InstrumentedAttribute[int], after: datetime
) -> ColumnElement[bool]:
    return and_(left > 0, opened_at > after)


def _less_one(column: InstrumentedAttribute[int], usable: ColumnElement[bool]) -> ColumnElement[int]:
    return case((usable, column - 1), else_=column)
