"""Their points become ours: the partner prepares, then confirms or cancels, each as often as it likes by reference."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import points
from backend.kit.calendar import shop_day
from backend.kit.facts import announce
from backend.kit.ids import new_id
from backend.partners import counting
from backend.partners.errors import ExchangeOver, ExchangeUnknown, RefReused
from backend.partners.facts import PointsExchanged
from backend.partners.linking import linked
from backend.partners.models import CANCELLED, CONFIRMED, LAPSED, PREPARED, Exchange, Link, Partner
from backend.partners.registry import terms_of
from backend.partners.rules import IN, exchanged
from config import policy

SOURCE = "partner-in"


def prepare(session: Session, partner_id: int, *, ref: str, member: str, given: int, now: datetime) -> Exchange:
    """Keep room for an exchange, until it is confirmed, cancelled or lapses. The same again is answered as it is now.

    Raises RefReused, NotLinked, NoTerms, DirectionClosed, AmountRefused, MemberCapReached, PartnerCapReached,
    BudgetUsedUp.
    """
    earlier = _of_ref(session, partner_id, ref)
    if earlier is not None:
        return _same(session, earlier, member=member, given=given)
    link = linked(session, partner_id, member)
    points.lock(session, link.member_id, now=now)
    link, earlier = linked(session, partner_id, member), _of_ref(session, partner_id, ref)
    if earlier is not None:
        return _same(session, earlier, member=member, given=given)
    terms, day = terms_of(session, partner_id), shop_day(now)
    way = terms.way(IN)
    worth = exchanged(way, IN, given)
    counting.check_member(session, link.member_id, partner_id, IN, way, ours=worth.ours, day=day)
    exchange = Exchange(
        id=new_id(),
        partner_id=partner_id,
        member_id=link.member_id,
        link_id=link.id,
        direction=IN,
        ref=ref,
        given=worth.given,
        taken=worth.taken,
        ours=worth.ours,
        terms_version=terms.version,
        rate=way.rate,
        status=PREPARED,
        counted_on=day,
        begun_at=now,
        ends_at=now + policy.PARTNER_PREPARED_FOR,
    )
    session.add(exchange)
    session.flush()  # of two with one reference the second fails here
    counting.take(session, partner_id, IN, way, ours=worth.ours, day=day)
    return exchange


def confirm(session: Session, partner_id: int, ref: str, *, now: datetime) -> Exchange:
    """Give the member the points, once. Raises ExchangeUnknown, ExchangeOver for one that was cancelled or lapsed."""
    exchange, account = _locked(session, partner_id, ref, now=now)
    if exchange.status == CONFIRMED:
        return exchange
    if exchange.status != PREPARED or account is None:
        raise ExchangeOver(status=exchange.status)
    if exchange.ends_at is not None and exchange.ends_at <= now:
        raise ExchangeOver(status=LAPSED)
    points.credit(session, account, exchange.ours, source=points.Source(SOURCE, exchange.id), now=now)
    exchange.status, exchange.done_at, exchange.done_on = CONFIRMED, now, shop_day(now)
    announce(session, exchanged_fact(session, exchange, now=now))
    return exchange


def cancel(session: Session, partner_id: int, ref: str, *, now: datetime) -> Exchange:
    """Let a prepared exchange come to nothing, once. Raises ExchangeUnknown, ExchangeOver for a confirmed one."""
    exchange, _ = _locked(session, partner_id, ref, now=now)
    if exchange.status == CONFIRMED:
        raise ExchangeOver(status=CONFIRMED)
    _end(session, exchange, CANCELLED, now=now)
    return exchange


def of_ref(session: Session, partner_id: int, ref: str) -> Exchange:
    """The exchange that the partner began by this reference. Raises ExchangeUnknown."""
    found = _of_ref(session, partner_id, ref)
    if found is None:
        raise ExchangeUnknown
    return found


def due_to_lapse(session: Session, *, now: datetime, limit: int) -> list[int]:
    """Prepared exchanges whose time is over, the oldest first."""
    over = select(Exchange.id).where(Exchange.status == PREPARED, Exchange.ends_at <= now)
    return list(session.scalars(over.order_by(Exchange.ends_at).limit(limit)))


def lapse_due(session: Session, exchange_id: int, *, now: datetime) -> None:
    """Free the room of an exchange that was not confirmed in time."""
    found = session.get_one(Exchange, exchange_id)
    exchange, _ = _locked(session, found.partner_id, found.ref, now=now)
    if exchange.ends_at is not None and exchange.ends_at <= now:
        _end(session, exchange, LAPSED, now=now)


def cancel_prepared(session: Session, member_id: int, *, now: datetime) -> None:
    """Cancel what partners have prepared for a member who leaves; the account is locked."""
    mine = select(Exchange).where(
        Exchange.member_id == member_id, Exchange.direction == IN, Exchange.status == PREPARED
    )
    for exchange in session.scalars(mine.order_by(Exchange.partner_id, Exchange.id)).all():
        _end(session, exchange, CANCELLED, now=now)


def exchanged_fact(session: Session, exchange: Exchange, *, now: datetime) -> PointsExchanged:
    """What is told of a finished exchange."""
    name = session.get_one(Partner, exchange.partner_id).name
    return PointsExchanged(
        exchange.member_id, exchange.id, name, exchange.direction, exchange.given, exchange.taken, now
    )


def _end(session: Session, exchange: Exchange, status: str, *, now: datetime) -> None:
    if exchange.status == PREPARED:
        exchange.status, exchange.done_at = status, now
        session.flush()  # the counters, which all wait for, are touched last
        counting.put_back(session, exchange)


def _locked(session: Session, partner_id: int, ref: str, *, now: datetime) -> tuple[Exchange, points.Account | None]:
    """The exchange, read anew under its member's lock; no account where that member has left."""
    exchange = of_ref(session, partner_id, ref)
    for _ in range(2):  # a merge may have moved it while we waited
        try:
            account = points.lock(session, exchange.member_id, now=now)
        except points.AccountClosed:
            session.refresh(exchange)
            continue
        session.refresh(exchange)
        return exchange, account
    return exchange, None


def _of_ref(session: Session, partner_id: int, ref: str) -> Exchange | None:
    asked = select(Exchange).where(Exchange.partner_id == partner_id, Exchange.direction == IN, Exchange.ref == ref)
    return session.scalar(asked.execution_options(populate_existing=True))


def _same(session: Session, earlier: Exchange, *, member: str, given: int) -> Exchange:
    if earlier.given != given or session.get_one(Link, earlier.link_id).alias != member:
        raise RefReused
    return earlier
