"""Who earns nothing by invitations: blocked and unblocked by operators, with a reason."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.kit.ids import new_id
from backend.members import MembersMerged
from backend.risk.errors import AddressRefused, BlockedAlready, BlockUnknown, NoDevice, ReasonRefused
from backend.risk.models import LONGEST_REASON, Block, Signal
from backend.risk.rules import network
from backend.risk.service import Digests, digest


def block_member(session: Session, member_id: int, *, by: str, reason: str, now: datetime) -> Block:
    """Let a member be rewarded for no invitation. Raises BlockedAlready, ReasonRefused."""
    value = digest(session, "member", str(member_id))
    return _block(session, "member", value, member_id=member_id, by=by, reason=reason, now=now)


def block_devices(session: Session, member_id: int, *, by: str, reason: str, now: datetime) -> list[Block]:
    """Block all devices that a member was seen with; who joins with one of them is looked at by people.

    Those that are blocked stay as they are. Raises NoDevice, ReasonRefused, BlockedAlready where all of them were.
    """
    mine = select(Signal.value).where(Signal.member_id == member_id, Signal.kind == "device")
    values = session.scalars(mine.order_by(Signal.value)).all()
    if not values:
        raise NoDevice
    new = [value for value in values if not _standing(session, [("device", value)])]
    if not new:
        raise BlockedAlready
    return [_block(session, "device", value, by=by, reason=reason, now=now) for value in new]


def block_network(session: Session, address: str, *, by: str, reason: str, now: datetime) -> Block:
    """Block the network of an IP address: who joins from there is looked at by people.

    Of an address that is written as a network (203.0.113.0/24) what stands before the stroke counts. Raises
    AddressRefused, BlockedAlready, ReasonRefused.
    """
    found = network(address.partition("/")[0])
    if found is None:
        raise AddressRefused
    return _block(session, "net", digest(session, "net", found), by=by, reason=reason, now=now)


def unblock(session: Session, block_id: int, *, by: str, reason: str, now: datetime) -> Block:
    """Lift a block; the row stays. Raises BlockUnknown, ReasonRefused."""
    words = _checked(reason)
    row = session.get(Block, block_id, with_for_update=True, populate_existing=True)
    if row is None or row.lifted_at is not None:
        raise BlockUnknown
    row.standing, row.lifted_by, row.lifted_why, row.lifted_at = None, by, words, now
    return row


def blocks(
    session: Session, *, standing_only: bool = True, before_id: int | None = None, limit: int
) -> Sequence[Block]:
    """Blocks, the newest first, from before an id on."""
    rows = select(Block).order_by(Block.id.desc()).limit(limit)
    if standing_only:
        rows = rows.where(Block.standing.is_not(None))
    return session.scalars(rows if before_id is None else rows.where(Block.id < before_id)).all()


def member_is_blocked(session: Session, member_id: int) -> bool:
    """Whether a member is rewarded for no invitation."""
    return bool(_standing(session, [("member", digest(session, "member", str(member_id)))]))


def move_blocks(session: Session, merged: MembersMerged) -> None:
    """Who was blocked is blocked as the one they became, too; a second block of the same person is lifted."""
    theirs = select(Block).where(Block.member_id == merged.gone_id, Block.standing.is_not(None))
    for row in session.scalars(theirs.with_for_update()):
        if member_is_blocked(session, merged.into_id):
            row.standing, row.lifted_by, row.lifted_why, row.lifted_at = None, "baihui", "会员合并", merged.at
        else:
            row.value = row.standing = digest(session, "member", str(merged.into_id))
            row.member_id = merged.into_id


def blocked_kinds(session: Session, seen: Digests) -> set[str]:
    """Of which kinds something among these is blocked."""
    return _standing(session, seen)


def _standing(session: Session, seen: Digests) -> set[str]:
    values = [value for _, value in seen]
    standing = select(Block.kind, Block.standing).where(Block.standing.in_(values))
    return {kind for kind, value in session.execute(standing) if (kind, value) in set(seen)}


def _block(
    session: Session,
    kind: str,
    value: bytes,
    *,
    by: str,
    reason: str,
    now: datetime,
    member_id: int | None = None,
) -> Block:
    words = _checked(reason)
    if _standing(session, [(kind, value)]):
        raise BlockedAlready
    row = Block(
        id=new_id(),
        kind=kind,
        value=value,
        standing=value,
        member_id=member_id,
        reason=words,
        blocked_by=by,
        blocked_at=now,
    )
    session.add(row)
    session.flush()  # the same block of another operator is met now
    return row


def _checked(reason: str) -> str:
    words = reason.strip()
    if not (1 <= len(words) <= LONGEST_REASON and words.isprintable()):
        raise ReasonRefused
    return words
