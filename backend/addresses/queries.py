from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.addresses.errors import AddressUnknown
from backend.addresses.models import Address
from backend.addresses.rules import Delivery
from backend.kit.pii import vault


@dataclass(frozen=True)
class Entry:
    """One address of a member's book, as its owner may see it."""

    id: int
    delivery: Delivery = field(repr=False)
    is_default: bool


def addresses(session: Session, member_id: int, *, before_id: int | None = None, limit: int) -> list[Entry]:
    """A member's addresses, newest first, from those older than `before_id`."""
    mine = select(Address).where(Address.member_id == member_id)
    if before_id is not None:
        mine = mine.where(Address.id < before_id)
    return [shown(session, row) for row in session.scalars(mine.order_by(Address.id.desc()).limit(limit))]


def address(session: Session, member_id: int, address_id: int) -> Entry:
    """One of a member's addresses. Raises AddressUnknown, for those of others too."""
    return shown(session, mine(session, member_id, address_id))


def snapshot(session: Session, member_id: int, address_id: int) -> Delivery:
    """What an order takes down of an address, so that later changes of the book do not change the order.

    Its table keeps `packed()` of it, sealed for its own place. Raises AddressUnknown, for those of others too.
    """
    return opened(session, mine(session, member_id, address_id))


def mine(session: Session, member_id: int, address_id: int) -> Address:
    """The row. Raises AddressUnknown."""
    row = session.get(Address, address_id)
    if row is None or row.member_id != member_id:
        raise AddressUnknown
    return row


def book(session: Session, member_id: int) -> Sequence[Address]:
    """All rows of a member, newest first, read anew."""
    mine = select(Address).where(Address.member_id == member_id).order_by(Address.id.desc())
    return session.scalars(mine.execution_options(populate_existing=True)).all()


def shown(session: Session, row: Address) -> Entry:
    """A row, opened."""
    return Entry(row.id, opened(session, row), row.default_of is not None)


def opened(session: Session, row: Address) -> Delivery:
    """What a row says."""
    return Delivery.unpacked(vault(session).open(row.content_sealed, place(row.id)))


def place(address_id: int) -> str:
    """Where the sealed content of an address stands; it opens nowhere else."""
    return f"member_addresses.content:{address_id}"
