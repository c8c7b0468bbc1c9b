from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from backend import points
from backend.kit.calendar import shop_day
from backend.kit.facts import announce
from backend.kit.money import PER_TEN_THOUSAND
from backend.points import Account
from backend.tiers import editions
from backend.tiers.conditions import Need, Way, missing
from backend.tiers.facts import TierFallsSoon
from backend.tiers.instants import MOMENT, last_day
from backend.tiers.keeping import keep_time
from backend.tiers.measures import Moment
from backend.tiers.models import TierStanding
from backend.tiers.rules import Career
from backend.tiers.standings import Dossier, dossiers, validity_of
from backend.tiers.words import ways_words

Due = tuple[datetime, int]
"""Since when something is due, and to whose standing."""


def standings_due(session: Session, *, now: datetime, after: Due | None = None, limit: int) -> Sequence[Due]:
    """Members to whose standing time did something by now, the longest due first, from behind one on."""
    found = select(TierStanding.due_at, TierStanding.member_id).where(TierStanding.due_at <= now)
    if after is not None:
        due_at, member_id = after
        same = and_(TierStanding.due_at == due_at, TierStanding.member_id > member_id)
        found = found.where(TierStanding.due_at >= due_at, or_(TierStanding.due_at > due_at, same))
    rows = session.execute(found.order_by(TierStanding.due_at, TierStanding.member_id).limit(limit))
    return [(due_at, member_id) for due_at, member_id in rows if due_at is not None]


def carry_on(session: Session, member_ids: Sequence[int], *, now: datetime) -> Counter[str]:
    """Write down what time, and books that came meanwhile, did to some members, in order of id; closed ones are passed.

    Their rows and journals are read together. Counts `reviewed`, and of them who `rose` and who `fell`. Who is done is
    no longer due, so that it may be stopped, run again, and run twice at once.
    """
    counts: Counter[str] = Counter()
    accounts = _locked(session, member_ids, now=now)
    for account, dossier in zip(accounts, _dossiers(session, accounts, now), strict=True):
        for step in dossier.career.steps:
            rank = dossier.career.book.rank
            counts["rose"] += rank(step.after) > rank(step.before)
            counts["fell"] += rank(step.after) < rank(step.before)
        keep_time(session, account, dossier)
        counts["reviewed"] += 1
    return counts


def to_warn(session: Session, *, now: datetime, limit: int, after_member_id: int = 0) -> Sequence[int]:
    """Members whose tier may end soon, in order of id after one of them."""
    soon = select(TierStanding.member_id).where(TierStanding.warn_at <= now, TierStanding.member_id > after_member_id)
    return session.scalars(soon.order_by(TierStanding.member_id).limit(limit)).all()


def warn(session: Session, member_ids: Sequence[int], *, now: datetime) -> None:
    """Tell some members (ids in their order), whose tier ends soon unless they act, what is missing.

    Who is told is not told again of the same end.
    """
    accounts = _locked(session, member_ids, now=now)
    for account, dossier in zip(accounts, _dossiers(session, accounts, now), strict=True):
        keep_time(session, account, dossier)
        if dossier.row.warn_at is not None and dossier.row.warn_at <= now:
            _warn(session, dossier, now)


def needed_to_keep(career: Career) -> list[Way]:
    """What is missing by each way to keep the tier past its end; empty when it will be kept, or does not end.

    A way may be gone on any day from its `from_day` to the last one: what it says is enough on each of them. Of growth
    value for the keep rule, which is asked at the end, it says what must be gained of which decays still take a part.
    """
    end = validity_of(career)[0]
    if end is None or end <= career.state.at:
        return []
    ahead, rank = career.copy(), career.book.rank
    ahead.go_on(end)
    if rank(ahead.state.tier) >= rank(career.state.tier) and not _in_grace(ahead):
        return []
    tier, then = career.book.rules_of(career.state.tier), career.copy()
    then.go_on(end - MOMENT)
    moment, today = Moment(career.book, last_day(end), end), shop_day(career.state.at)
    found: list[Way] = []
    if tier.keep is not None and career.state.tier == career.state.earned:
        kept = missing(tier.keep, then.history, moment)
        found += [tuple(_at_the_end(need, career, end) for need in way) for way in kept]
    if tier.qualify is not None:
        anew = missing(tier.qualify, then.history, moment)
        found += [tuple(replace(need, from_day=need.from_day and today) for need in way) for way in anew]
    return list(dict.fromkeys(found))


def _warn(session: Session, dossier: Dossier, now: datetime) -> None:
    row, career = dossier.row, dossier.career
    row.warn_at = None
    ways = needed_to_keep(career)
    if not ways or row.valid_until is None:
        return
    row.warned_for = row.valid_until
    tier, names = career.book.rules_of(row.tier_code), {one.code: one.name for one in career.book.tiers}
    soon = TierFallsSoon(
        member_id=row.member_id,
        tier_code=tier.code,
        tier_name=tier.name,
        last_day=last_day(row.valid_until),
        ways=tuple(ways),
        words=ways_words(ways, names),
        at=now,
    )
    announce(session, soon)


def _in_grace(career: Career) -> bool:
    end = validity_of(career)[0]
    return end is not None and end <= career.state.at


def _at_the_end(need: Need, career: Career, end: datetime) -> Need:
    """A need of the keep rule, which counts what is there at the end: growth value decays until then."""
    if need.kind != "growth":
        return replace(need, from_day=need.from_day and max(need.from_day, shop_day(career.state.at)))
    at, rates = career.state.at, list[int]()
    while (decay := career.growth_by.decay_after(at)) is not None and decay[0] < end:
        at, rates = decay[0], [*rates, decay[1]]
    needed = need.needed
    for rate in reversed(rates):
        needed = -(-needed * PER_TEN_THOUSAND // rate)
    return replace(need, needed=needed, had=career.history.growth)


def _locked(session: Session, member_ids: Sequence[int], *, now: datetime) -> list[Account]:
    accounts = []
    for member_id in member_ids:
        try:
            accounts.append(points.lock(session, member_id, now=now))
        except points.NoAccount:
            ended = update(TierStanding).where(TierStanding.member_id == member_id)
            session.execute(ended.values(due_at=None, warn_at=None))
    return accounts


def _dossiers(session: Session, accounts: Sequence[Account], now: datetime) -> list[Dossier]:
    member_ids = [account.member_id for account in accounts]
    if not member_ids:
        return []
    rows = select(TierStanding).where(TierStanding.member_id.in_(member_ids)).order_by(TierStanding.member_id)
    found = session.scalars(rows.execution_options(populate_existing=True)).all()
    at = max([now, *(row.judged_at for row in found)])
    return dossiers(session, found, editions.all_until(session, until=at), now=now)
