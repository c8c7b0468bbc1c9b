from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from backend.rulebooks.errors import BookUnknown
from backend.rulebooks.models import PUBLISHED, RuleBook


@dataclass(frozen=True)
class Book:
    """A version of a kind of rules, as it was stored; `by` drafted it, `decided_by` published or discarded it."""

    kind: str
    version: int
    definition: dict[str, Any] = field(repr=False, hash=False)
    status: str
    based_on: int | None
    live_from: datetime | None
    note: str
    by: str
    created_at: datetime
    decided_by: str | None
    decided_at: datetime | None

    @property
    def published_at(self) -> datetime | None:
        """When it was published, None when it was not."""
        return self.decided_at if self.status == PUBLISHED else None


def live(session: Session, kind: str, *, now: datetime) -> Book:
    """The version that is in force at `now`. Raises BookUnknown for a kind that there is not."""
    in_force = _published(kind, until=now).order_by(RuleBook.live_from.desc(), RuleBook.version.desc()).limit(1)
    return _book(session.scalar(in_force))


def get(session: Session, kind: str, version: int) -> Book:
    """One version, whatever became of it. Raises BookUnknown."""
    return _book(session.get(RuleBook, (kind, version)))


def timeline(session: Session, kind: str, *, until: datetime) -> list[Book]:
    """All published versions that are live by `until`, in the order in which they went live."""
    rows = _published(kind, until=until).order_by(RuleBook.live_from, RuleBook.version)
    return [_book(row) for row in session.scalars(rows)]


def history(session: Session, kind: str, *, before_version: int | None = None, limit: int) -> list[Book]:
    """Versions of a kind, drafts and discarded ones too, newest first."""
    rows = select(RuleBook).where(RuleBook.kind == kind).order_by(RuleBook.version.desc()).limit(limit)
    if before_version is not None:
        rows = rows.where(RuleBook.version < before_version)
    return [_book(row) for row in session.scalars(rows)]


def newest_published(session: Session, kind: str) -> int:
    """The number of the version published last. Raises BookUnknown for a kind that there is not."""
    mine = select(RuleBook.version).where(RuleBook.kind == kind, RuleBook.status == PUBLISHED)
    version = session.scalar(mine.order_by(RuleBook.version.desc()).limit(1))
    if version is None:
        raise BookUnknown
    return version


def _published(kind: str, *, until: datetime) -> Select[RuleBook]:
    return select(RuleBook).where(RuleBook.kind == kind, RuleBook.status == PUBLISHED, RuleBook.live_from <= until)


def _book(row: RuleBook | None) -> Book:
    if row is None:
        raise BookUnknown
    return Book(
        kind=row.kind,
        version=row.version,
        definition=row.definition,
        status=row.status,
        based_on=row.based_on,
        live_from=row.live_from,
        note=row.note,
        by=row.drafted_by,
        created_at=row.created_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )
