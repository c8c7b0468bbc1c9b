"""Two members who turn out to be one person become one. Nothing of either is lost, nothing counted twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from backend import members, points, tiers
from backend.kit.errors import DomainError
from backend.kit.facts import announce
from backend.lifecycle.errors import (
    AccountFrozen,
    ClosureRunning,
    HoldsOpen,
    MemberBlocked,
    MemberEnded,
    SameMember,
)
from backend.lifecycle.models import MemberMerge
from backend.lifecycle.queries import running
from backend.lifecycle.rules import MOST_HOLDS_SHOWN, checked_reason


@dataclass(frozen=True)
class SetAside:
    """Points that wait for something: a kind of cause ("exchange"), its id, how many."""

    kind: str
    id: str
    points: int


@dataclass(frozen=True)
class Preview:
    """What a merge would move from the gone member, and every reason for which it would be refused now."""

    points: int
    pending: int
    debt: int
    growth: int
    set_aside: tuple[SetAside, ...]
    refusals: tuple[DomainError, ...]


def preview(session: Session, *, gone_id: int, into_id: int, now: datetime) -> Preview:
    """What `merge` would do at `now`; writes nothing. Raises SameMember, members.MemberUnknown."""
    if gone_id == into_id:
        raise SameMember
    both = members.get(session, gone_id), members.get(session, into_id)
    balance, holds = points.summary(session, gone_id, now=now), _open_holds(session, gone_id, now)
    return Preview(
        points=balance.available,
        pending=balance.pending,
        debt=balance.debt,
        growth=tiers.standing(session, gone_id, now=now).growth,
        set_aside=tuple(SetAside(hold.source_kind, hold.source_id, hold.amount) for hold in holds),
        refusals=tuple(_refusals(session, both, holds)),
    )


def merge(session: Session, *, gone_id: int, into_id: int, by: str, reason: str, now: datetime) -> MemberMerge:
    """Make `into_id` the one member of a person who had two. The card and the phone of the gone one lead there too.

    `by` is an operator's login. Raises SameMember, ReasonRefused, members.MemberUnknown, MemberEnded, MemberBlocked,
    ClosureRunning, HoldsOpen, AccountFrozen, and what listeners of `members.MembersMerging` refuse with; nothing has
    changed then.
    """
    if gone_id == into_id:
        raise SameMember
    reason = checked_reason(reason)
    accounts = _accounts(session, gone_id, into_id, now=now)
    both = members.lock_two(session, gone_id, into_id)
    for refusal in _refusals(session, both, _open_holds(session, gone_id, now)):
        raise refusal
    announce(session, members.MembersMerging(gone_id, into_id, now))
    growth = tiers.standing(session, gone_id, now=now).growth
    moved = points.merge(session, *accounts, source_id=gone_id, now=now)
    members.absorb(session, *both)
    announce(session, members.MembersMerged(gone_id, into_id, now))
    done = MemberMerge(
        gone_id=gone_id,
        into_id=into_id,
        merged_by=by,
        reason=reason,
        points=moved.points,
        debt=moved.debt,
        pending=moved.pending,
        figures={"growth": growth},
        at=now,
    )
    session.add(done)
    return done


def _accounts(session: Session, gone_id: int, into_id: int, *, now: datetime) -> tuple[points.Account, points.Account]:
    try:
        return points.lock_both(session, gone_id, into_id, now=now)
    except points.AccountClosed:
        # the members say which of the two it is; perhaps it was merged while we waited
        for refusal in _refusals(session, members.lock_two(session, gone_id, into_id), []):
            raise refusal from None
        raise


def _refusals(
    session: Session, both: tuple[members.Member, members.Member], holds: list[points.Hold]
) -> Iterator[DomainError]:
    """Every reason why these two cannot be merged now; `holds` are those of the one that would be gone."""
    for member in both:
        if member.status in {members.CLOSED, members.MERGED}:
            yield MemberEnded(card_no=member.card_no)
        elif member.status == members.BLOCKED:
            yield MemberBlocked(card_no=member.card_no)
        if running(session, member.id) is not None:
            yield ClosureRunning(card_no=member.card_no)
        account = session.get(points.Account, member.id)
        if account is not None and account.frozen_at is not None:
            yield AccountFrozen(card_no=member.card_no)
    if holds:
        yield HoldsOpen(count=len(holds))


def _open_holds(session: Session, member_id: int, now: datetime) -> list[points.Hold]:
    holds = points.holds(session, member_id, limit=MOST_HOLDS_SHOWN)
    return [hold for hold in holds if hold.ends_at is None or hold.ends_at > now]
