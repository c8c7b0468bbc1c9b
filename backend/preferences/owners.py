"""What becomes of a member's wishes when the member is merged into another one, or leaves."""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from backend.kit.pii import vault
from backend.members import MembershipClosed, MembersMerged
from backend.preferences.mail_addresses import place
from backend.preferences.models import Choice, MailAddress, OwnQuietHours, PreferenceChange
from backend.preferences.queries import quiet_hours, refusals
from backend.preferences.quiet import QuietHours
from backend.preferences.rules import TOPICS, WAYS
from backend.preferences.service import choose, keep_quiet

MERGE: Final = "merge"
NONE: Final = timedelta()


def join_preferences(session: Session, merged: MembersMerged) -> None:
    """The stricter wish of the two wins: what one of them refuses is refused, and the longer quiet is kept.

    The survivor's mail address stays; without one, the other's is taken over.
    """
    into, gone = merged.into_id, merged.gone_id
    refused = refusals(session, (into, gone))
    wanted = {(topic, way): (topic, way) not in refused[into] | refused[gone] for topic in TOPICS for way in WAYS}
    choose(session, into, wanted, source=MERGE, now=merged.at)
    hours = quiet_hours(session, (into, gone))
    keep_quiet(session, into, max(hours[into], hours[gone], key=_length), source=MERGE, now=merged.at)
    _take_over_address(session, into, gone)
    moved = update(PreferenceChange).where(PreferenceChange.member_id == gone).values(member_id=into)
    session.execute(moved)
    _forget(session, gone)


def erase_preferences(session: Session, closed: MembershipClosed) -> None:
    """Forget what somebody wanted who has left, and where the mail went."""
    _forget(session, closed.member_id)
    session.execute(delete(PreferenceChange).where(PreferenceChange.member_id == closed.member_id))


def _take_over_address(session: Session, into: int, gone: int) -> None:
    own = session.scalar(select(MailAddress).where(MailAddress.member_id == into).with_for_update())
    theirs = session.scalar(select(MailAddress).where(MailAddress.member_id == gone).with_for_update())
    if theirs is None or theirs.address_sealed is None or (own is not None and own.address_sealed is not None):
        return
    if own is None:
        own = MailAddress(member_id=into)
        session.add(own)
    address = vault(session).open(theirs.address_sealed, place("address", gone))
    own.address_sealed, own.confirmed_at = vault(session).seal(address, place("address", into)), theirs.confirmed_at


def _forget(session: Session, member_id: int) -> None:
    for table in (Choice, OwnQuietHours, MailAddress):
        session.execute(delete(table).where(table.member_id == member_id))


def _length(hours: QuietHours | None) -> timedelta:
    return hours.length if hours else NONE
