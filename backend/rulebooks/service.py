import json
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backend.rulebooks.errors import (
    BookOutdated,
    BookUnknown,
    DefinitionRefused,
    LiveInPast,
    NotADraft,
    NoteRefused,
)
from backend.rulebooks.models import DISCARDED, DRAFT, LONGEST_NOTE, PUBLISHED, RuleBook
from backend.rulebooks.queries import Book, get, newest_published

FIRST: Final = 1
LARGEST_DEFINITION: Final = 1 << 20


def draft(
    session: Session, kind: str, definition: dict[str, Any], *, based_on: int, by: str, note: str, now: datetime
) -> Book:
    """Write the next version, which changes nothing yet. What it says was checked by the domain that it belongs to.

    `by` is an operator's login. Raises BookUnknown, BookOutdated when `based_on` is not the newest published version,
    DefinitionRefused, NoteRefused.
    """
    _lock(session, kind)
    _check_base(session, kind, based_on)
    newest = session.scalar(select(func.max(RuleBook.version)).where(RuleBook.kind == kind)) or FIRST
    session.add(
        RuleBook(
            kind=kind,
            version=newest + 1,
            definition=_checked(definition),
            based_on=based_on,
            note=_checked_note(note),
            drafted_by=by,
            created_at=now,
        )
    )
    session.flush()  # the caller is told the version that it became
    return get(session, kind, newest + 1)


def publish(session: Session, kind: str, version: int, *, live_from: datetime, by: str, now: datetime) -> Book:
    """Let a draft be the rules from `live_from` on.

    Raises BookUnknown, NotADraft, LiveInPast, and BookOutdated when another version was published after it was drafted.
    """
    row = _draft(session, kind, version)
    if live_from < now:
        raise LiveInPast
    _check_base(session, kind, row.based_on)
    row.status, row.live_from = PUBLISHED, live_from
    row.decided_by, row.decided_at = by, now
    session.flush()  # whoever asks next in this transaction is told of it
    return get(session, kind, version)


def discard(session: Session, kind: str, version: int, *, by: str, now: datetime) -> Book:
    """Give a draft up; it stays readable. Raises BookUnknown, NotADraft."""
    row = _draft(session, kind, version)
    row.status, row.decided_by, row.decided_at = DISCARDED, by, now
    return get(session, kind, version)


def _lock(session: Session, kind: str) -> None:
    """Everything that changes the books of a kind waits for its first version."""
    first = select(RuleBook.version).where(RuleBook.kind == kind, RuleBook.version == FIRST)
    if session.scalar(first.with_for_update()) is None:
        raise BookUnknown


def _draft(session: Session, kind: str, version: int) -> RuleBook:
    _lock(session, kind)
    row = session.get(RuleBook, (kind, version), populate_existing=True)
    if row is None:
        raise BookUnknown
    if row.status != DRAFT:
        raise NotADraft
    return row


def _check_base(session: Session, kind: str, based_on: int | None) -> None:
    newest = newest_published(session, kind)
    if based_on != newest:
        raise BookOutdated(newest=newest)


def _checked(definition: dict[str, Any]) -> dict[str, Any]:
    if (
        not isinstance(definition, dict)
        or len(json.dumps(definition, ensure_ascii=False).encode()) > LARGEST_DEFINITION
    ):
        raise DefinitionRefused
    return definition


def _checked_note(note: str) -> str:
    stripped = note.strip()
    if not 1 <= len(stripped) <= LONGEST_NOTE:
        raise NoteRefused
    return stripped
