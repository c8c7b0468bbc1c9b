from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from backend import members, points
from backend.earning import limits
from backend.earning.events import Event, to_json
from backend.earning.facts import CouponsEarned, CouponsLost
from backend.earning.models import StoredAward, StoredGrant
from backend.earning.planning import Grant, Plan, plan, within_limits
from backend.earning.rules import Assessment
from backend.earning.stored import Stored, find
from backend.kit.facts import announce
from backend.points import Account, Expiry, Source, TakenBack


@dataclass(frozen=True)
class Award:
    """What was given for something: `points` of the `wanted` that the rules would have given without their limits.

    `sources` are what the points are called in the ledger, one for each time that they are good for.
    """

    points: int
    wanted: int
    book_version: int
    grants: tuple[Grant, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class GivenUp:
    """How many points were taken back, and out of what (None: there was nothing to take back)."""

    points: int
    taken: TakenBack | None


def award(
    session: Session,
    account: Account,
    event: Event,
    *,
    source: Source,
    now: datetime,
    settles_at: datetime | None = None,
) -> Award:
    """Give a member what an event is worth by the rules in force when it happened, within their limits.

    Points are credited, or with `settles_at` promised for then. One source is awarded once: again, it violates a
    constraint. How it came about is kept, for `explain` and `give_up`, also where nothing is given.
    """
    planned = plan(session, account.member_id, event, now=now)
    while not limits.take_budgets(session, planned.amounts):
        planned = within_limits(session, account.member_id, planned, locked=True)
    limits.count(session, account.member_id, planned.used, planned.amounts, at=event.at)
    _note(session, account.member_id, planned, source=source, now=now)
    parts = _parts(planned.grants, source)
    for part, (amount, expiry) in parts.items():
        if settles_at is None:
            points.credit(session, account, amount, source=part, now=now, expiry=expiry)
        else:
            points.promise(session, account, amount, source=part, settles_at=settles_at, now=now, expiry=expiry)
    for rule in planned.coupons:
        announce(session, CouponsEarned(account.member_id, rule.code, rule.coupons, source, planned.book_version, now))
    given = planned.assessment.points
    return Award(given, planned.wanted, planned.book_version, planned.grants, tuple(parts))


def give_up(
    session: Session, account: Account, *, source: Source, lines_kept: Sequence[int], refund: Source, now: datetime
) -> GivenUp:
    """Take back what an award is no longer worth when of its lines the amounts `lines_kept` (fen) are left.

    However a refund is cut up, what is taken back is what was given less what is kept is worth, by the rules and
    limits that the award was made by. Caps and budgets get their room back. Where nothing is kept, so are coupons that
    rules gave (`CouponsLost`). Raises AwardUnknown; ValueError when more is kept than before.
    """
    stored = find(session, account.member_id, source)
    assessment = stored.again(lines_kept)
    lost = sum(grant.kept for grant in stored.grants.values()) - assessment.points
    if lost < 0:
        raise ValueError("more is kept of the lines than before")
    taken = None
    if lost:
        of = list(_parts(_grants_of(stored), source))
        taken = points.take_back(session, account, lost, source=refund, of=of, now=now)
    _note_kept(session, stored, assessment)
    if not any(lines_kept):
        _lose_coupons(session, stored, source, now)
    return GivenUp(lost, taken)


def reward_registration(session: Session, joined: members.MemberJoined) -> None:
    """Give a member who has just joined what the rules give for that."""
    account = points.lock(session, joined.member_id, now=joined.at)
    source = Source("join", joined.member_id)
    award(session, account, Event("registration", joined.at), source=source, now=joined.at)


def reward_profile(session: Session, completed: members.ProfileCompleted) -> None:
    """Give a member whose profile is complete for the first time what the rules give for that."""
    account = points.lock(session, completed.member_id, now=completed.at)
    source = Source("rule", "profile-completed")
    award(session, account, Event("profile-completed", completed.at), source=source, now=completed.at)


def _parts(grants: Sequence[Grant], source: Source) -> dict[Source, tuple[int, Expiry | None]]:
    """What is given by the time it is good for, and what each part is called in the ledger."""
    sums: dict[Expiry | None, int] = {}
    for grant in grants:
        if grant.granted:
            sums[grant.expiry] = sums.get(grant.expiry, 0) + grant.granted
    names = (source, *(Source(source.kind, f"{source.id}:{number}") for number in range(2, len(sums) + 1)))
    return {name: (amount, expiry) for name, (expiry, amount) in zip(names, sums.items(), strict=False)}


def _grants_of(stored: Stored) -> list[Grant]:
    rules = [rule for rule in stored.book.of(stored.event.trigger) if rule.code in stored.grants]
    rows = [(rule, stored.grants[rule.code]) for rule in rules]
    return [Grant(rule.code, row.wanted, row.granted, rule.good_for) for rule, row in rows]


def _note(session: Session, member_id: int, planned: Plan, *, source: Source, now: datetime) -> None:
    key = {"member_id": member_id, "source_kind": source.kind, "source_id": str(source.id)}
    session.add(
        StoredAward(
            **key,
            event=to_json(planned.event),
            book_version=planned.book_version,
            wanted=planned.wanted,
            points=planned.assessment.points,
            at=now,
        )
    )
    session.add_all(
        StoredGrant(
            **key,
            rule_code=grant.rule_code,
            wanted=grant.wanted,
            granted=grant.granted,
            kept=grant.granted,
            limited_by=planned.rooms[grant.rule_code].by if grant.granted < grant.wanted else None,
        )
        for grant in planned.grants
    )


def _note_kept(session: Session, stored: Stored, assessment: Assessment) -> None:
    """Write down what each rule's part is worth now, and give what limits were charged too much back to them."""
    kept = {one.rule.code: one.granted for one in assessment.contributions}
    freed = []
    for rule in stored.book.of(stored.event.trigger):
        row, now_kept = stored.grants.get(rule.code), kept.get(rule.code, 0)
        if row is not None:
            freed += [(rule, row.kept - now_kept)] if rule.limited else []
            row.kept = now_kept
        elif now_kept:
            session.add(_late(stored.award, rule.code, now_kept))
    member_id, at = stored.award.member_id, stored.event.at
    limited = [rule for rule, points_freed in freed if points_freed]
    if limited:
        used = limits.used_by(session, member_id, limited, at=at)
        limits.count(session, member_id, used, [(rule, -part) for rule, part in freed], at=at)
        session.flush()  # what can be written before does not wait behind rows that everybody wants
        limits.give_budgets(session, freed)


def _lose_coupons(session: Session, stored: Stored, source: Source, now: datetime) -> None:
    rules = tuple(rule.code for rule in stored.book.of(stored.event.trigger) if rule.coupons)
    if rules:
        announce(session, CouponsLost(stored.award.member_id, rules, source, now))


def _late(award: StoredAward, rule_code: str, kept: int) -> StoredGrant:
    """The row of a rule that a better one had beaten, until that one no longer held."""
    return StoredGrant(
        member_id=award.member_id,
        source_kind=award.source_kind,
        source_id=award.source_id,
        rule_code=rule_code,
        wanted=0,
        granted=0,
        kept=kept,
    )
