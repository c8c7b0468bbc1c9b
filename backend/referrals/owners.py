"""Members who become one, and members who leave."""

from datetime import datetime

from sqlalchemy import Update, delete, inspect, or_, select, update
from sqlalchemy.orm import Session

from backend.members import MembershipClosed, MembersMerged
from backend.referrals.codes import move_codes
from backend.referrals.models import OPEN, Invitation, InviteCode, Period, Reward, StaffNewcomer, State
from backend.referrals.paying import uncount
from backend.referrals.people import first_joined
from backend.referrals.staff import move_staff_newcomer


def move_invitations(session: Session, merged: MembersMerged) -> None:
    """Let what the one invited, and was invited by, be the other's.

    An invitation stands only where the person first joined by it and is not their own inviter: all others end, what
    they gave stays given. So whoever invites was always there before whoever is invited, and there are no cycles.
    """
    person = (merged.gone_id, merged.into_id)
    _, first_id = first_joined(session, merged.into_id)
    mine = select(Invitation).where(Invitation.newcomer_id.in_(person)).with_for_update()
    rows = session.scalars(mine.execution_options(populate_existing=True)).all()
    for row in rows:
        if row.newcomer_id != first_id or row.inviter_id in person:
            _end(session, row, merged.at)
    _put_in_place(session, merged, {row.newcomer_id: row for row in rows}, first_id)
    others = update(Invitation).where(Invitation.inviter_id == merged.gone_id, Invitation.newcomer_id.not_in(person))
    session.execute(others.execution_options(synchronize_session=False).values(inviter_id=merged.into_id))
    _move_rewards(session, merged)
    _join_periods(session, merged)
    move_codes(session, merged.gone_id, merged.into_id)
    move_staff_newcomer(session, merged.gone_id, merged.into_id)


def end_invitations(session: Session, closed: MembershipClosed) -> None:
    """Who leaves gets nothing for what still waits, and nobody gets anything for them; the code leads nowhere."""
    member_id = closed.member_id
    theirs = or_(Invitation.newcomer_id == member_id, Invitation.inviter_id == member_id)
    _close(session, update(Invitation).where(theirs, Invitation.state.in_(OPEN)), "lapsed", closed.at)
    _close(session, update(Invitation).where(theirs, Invitation.state == "returning"), "returned", closed.at)
    session.execute(delete(InviteCode).where(InviteCode.member_id == member_id))
    session.execute(delete(Period).where(Period.member_id == member_id))
    session.execute(delete(StaffNewcomer).where(StaffNewcomer.newcomer_id == member_id))


def _close(session: Session, rows: Update, state: State, at: datetime) -> None:
    changed = rows.execution_options(synchronize_session=False).values(state=state, due_at=None, ended_at=at)
    session.execute(changed)


def _end(session: Session, row: Invitation, at: datetime) -> None:
    """An invitation that should not have been: what waits is given to nobody, and a friend counts no more."""
    if row.state == "rewarded" and row.ended_at is not None:
        uncount(session, row.inviter_id, row.ended_at)
    if row.state in {*OPEN, "rewarded", "returning"}:
        row.state, row.due_at, row.ended_at = "ended", None, at


def _put_in_place(session: Session, merged: MembersMerged, rows: dict[int, Invitation], first_id: int) -> None:
    """The row by which the person came stands under the one they are now, the other under the one who is gone."""
    came = rows.get(merged.gone_id)
    if came is None or first_id != merged.gone_id:
        return
    told = {column.key: getattr(came, column.key) for column in inspect(Invitation).column_attrs}
    session.delete(came)
    session.flush()  # its place is free
    other = rows.get(merged.into_id)
    if other is not None:
        inviter_id = merged.into_id if other.inviter_id == merged.gone_id else other.inviter_id
        moved = update(Invitation).where(Invitation.newcomer_id == merged.into_id)
        session.execute(
            moved.execution_options(synchronize_session=False).values(newcomer_id=merged.gone_id, inviter_id=inviter_id)
        )
        session.expunge(other)
    inviter_id = told["inviter_id"]
    if inviter_id == merged.into_id:  # it has ended: they were their own inviter
        inviter_id = merged.gone_id
    session.add(Invitation(**(told | {"newcomer_id": merged.into_id, "inviter_id": inviter_id})))
    session.flush()  # what follows speaks of it


def _move_rewards(session: Session, merged: MembersMerged) -> None:
    """A stage that both have reached stays where it was given: it is given once."""
    stages = session.scalars(select(Reward.stage).where(Reward.member_id == merged.into_id, Reward.stage > 0)).all()
    free = or_(Reward.stage.is_(None), Reward.stage.not_in(stages))
    theirs = update(Reward).where(Reward.member_id == merged.gone_id, free)
    session.execute(theirs.execution_options(synchronize_session=False).values(member_id=merged.into_id))


def _join_periods(session: Session, merged: MembersMerged) -> None:
    both = select(Period).where(Period.member_id.in_((merged.gone_id, merged.into_id))).order_by(Period.period)
    rows = session.scalars(both.with_for_update().execution_options(populate_existing=True)).all()
    mine = {row.period: row for row in rows if row.member_id == merged.into_id}
    for row in rows:
        if row.member_id == merged.into_id:
            continue
        known = mine.get(row.period)
        if known is None:
            session.add(
                Period(period=row.period, member_id=merged.into_id, friends=row.friends, reached_at=row.reached_at)
            )
        else:
            known.friends += row.friends
            known.reached_at = max(known.reached_at, row.reached_at)
        session.delete(row)
