from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from backend import members
from backend.addresses.errors import AddressUnknown, TooManyAddresses
from backend.addresses.models import Address
from backend.addresses.queries import Entry, book, opened, place, shown
from backend.addresses.rules import MOST_ADDRESSES, Delivery, Draft, checked
from backend.kit.ids import new_id
from backend.kit.pii import vault


def add(session: Session, member_id: int, draft: Draft, *, default: bool = False, now: datetime) -> tuple[Entry, bool]:
    """Write an address into a member's book; the first is the default, a later one where `default` says so.

    What stands there word for word is not written again (then False). Raises TooManyAddresses, what `rules.checked`
    raises, and what keeps a member from acting.
    """
    delivery = checked(draft)
    rows = _locked_book(session, member_id)
    row = _same(session, rows, delivery)
    created = row is None
    if row is None:
        if len(rows) >= MOST_ADDRESSES:
            raise TooManyAddresses(most=MOST_ADDRESSES)
        row = Address(id=new_id(), member_id=member_id, created_at=now)
        _write(session, row, delivery, now=now)
        session.add(row)
    if default or not rows:
        prefer(session, rows, row)
    return shown(session, row), created


def change(
    session: Session, member_id: int, address_id: int, draft: Draft, *, default: bool = False, now: datetime
) -> Entry:
    """Write an address anew. The default stays the default until another one is made it.

    Raises AddressUnknown, what `rules.checked` raises, and what keeps a member from acting.
    """
    delivery = checked(draft)
    rows = _locked_book(session, member_id)
    row = _of(rows, address_id)
    _write(session, row, delivery, now=now)
    if default:
        prefer(session, rows, row)
    return shown(session, row)


def make_default(session: Session, member_id: int, address_id: int) -> Entry:
    """Make an address the default. Raises AddressUnknown, and what keeps a member from acting."""
    rows = _locked_book(session, member_id)
    row = _of(rows, address_id)
    prefer(session, rows, row)
    return shown(session, row)


def remove(session: Session, member_id: int, address_id: int) -> None:
    """Strike an address out; after the default the newest of the others is. What orders took down of it stays.

    Raises AddressUnknown, and what keeps a member from acting.
    """
    rows = _locked_book(session, member_id)
    row = _of(rows, address_id)
    session.delete(row)
    session.flush()  # the member's one default goes before another takes its place
    others = [one for one in rows if one is not row]
    if row.default_of is not None and others:
        prefer(session, others, others[0])


def prefer(session: Session, rows: Sequence[Address], row: Address) -> None:
    """Let `row` be the default and none of `rows` beside it."""
    for other in rows:
        if other is not row:
            other.default_of = None
    session.flush()  # a member's default stands once, also between two rows of one flush
    row.default_of = row.member_id


def _locked_book(session: Session, member_id: int) -> Sequence[Address]:
    """The member's addresses, which nobody else changes until we end; nor is the member merged or closed meanwhile."""
    members.active(members.locked(session, member_id))
    return book(session, member_id)


def _of(rows: Sequence[Address], address_id: int) -> Address:
    for row in rows:
        if row.id == address_id:
            return row
    raise AddressUnknown


def _same(session: Session, rows: Sequence[Address], delivery: Delivery) -> Address | None:
    return next((row for row in rows if opened(session, row) == delivery), None)


def _write(session: Session, row: Address, delivery: Delivery, *, now: datetime) -> None:
    row.content_sealed = vault(session).seal(delivery.packed(), place(row.id))
    row.updated_at = now
