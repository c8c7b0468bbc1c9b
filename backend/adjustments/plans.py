"""From a list to a grant: who of it can be given what. Nothing moves here."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from backend import members
from backend.adjustments import book, limits, lines
from backend.adjustments.errors import BadLines, KeyReused, NothingToGive
from backend.adjustments.limits import Desk
from backend.adjustments.lines import Fault, Line
from backend.adjustments.models import Grant, GrantRow
from backend.adjustments.rules import PLANNED, WAITING, checked_key, checked_note
from backend.kit.ids import new_id

BATCH: Final = 500
ROWS_AN_INSERT: Final = 2_000


@dataclass(frozen=True, slots=True)
class Gift:
    """What one member is to get, and the line that says so."""

    member_id: int
    line_no: int
    points: int
    note: str


@dataclass(frozen=True)
class Plan:
    """What a list comes to: the gifts, one for each member, and the lines that cannot be given, in their order."""

    gifts: list[Gift]
    faults: list[Fault]

    @property
    def total(self) -> int:
        """All the points that it gives."""
        return sum(gift.points for gift in self.gifts)

    @property
    def cut_short(self) -> bool:
        """Whether the list has more lines than were read."""
        return any(fault.reason == "too-many-lines" for fault in self.faults)


@dataclass(frozen=True)
class Purpose:
    """Why points are granted. `key` names this one grant; `skip_faulty` leaves out the lines that cannot be given."""

    reason_code: str
    note: str
    key: str
    skip_faulty: bool = False


def draw_up(session: Session, data: bytes, *, points: int | None = None, now: datetime) -> Plan:
    """What a CSV file comes to (see `lines.read`), with `points` for all if it names none. Only reads.

    Raises FileUnreadable.
    """
    _, rules = book.live(session, now=now)
    read, faults = lines.read(data, points=points, largest=rules.largest_gift)
    gifts: list[Gift] = []
    seen: set[int] = set()
    for batch in _batches(read, BATCH):
        for found in _resolved(session, batch):
            if isinstance(found, Gift) and found.member_id in seen:
                faults.append(Fault(found.line_no, "duplicate"))
            elif isinstance(found, Gift):
                seen.add(found.member_id)
                gifts.append(found)
            else:
                faults.append(found)
    return Plan(gifts, sorted(faults, key=lambda fault: fault.no))


def store(session: Session, plan: Plan, purpose: Purpose, *, by: str, now: datetime) -> Grant:
    """Keep a plan as a grant, to be approved or started. The same key of the same operator gives the same grant.

    Raises NoteRefused, KeyRefused, KeyReused, ReasonUnknown, WrongDirection, BadLines, NothingToGive and what looking
    up the operator raises.
    """
    desk = limits.desk(session, by, now=now)
    mine = select(Grant).where(Grant.planned_by == desk.login, Grant.request_key == checked_key(purpose.key))
    earlier = session.scalar(mine)
    if earlier is not None:
        return _the_same(session, earlier, plan, purpose)
    grant = _grant(plan, purpose, desk, now)
    session.add(grant)
    session.flush()  # its rows refer to it
    for batch in _batches(plan.gifts, ROWS_AN_INSERT):
        session.execute(insert(GrantRow), [_row(grant.id, gift) for gift in batch])
    return grant


def check(session: Session, plan: Plan, purpose: Purpose, *, by: str, now: datetime) -> None:
    """Raise what `store` would raise of a plan that was not stored before. Only reads."""
    _grant(plan, purpose, limits.desk(session, by, now=now, locked=False), now)


def _resolved(session: Session, batch: Sequence[Line]) -> Iterator[Gift | Fault]:
    """Each line with its member, whom three statements find for the whole batch."""
    known = members.find_all(
        session,
        card_nos={line.key for line in batch if line.kind == "card"},
        phones={line.key for line in batch if line.kind == "phone"},
        member_ids={int(line.key) for line in batch if line.kind == "id"},
    )
    for line in batch:
        found = known.get(int(line.key) if line.kind == "id" else line.key)
        if found is None:
            yield Fault(line.no, "unknown-member")
        elif found.status == members.CLOSED:
            yield Fault(line.no, "closed")
        else:
            yield Gift(found.member_id, line.no, line.points, line.note)


def _grant(plan: Plan, purpose: Purpose, desk: Desk, now: datetime) -> Grant:
    if plan.cut_short or (plan.faults and not purpose.skip_faulty):
        raise BadLines(count=len(plan.faults))
    if not plan.gifts:
        raise NothingToGive
    reason = desk.book.reason(purpose.reason_code, plan.total)
    return Grant(
        id=new_id(),
        reason_code=reason.code,
        reason_words=reason.words,
        note=checked_note(purpose.note),
        book_version=desk.version,
        members=len(plan.gifts),
        total=plan.total,
        skipped=len(plan.faults),
        status=PLANNED,
        request_key=checked_key(purpose.key),
        planned_by=desk.login,
        planned_at=now,
        start_by=now + timedelta(days=desk.book.waits_days),
    )


def _the_same(session: Session, earlier: Grant, plan: Plan, purpose: Purpose) -> Grant:
    """The grant, if it gives the same to the same members for the same reason; who was merged meanwhile is the same."""
    rows = session.execute(select(GrantRow.member_id, GrantRow.points).where(GrantRow.grant_id == earlier.id))
    given = {gift.member_id: gift.points for gift in plan.gifts}
    if earlier.reason_code != purpose.reason_code or dict(rows.all()) != given:
        raise KeyReused
    return earlier


def _row(grant_id: int, gift: Gift) -> dict[str, Any]:
    return {
        "grant_id": grant_id,
        "member_id": gift.member_id,
        "line_no": gift.line_no,
        "points": gift.points,
        "note": gift.note,
        "status": WAITING,
    }


def _batches(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    left = iter(rows)
    while batch := list(islice(left, size)):
        yield batch
