"""The journal of what counts, between its table and the rules. Written only under the member's lock."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from backend.points import Source
from backend.tiers.book import TierBook
from backend.tiers.history import FRIEND, FRIEND_TIER, PAID, PURCHASE, REFUND, Line
from backend.tiers.models import GrowthEntry, TierStanding
from backend.tiers.windows import asks_people, longest_window, reaches_back

OF_PEOPLE = (FRIEND, FRIEND_TIER, PAID)

Note = tuple[str, str]
"""Whose hand wrote a line, and why."""


def append(
    session: Session, row: TierStanding, line: Line, *, source: Source, growth: int, note: Note | None = None
) -> Line:
    """Write the next line, after which the growth value is `growth`; answers it with its number."""
    told = line._replace(seq=row.last_seq + 1, version=line.version or row.book_version)
    session.add(
        GrowthEntry(
            member_id=row.member_id,
            seq=told.seq,
            kind=told.kind,
            book_version=told.version,
            amount=growth - row.growth,
            growth_after=growth,
            value=told.value,
            spent_fen=told.spent_fen,
            purchases=told.purchases,
            counts_on=told.counts_on,
            per_yuan=told.per_yuan,
            of_seq=told.of_seq,
            friend_id=told.friend_id,
            tier_code=told.tier_code,
            from_at=told.from_at,
            until_at=told.until_at,
            given_by=note and note[0],
            reason=note and note[1],
            source_kind=source.kind,
            source_id=str(source.id),
            at=told.at,
        )
    )
    row.last_seq, row.growth = told.seq, growth
    return told


def read(session: Session, member_ids: Sequence[int]) -> dict[int, list[Line]]:
    """All lines of some members, in one statement however many members."""
    return _read(session, GrowthEntry.member_id.in_(member_ids), member_ids)


def read_for(
    session: Session, member_ids: Sequence[int], books: Iterable[TierBook], day: date
) -> dict[int, list[Line]]:
    """The lines that conditions of some books can ask for from a shop day on, in one statement; none asks none."""
    books = list(books)
    wanted: list[ColumnElement[bool]] = []
    window = max(longest_window(book) for book in books)
    if window:
        wanted.append(
            and_(GrowthEntry.kind.in_((PURCHASE, REFUND)), GrowthEntry.counts_on >= reaches_back(day, window))
        )
    if any(asks_people(book) for book in books):
        wanted.append(GrowthEntry.kind.in_(OF_PEOPLE))
    if not wanted:
        return {member_id: [] for member_id in member_ids}
    return _read(session, and_(GrowthEntry.member_id.in_(member_ids), or_(*wanted)), member_ids)


def line_of_source(session: Session, member_id: int, source: Source) -> Line | None:
    """The line that a source made."""
    entry = session.scalar(
        select(GrowthEntry).where(
            GrowthEntry.member_id == member_id,
            GrowthEntry.source_kind == source.kind,
            GrowthEntry.source_id == str(source.id),
        )
    )
    return _line(entry) if entry else None


def _read(session: Session, wanted: ColumnElement[bool], member_ids: Sequence[int]) -> dict[int, list[Line]]:
    found: dict[int, list[Line]] = {member_id: [] for member_id in member_ids}
    entries = select(*_COLUMNS).where(wanted).order_by(GrowthEntry.member_id, GrowthEntry.seq)
    for row in session.execute(entries):
        found[row[0]].append(Line._make(row[1:]))
    return found


_TOLD_BY: Final = {"version": "book_version"}
_TABLE: Final = GrowthEntry.__table__  # its own columns: those of the class would be handled once more for each row
_COLUMNS: Final = tuple(_TABLE.c[_TOLD_BY.get(name, name)] for name in ("member_id", *Line._fields))


def _line(entry: GrowthEntry) -> Line:
    return Line(*(getattr(entry, column.key) for column in _COLUMNS[1:]))
