"""Our points become theirs: set aside here, prepared there, confirmed there, and only then spent here.

Until the partner is asked to confirm it has promised nothing that we must keep: it may be given up. From then on only
the partner's definite answer, or an operator's, ends the exchange.
"""

from collections.abc import Collection
from datetime import datetime
from random import Random
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend import points
from backend.kit.calendar import shop_day
from backend.kit.facts import announce
from backend.kit.guarded import hit_one
from backend.kit.ids import new_id
from backend.partners import counting
from backend.partners.errors import ExchangeOver, ExchangeUnderWay, ExchangeUnknown, NotLinked
from backend.partners.facts import ExchangeRefused
from backend.partners.gateway import Answer, Call
from backend.partners.incoming import exchanged_fact
from backend.partners.linking import standing
from backend.partners.models import CANCELLED, CONFIRMED, HELD, OPEN, PREPARED, REFUSED, Exchange, Link, Partner
from backend.partners.registry import active, partner_by_code, terms_of
from backend.partners.rules import LONGEST_REASON, OUT, checked_reason, exchanged, pause
from config import policy

SOURCE: Final = "partner-out"
NO_ANSWER, SUSPENDED, CLOSING = "商户未响应", "商户合作已暂停", "会员注销"


def ask(session: Session, member_id: int, code: str, *, given: int, now: datetime) -> Exchange:
    """Set a member's points aside and let the partner be asked. Raises PartnerUnknown, PartnerSuspended, NotLinked,
    NoTerms, DirectionClosed, AmountRefused, MemberCapReached, PartnerCapReached, BudgetUsedUp, points.Insufficient,
    points.Frozen, points.NoAccount.
    """
    account = points.lock(session, member_id, now=now)
    partner = active(partner_by_code(session, code))
    link = standing(session, member_id, partner.id)
    if link is None:
        raise NotLinked
    terms, day = terms_of(session, partner.id), shop_day(now)
    way = terms.way(OUT)
    worth = exchanged(way, OUT, given)
    counting.check_member(session, member_id, partner.id, OUT, way, ours=worth.ours, day=day)
    exchange_id = new_id()
    points.reserve(session, account, worth.ours, source=points.Source(SOURCE, exchange_id), until=None, now=now)
    exchange = Exchange(
        id=exchange_id,
        partner_id=partner.id,
        member_id=member_id,
        link_id=link.id,
        direction=OUT,
        ref=str(exchange_id),
        given=worth.given,
        taken=worth.taken,
        ours=worth.ours,
        terms_version=terms.version,
        rate=way.rate,
        status=HELD,
        counted_on=day,
        begun_at=now,
        next_try_at=now,
    )
    session.add(exchange)
    session.flush()  # the counters, which all wait for, are touched last
    counting.take(session, partner.id, OUT, way, ours=worth.ours, day=day)
    return exchange


def take_back(session: Session, member_id: int, exchange_id: int, *, now: datetime) -> Exchange:
    """A member thinks again, before the partner was asked to confirm. Raises ExchangeUnknown, ExchangeUnderWay,
    ExchangeOver.
    """
    account = points.lock(session, member_id, now=now)
    exchange = session.get(Exchange, exchange_id, populate_existing=True)
    if exchange is None or exchange.member_id != member_id or exchange.direction != OUT:
        raise ExchangeUnknown
    if exchange.status == PREPARED:
        raise ExchangeUnderWay
    if exchange.status == HELD:
        _free(session, account, exchange, CANCELLED, None, now=now)
    elif exchange.status != CANCELLED:
        raise ExchangeOver(status=exchange.status)
    return exchange


def due(session: Session, *, now: datetime, limit: int, but: Collection[int] = ()) -> list[tuple[int, int]]:
    """Exchanges about which their partner is to be asked, the longest due first, `but` those of some partners."""
    waiting = select(Exchange.id, Exchange.partner_id)
    waiting = waiting.where(Exchange.next_try_at <= now, Exchange.partner_id.not_in(but))
    found = session.execute(waiting.order_by(Exchange.next_try_at).limit(limit))
    return [(exchange_id, partner_id) for exchange_id, partner_id in found]


def claim(session: Session, exchange_id: int, *, now: datetime) -> Call | None:
    """Take an exchange to ask about, so that for a while nobody else asks; None where somebody has, or it is over."""
    mine = update(Exchange).where(Exchange.id == exchange_id, Exchange.next_try_at <= now, Exchange.status.in_(OPEN))
    leased = mine.values(next_try_at=now + policy.PARTNER_LEASE, tries=Exchange.tries + 1)
    if not hit_one(session, leased):
        return None
    claimed = select(Exchange, Link.alias).join(Link, Link.id == Exchange.link_id).where(Exchange.id == exchange_id)
    exchange, alias = session.execute(claimed.execution_options(populate_existing=True)).one()
    return Call(
        exchange.id,
        exchange.partner_id,
        exchange.status,
        exchange.tries,
        exchange.ref,
        alias,
        exchange.given,
        exchange.taken,
    )


