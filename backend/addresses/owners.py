"""What becomes of an address book when its member is merged into another one, or leaves."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from backend.addresses.models import Address
from backend.addresses.queries import book, opened
from backend.addresses.service import prefer
from backend.members import MembershipClosed, MembersMerged


def join_books(session: Session, merged: MembersMerged) -> None:
    """The survivor has the addresses of both, what both had once; the survivor's default stays, if there is one.

    No address is lost to the limit: a book that is too full takes no further ones.
    """
    own, theirs = book(session, merged.into_id), book(session, merged.gone_id)
    known = {opened(session, row) for row in own}
    default = next((row for row in theirs if row.default_of is not None and not own), None)
    for row in theirs:
        row.default_of, row.member_id = None, merged.into_id
        if opened(session, row) in known:
            session.delete(row)
    if default is not None:
        prefer(session, theirs, default)


def erase_book(session: Session, closed: MembershipClosed) -> None:
    """Forget the addresses of who has left."""
    session.execute(delete(Address).where(Address.member_id == closed.member_id))
