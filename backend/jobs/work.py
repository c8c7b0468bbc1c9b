"""The jobs themselves. Each does its work in many small transactions and may be stopped and run again at any point."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog
from sqlalchemy.orm import Session

from backend import (
    answers,
    conversations,
    coupons,
    insights,
    lifecycle,
    mall,
    members,
    messaging,
    oa,
    partners,
    receipts,
    risk,
    scenes,
    sharing,
    tiers,
)
from backend.jobs import ledger
from backend.kit import idempotency
from backend.kit.calendar import shop_day
from backend.kit.db import run
from backend.kit.errors import DomainError
from backend.messaging import broadcasts
from backend.runtime import Runtime
from backend.wechat import RecipientUnreachable, WeChatError, WrongRecipient
from config import policy

Counts = dict[str, int]

log = structlog.get_logger(__name__)

SLICE: Final = 200
INVITERS_TOGETHER: Final = 20
KEEP_IDEMPOTENCY_KEYS: Final = timedelta(days=3)
KEEP_USED_CARD_CODES: Final = timedelta(hours=1)
KEEP_RECEIPTS: Final = timedelta(days=1)
KEEP_REPORTS: Final = timedelta(days=3)
KEEP_JOB_RUNS: Final = timedelta(days=90)

FOLLOWERS_A_RUN: Final = 200  # user/info may be called 5 million times a day
PLACE_AMONG_FOLLOWERS: Final = "jobs:link-followers:after"


def lapse_exchanges(runtime: Runtime, at: datetime) -> Counts:
    """Undo exchanges that nobody picked up in time."""
    return one_by_one(
        runtime,
        lambda session, limit: mall.due_to_lapse(session, now=at, limit=limit),
        lambda session, order_id: mall.lapse_due(session, order_id, now=at),
    )


def settle_receipts(runtime: Runtime, at: datetime) -> Counts:
    """Decide claims of receipts whose purchases the tills have reported, or did not report in time."""
    return one_by_one(
        runtime,
        lambda session, limit: receipts.due_to_settle(session, now=at, limit=limit),
        lambda session, claim_id: receipts.settle_due(session, claim_id, now=at),
    )


def remind_exchanges(runtime: Runtime, at: datetime) -> Counts:
    """Tell members of exchanges that lapse soon."""
    return one_by_one(
        runtime,
        lambda session, limit: mall.due_to_remind(session, now=at, limit=limit),
        lambda session, order_id: mall.remind_due(session, order_id, now=at),
    )


def receive_exchanges(runtime: Runtime, at: datetime) -> Counts:
    """Note exchanges as received that were shipped long ago."""
    return one_by_one(
        runtime,
        lambda session, limit: mall.due_to_receive(session, now=at, limit=limit),
        lambda session, order_id: mall.receive_due(session, order_id, now=at),
    )


def complete_exchanges(runtime: Runtime, at: datetime) -> Counts:
    """Complete exchanges whose goods cannot be brought back any more."""
    return one_by_one(
        runtime,
        lambda session, limit: mall.due_to_complete(session, now=at, limit=limit),
        lambda session, order_id: mall.complete_due(session, order_id, now=at),
    )


def settle_shares(runtime: Runtime, at: datetime) -> Counts:
    """Pay for purchases that came by shares, once they cannot come back."""
    return one_by_one(
        runtime,
        lambda session, limit: sharing.due_rewards(session, now=at, limit=limit),
        lambda session, reward_id: sharing.settle_reward(session, reward_id, rng=runtime.rng, now=at),
    )


def close_memberships(runtime: Runtime, at: datetime) -> Counts:
    """Close the memberships of those who asked to leave and have not taken it back, member by member."""
    return one_by_one(
        runtime,
        lambda session, limit: lifecycle.closures_due(session, now=at, limit=limit),
        lambda session, closure_id: lifecycle.close_due(session, closure_id, now=at),
    )


def review_tiers(runtime: Runtime, at: datetime) -> Counts:
    """Tell inviters of the tiers that their friends have come to, a few of them in a transaction."""
    counts: Counter[str] = Counter()
    while done := run(runtime.sessions.write, partial(tiers.review_friends, now=at, limit=INVITERS_TOGETHER)):
        counts.update(done)
    return dict(counts)


def reconcile(runtime: Runtime, at: datetime) -> Counts:
    """Sweep all accounts for what cannot be, and freeze those that show it; counts those frozen anew."""
    outcome = insights.reconcile(runtime.sessions, now=at)
    if outcome.faults:
        log.error("reconcile.faults", reconciliation=outcome.reconciliation_id, faults=outcome.faults)
    return {"frozen": outcome.frozen} if outcome.frozen else {}


def link_followers(runtime: Runtime, at: datetime) -> Counts:
    """Ask WeChat for the unionid of followers, which leads them to their member.

    Each run goes on where the one before stopped, so that those who have no unionid do not hold up the others.
    """
    place = int(runtime.cache.get(PLACE_AMONG_FOLLOWERS) or 0)
    with runtime.sessions.read() as session:
        unlinked = members.followers_without_unionid(session, limit=FOLLOWERS_A_RUN, after_id=place)
    counts: Counter[str] = Counter()
    for identity in unlinked:
        place = identity.id
        try:
            counts[_link(runtime, identity, at)] += 1
        except (RecipientUnreachable, WrongRecipient):
            counts["refused"] += 1
        except WeChatError as error:
            log.warning("jobs.link-followers-stopped", error=str(error))
            counts["stopped"] += 1
            break
    more = len(unlinked) == FOLLOWERS_A_RUN
    runtime.cache.set(PLACE_AMONG_FOLLOWERS, str(place if more else 0).encode(), ttl=86_400)
    return dict(counts)


def purge(runtime: Runtime, at: datetime) -> Counts:
    """Delete what has served its time."""
    old = {
        "idempotency_keys": lambda session: idempotency.forget_before(session, at - KEEP_IDEMPOTENCY_KEYS, limit=SLICE),
        "card_codes": lambda session: members.forget_used_codes(session, before=at - KEEP_USED_CARD_CODES, limit=SLICE),
        "coupon_codes": lambda session: coupons.forget_used_codes(session, now=at, limit=SLICE),
        "receipts": lambda session: oa.forget_receipts(session, at - KEEP_RECEIPTS, limit=SLICE),
        "partner_link_codes": lambda session: partners.forget_codes(session, now=at, limit=SLICE),
        "scene_visitors": lambda session: scenes.forget_visitors(session, shop_day(at), limit=SLICE),
        "reports": lambda session: messaging.forget_reports(session, before=at - KEEP_REPORTS, limit=SLICE),
        "chat_lines": lambda session: conversations.forget_lines(
            session, before=at - policy.CHAT_KEPT_FOR, limit=SLICE
        ),
        "conversations": lambda session: conversations.forget_conversations(
            session, before=at - policy.CHAT_KEPT_FOR, limit=SLICE
        ),
        "unanswered": lambda session: answers.forget_unanswered(
            session, before=at - policy.UNANSWERED_KEPT_FOR, limit=SLICE
        ),
        "broadcast_lists": lambda session: broadcasts.forget_lists(session, limit=SLICE),
        "risk_signals": lambda session: risk.forget_signals(
            session, before=at - policy.RISK_SIGNALS_KEPT_FOR, limit=SLICE
        ),
        "risk_counts": lambda session: risk.forget_counts(
            session, before=shop_day(at - policy.RISK_SIGNALS_KEPT_FOR), limit=SLICE
        ),
        "job_runs": lambda session: ledger.forget_runs(session, before=at - KEEP_JOB_RUNS, limit=SLICE),
    }
    return {name: _all_slices(runtime, forget) for name, forget in old.items()}


def _link(runtime: Runtime, identity: members.Identity, at: datetime) -> str:
    account = runtime.official_account
    if identity.appid != account.appid:
        return "foreign"
    follower = account.user(identity.openid)
    if not follower.subscribed:
        leave = partial(members.unfollow, appid=identity.appid, openid=identity.openid, now=at)
        run(runtime.sessions.write, leave)
        return "left"
    unionid = follower.unionid
    if unionid is None:
        return "without"
    run(runtime.sessions.write, lambda session: members.learn_unionid(session, identity.id, unionid, now=at))
    return "linked"


def one_by_one(
    runtime: Runtime, find: Callable[[Session, int], Sequence[int]], do: Callable[[Session, int], object]
) -> Counts:
    """`do` for each of what `find` finds until it finds nothing new, each in a transaction of its own.

    What refuses or fails is passed over; the first failure is raised when the rest is done.
    """
    counts: Counter[str] = Counter()
    stuck: set[int] = set()
    failure: Exception | None = None
    while True:
        with runtime.sessions.read() as session:
            found = [one for one in find(session, SLICE + len(stuck)) if one not in stuck]
        if not found:
            break
        for one in found:
            outcome, error = _one(runtime, do, one)
            counts[outcome] += 1
            failure = failure or error
        with runtime.sessions.read() as session:  # what is still found is not to be found for ever
            stuck |= set(found) & set(find(session, SLICE + len(stuck)))
    if failure is not None:
        raise failure
    return dict(counts)


def _one(runtime: Runtime, do: Callable[[Session, int], object], one: int) -> tuple[str, Exception | None]:
    try:
        run(runtime.sessions.write, lambda session: do(session, one))
    except DomainError as refusal:
        log.info("jobs.refused", code=refusal.code)
        return "refused", None
    except Exception as error:
        log.exception("jobs.failed-for-one")
        return "failed", error
    return "done", None


def _all_slices(runtime: Runtime, forget: Callable[[Session], int]) -> int:
    total = 0
    while (count := run(runtime.sessions.write, forget)) == SLICE:
        total += count
    return total + count