def give_up(session: Session, exchange_id: int, *, now: datetime) -> bool:
    """Free the points of an exchange that is not to be asked about any more, because the partner is suspended or has
    been silent for too long, where it was never asked to confirm; whether that was so.
    """
    exchange, account = _locked(session, exchange_id, now=now)
    if exchange.status != HELD:
        return False
    suspended = session.get_one(Partner, exchange.partner_id).suspended_at is not None
    silent = exchange.begun_at + policy.PARTNER_GIVE_UP_AFTER <= now
    if suspended or silent:
        _free(session, account, exchange, REFUSED, SUSPENDED if suspended else NO_ANSWER, now=now)
    return suspended or silent


def record(session: Session, exchange_id: int, answer: Answer, *, rng: Random, now: datetime) -> str:
    """Do what the partner's answer comes to; what came of it: a status, "doubt", or "alert" the first time that it has
    been in doubt for too long.
    """
    exchange, account = _locked(session, exchange_id, now=now)
    if exchange.status not in OPEN:
        return exchange.status
    if answer.kind == "refused":
        _free(session, account, exchange, REFUSED, answer.reason, now=now)
        return REFUSED
    if exchange.status == HELD and answer.kind == "prepared":
        return _prepared(session, account, exchange, answer, now=now)
    if exchange.status == PREPARED and answer.kind == "confirmed":
        _spend(session, account, exchange, now=now)
        return CONFIRMED
    exchange.next_try_at = now + pause(exchange.tries, rng)
    if exchange.alerted_at is None and exchange.begun_at + policy.PARTNER_ALERT_AFTER <= now:
        exchange.alerted_at = now
        return "alert"
    return "doubt"


def settle(session: Session, exchange_id: int, *, confirmed: bool, by: str, reason: str, now: datetime) -> Exchange:
    """An operator who has spoken with the partner says how an exchange ended there. Raises ExchangeUnknown,
    ExchangeOver, ReasonRefused, points.Frozen.
    """
    words = checked_reason(reason)
    if session.get(Exchange, exchange_id) is None:
        raise ExchangeUnknown
    exchange, account = _locked(session, exchange_id, now=now)
    if exchange.direction != OUT:
        raise ExchangeUnknown
    if exchange.status not in OPEN:
        raise ExchangeOver(status=exchange.status)
    exchange.settled_by = by
    if confirmed:
        exchange.refused_for = words  # why a person had to say so
        _spend(session, account, exchange, now=now)
    else:
        _free(session, account, exchange, REFUSED, words, now=now)
    return exchange


def release_waiting(session: Session, account: points.Account, *, now: datetime) -> None:
    """Free what a leaving member has set aside and no partner was asked to confirm; the account is locked."""
    mine = select(Exchange).where(Exchange.member_id == account.member_id, Exchange.status == HELD)
    for exchange in session.scalars(mine.order_by(Exchange.partner_id, Exchange.id)).all():
        _free(session, account, exchange, CANCELLED, CLOSING, now=now)


def _prepared(session: Session, account: points.Account, exchange: Exchange, answer: Answer, *, now: datetime) -> str:
    """The partner keeps room. Where it would give something else than was agreed, it is never asked to confirm."""
    if answer.taken != exchange.taken:
        _free(session, account, exchange, REFUSED, f"{answer.taken} != {exchange.taken}", now=now)
        return REFUSED
    exchange.status, exchange.next_try_at, exchange.tries = PREPARED, now, 0
    return PREPARED


def _spend(session: Session, account: points.Account, exchange: Exchange, *, now: datetime) -> None:
    points.capture(session, account, source=points.Source(SOURCE, exchange.id), now=now)
    exchange.status, exchange.next_try_at = CONFIRMED, None
    exchange.done_at, exchange.done_on = now, shop_day(now)
    announce(session, exchanged_fact(session, exchange, now=now))


def _free(
    session: Session, account: points.Account, exchange: Exchange, status: str, reason: str | None, *, now: datetime
) -> None:
    points.release(session, account, source=points.Source(SOURCE, exchange.id), now=now)
    exchange.status, exchange.next_try_at, exchange.done_at = status, None, now
    exchange.refused_for = reason[:LONGEST_REASON] if reason is not None else None
    if status == REFUSED:
        name = session.get_one(Partner, exchange.partner_id).name
        told = exchange.refused_for or ""
        announce(session, ExchangeRefused(exchange.member_id, exchange.id, name, exchange.given, told, now))
    session.flush()  # the counters, which all wait for, are touched last
    counting.put_back(session, exchange)


def _locked(session: Session, exchange_id: int, *, now: datetime) -> tuple[Exchange, points.Account]:
    """An exchange, read anew under its member's lock; its hold lets no member merge or leave meanwhile."""
    member_id = session.scalar(select(Exchange.member_id).where(Exchange.id == exchange_id))
    if member_id is None:
        raise ExchangeUnknown
    account = points.lock(session, member_id, now=now)
    return session.get_one(Exchange, exchange_id, populate_existing=True), account
