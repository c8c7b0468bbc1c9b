"""Shares and who opens them: each person once a share, each newcomer rewarded once in all."""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend import members, points
from backend.kit.calendar import shop_day
from backend.kit.errors import Unavailable
from backend.kit.ids import new_id, readable_code
from backend.points import Source
from backend.sharing import book
from backend.sharing.errors import ShareUnknown
from backend.sharing.models import TOKEN_LENGTH, Kind, Share, ShareDay, ShareReward, ShareTouch, ShareVisit
from backend.sharing.queries import by_token
from backend.sharing.things import Thing, thing_of

SOURCE = "share-visit"


@dataclass(frozen=True)
class Opened:
    """What an opened share shows, and whether this was the first time that this person opened it."""

    share: Share
    thing: Thing
    counted: bool


def share(
    session: Session, member_id: int, kind: Kind, thing: str, *, rng: Random, now: datetime
) -> tuple[Share, bool]:
    """The member's share of a thing; the one there is, if any (then False). Raises ThingUnknown."""
    thing_of(session, kind, thing, now=now)
    mine = select(Share).where(Share.member_id == member_id, Share.kind == kind, Share.thing == thing)
    earlier = session.scalar(mine.order_by(Share.turn).limit(1))
    if earlier is not None:
        return earlier, False
    made = Share(
        id=new_id(),
        token=readable_code(rng, TOKEN_LENGTH),
        member_id=member_id,
        kind=kind,
        thing=thing,
        made_at=now,
    )
    session.add(made)
    session.flush()  # of two taps at once the second fails here, and finds the first one's when it is run again
    return made, True


def open_share(session: Session, token: str, identity_id: int, *, now: datetime) -> Opened:
    """Note that a person opened a share: counted once a person, the sharer's own visits never.

    A newcomer brings the sharer points while the day's limit lasts, and what the person does next is put down to this
    share. Raises ShareUnknown, ThingUnknown, members.IdentityUnknown.
    """
    found = by_token(session, token)
    shown = thing_of(session, found.kind, found.thing, now=now)
    visitor = members.of_identity(session, identity_id)
    if visitor.member_id == found.member_id:
        return Opened(found, shown, counted=False)
    account = _locked(session, found, now=now)
    touched_before = _touch(session, found, identity_id, now=now)
    if session.get(ShareVisit, (found.id, identity_id)) is not None:
        return Opened(found, shown, counted=False)
    is_new = visitor.member_id is None and not touched_before
    session.add(ShareVisit(share_id=found.id, identity_id=identity_id, new=is_new, at=now))
    more = {"visits": Share.visits + 1, "newcomers": Share.newcomers + int(is_new)}
    session.execute(update(Share).where(Share.id == found.id).values(more))
    if is_new:
        _reward(session, account, found, identity_id, now=now)
    return Opened(found, shown, counted=True)


def _locked(session: Session, found: Share, *, now: datetime) -> points.Account:
    try:
        account = points.lock(session, found.member_id, now=now)
    except points.AccountClosed:
        raise ShareUnknown from None
    session.refresh(found)
    if found.member_id != account.member_id:  # the sharer became another member while we waited
        raise Unavailable
    return account


def _touch(session: Session, found: Share, identity_id: int, *, now: datetime) -> bool:
    """Let this be the share that the person opened last; whether they had opened any before."""
    last = session.get(ShareTouch, identity_id, populate_existing=True)
    if last is None:
        session.add(ShareTouch(identity_id=identity_id, share_id=found.id, at=now))
        session.flush()  # a newcomer of two shares at once is new by the first alone: this one is run again
        return False
    last.share_id, last.at = found.id, now
    return True


def _reward(session: Session, account: points.Account, found: Share, identity_id: int, *, now: datetime) -> None:
    rules, version = book.live(session, now=now)
    why = _why_not(session, rules, account, now)
    worth = 0 if why else rules.visit.points
    reward = ShareReward(
        id=new_id(),
        member_id=account.member_id,
        share_id=found.id,
        kind="visit",
        source=str(identity_id),
        status="dropped" if why else "paid",
        why=why,
        points=worth,
        book_version=version,
        noted_at=now,
        due_at=now,
        ended_at=now,
    )
    session.add(reward)
    if worth:
        points.credit(session, account, worth, source=Source(SOURCE, reward.id), now=now)


def _why_not(session: Session, rules: book.SharingBook, account: points.Account, now: datetime) -> str | None:
    """Why a newcomer brings nothing, None when the day has room; it is taken then. The account's lock counts alone."""
    if not rules.visit.points:
        return "no-reward"
    today = session.get(ShareDay, (account.member_id, shop_day(now)), populate_existing=True)
    if (today.paid if today else 0) >= rules.visit.per_day:
        return "day-full"
    if today is None:
        session.add(ShareDay(member_id=account.member_id, day=shop_day(now), paid=1))
    else:
        today.paid += 1
    return None
