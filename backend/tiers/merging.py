from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from backend import points
from backend.members import MembershipClosed, MembersMerged
from backend.points import Source
from backend.tiers import editions, journal
from backend.tiers.history import DERIVED, MERGE, PURCHASE, REFUND, Line
from backend.tiers.keeping import keep_line
from backend.tiers.models import GrowthEntry, TierFriend, TierGift, TierReview, TierStanding
from backend.tiers.replay import replay
from backend.tiers.service import settle
from backend.tiers.standings import Dossier, row_of


def merge_standings(session: Session, merged: MembersMerged) -> None:
    """Let all that counted for the one who is gone count for the other, as if one person had done it all.

    The lines are written on with their own instants and all is reckoned anew. Purchases keep their source, so that
    refunds find them. What became of gifts is remembered, and becoming one gives none.
    """
    account = points.lock(session, merged.into_id, now=merged.at)
    dossier, gone = settle(session, account, now=merged.at), row_of(session, merged.gone_id)
    _write_on(session, dossier, gone)
    dossier.row.opened_at = min(dossier.row.opened_at, gone.opened_at)
    _remember_gifts(session, gone.member_id, merged.into_id)
    _move_friends(session, gone.member_id, merged.into_id)
    _end(gone, merged.at)
    _reckon(session, account, dossier, gone.member_id)


def close_standing(session: Session, closed: MembershipClosed) -> None:
    """End the standing of a member who has left; what is written stays."""
    _end(row_of(session, closed.member_id), closed.at)
    session.execute(delete(TierReview).where(TierReview.inviter_id == closed.member_id))


def _write_on(session: Session, dossier: Dossier, gone: TierStanding) -> None:
    into = dossier.row
    entries = session.scalars(
        select(GrowthEntry).where(GrowthEntry.member_id == gone.member_id).order_by(GrowthEntry.seq)
    ).all()
    lines = {line.seq: line for line in journal.read(session, [gone.member_id])[gone.member_id]}
    numbers: dict[int, int] = {}
    for entry in entries:
        line = lines[entry.seq]
        if line.kind in DERIVED or line.friend_id == into.member_id:
            continue
        told = line._replace(of_seq=numbers.get(line.of_seq) if line.of_seq is not None else None)
        source = _source(entry, gone.member_id)
        numbers[line.seq] = journal.append(session, into, told, source=source, growth=into.growth).seq


def _source(entry: GrowthEntry, gone_id: int) -> Source:
    if entry.kind in {PURCHASE, REFUND}:
        return Source(entry.source_kind, entry.source_id)
    return Source("merge", f"{gone_id}:{entry.seq}")


def _reckon(session: Session, account: points.Account, dossier: Dossier, gone_id: int) -> None:
    at = dossier.career.state.at
    session.flush()  # the lines just written are read again
    lines = journal.read(session, [account.member_id])[account.member_id]
    again = replay(lines, editions.all_until(session, until=at), opened_at=dossier.row.opened_at, at=at)
    again.follow(dossier.career, at, MERGE)
    dossier.career = again
    keep_line(session, account, dossier, Line(0, MERGE, at), source=Source("merge", gone_id))


def _remember_gifts(session: Session, gone_id: int, into_id: int) -> None:
    """The last gift of each tier counts on; it stands below 0, where no line of the survivor's journal is."""
    latest: dict[str, TierGift] = {}
    for gift in session.scalars(select(TierGift).where(TierGift.member_id == gone_id).order_by(TierGift.at)):
        latest[gift.tier_code] = gift
    lowest = _lowest_numbers(session, into_id)
    for code, gift in latest.items():
        session.add(
            TierGift(
                member_id=into_id,
                tier_code=code,
                growth_seq=min(lowest.get(code, 0), 0) - 1,
                book_version=gift.book_version,
                points=gift.points,
                coupons=gift.coupons,
                at=gift.at,
            )
        )


def _lowest_numbers(session: Session, member_id: int) -> Mapping[str, int]:
    mine = select(TierGift.tier_code, TierGift.growth_seq).where(TierGift.member_id == member_id)
    return dict(session.execute(mine.order_by(TierGift.growth_seq.desc())).all())


def _move_friends(session: Session, gone_id: int, into_id: int) -> None:
    """Friends of the one are the other's; who counted as a friend counts on, once."""
    session.execute(delete(TierFriend).where(TierFriend.friend_id == into_id, TierFriend.inviter_id == gone_id))
    session.execute(delete(TierFriend).where(TierFriend.friend_id == gone_id, TierFriend.inviter_id == into_id))
    session.execute(update(TierFriend).where(TierFriend.inviter_id == gone_id).values(inviter_id=into_id))
    session.execute(update(TierReview).where(TierReview.inviter_id == gone_id).values(inviter_id=into_id))
    gone, into = session.get(TierFriend, gone_id), session.get(TierFriend, into_id)
    if gone is not None and into is None:
        session.add(TierFriend(friend_id=into_id, inviter_id=gone.inviter_id, counted_at=gone.counted_at))
    if gone is not None:
        session.delete(gone)


def _end(row: TierStanding, at: datetime) -> None:
    row.closed_at, row.due_at, row.warn_at = at, None, None
