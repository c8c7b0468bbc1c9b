"""Tickets of draws: given for what members do, played, taken back with what had given them."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from backend import points, purchases
from backend.checkin import CheckedIn, StepReached
from backend.events import AttendanceUndone, EventAttended
from backend.kit.guarded import hit_one
from backend.lottery.book import Trigger
from backend.lottery.errors import NoTicket
from backend.lottery.models import Draw, Ticket
from backend.lottery.queries import running
from backend.purchases import PurchaseRecorded, PurchaseRefunded
from backend.referrals import ReferralRewarded

log = structlog.get_logger(__name__)

PURCHASE: Final = "purchase"


def give_tickets(
    session: Session, member_id: int, trigger: Trigger, *, source: points.Source, now: datetime, fen: int = 0
) -> int:
    """Give a member the tickets that draws promise for something (of `fen`, where it was paid for); returns how many.

    A source gives once in each draw, from its publication to its end. Raises points.NoAccount.
    """
    draws = session.scalars(running(now))
    promised = {draw.id: tickets for draw in draws if (tickets := draw.book.tickets.of(trigger, fen))}
    if not promised:
        return 0
    points.lock(session, member_id, now=now)
    for draw_id in _given(session, member_id, source):
        promised.pop(draw_id, None)
    for draw_id, tickets in promised.items():
        session.add(_ticket(draw_id, member_id, tickets, source=source, now=now))
    session.flush()  # a repeat in this transaction finds them
    return sum(promised.values())


def use_ticket(session: Session, draw_id: int, member_id: int) -> int:
    """Play the member's oldest ticket of a draw; its id. The account is locked. Raises NoTicket."""
    left = Ticket.granted - Ticket.used - Ticket.taken_back > 0
    own = select(Ticket.id).where(Ticket.member_id == member_id, Ticket.draw_id == draw_id, left)
    ticket_id = session.scalar(own.order_by(Ticket.id).limit(1))
    if ticket_id is None:
        raise NoTicket
    if not hit_one(session, update(Ticket).where(Ticket.id == ticket_id, left).values(used=Ticket.used + 1)):
        raise NoTicket
    return ticket_id


def reward_purchase(session: Session, recorded: PurchaseRecorded) -> None:
    """A purchase gives tickets by what was paid in money."""
    if recorded.member_id is not None:
        source = _of_order(recorded.store_id, recorded.order_no)
        give_tickets(session, recorded.member_id, PURCHASE, source=source, now=recorded.at, fen=recorded.paid_fen)


def reward_check_in(session: Session, visit: CheckedIn) -> None:
    """A check-in gives tickets, once a shop day."""
    source = points.Source("check-in", visit.day.isoformat())
    give_tickets(session, visit.member_id, "check-in", source=source, now=visit.at)


def reward_attendance(session: Session, attended: EventAttended) -> None:
    """Coming to an event gives tickets."""
    source = _of_arrival(attended.registration_id, attended.arrival)
    give_tickets(session, attended.member_id, "event", source=source, now=attended.at)


def take_back_for_attendance(session: Session, undone: AttendanceUndone) -> None:
    """Take back the unplayed tickets of a check-in that was a mistake."""
    for ticket, _ in _of_source(session, _of_arrival(undone.registration_id, undone.arrival)):
        ticket.taken_back = ticket.granted - ticket.used


def reward_steps(session: Session, reached: StepReached) -> None:
    """A step of check-ins gives tickets of the draws that it names, while they run; once, as the step is given once."""
    if not reached.tickets:
        return
    draws = {draw.code: draw.id for draw in session.scalars(running(reached.at))}
    source = points.Source("check-in-step", reached.reward_id)
    counts = Counter[str]()
    for code, count in reached.tickets:
        counts[code] += count
    for code, count in counts.items():
        if code in draws:
            session.add(_ticket(draws[code], reached.member_id, count, source=source, now=reached.at))
        else:
            log.warning("lottery.tickets-of-no-draw", draw=code, source=source.kind)


def reward_referral(session: Session, rewarded: ReferralRewarded) -> None:
    """A friend whose invitation is rewarded gives the inviter tickets."""
    if rewarded.side == "inviter":
        source = points.Source("referral", rewarded.invitation_id)
        give_tickets(session, rewarded.member_id, "referral", source=source, now=rewarded.at)


def take_back_tickets(session: Session, refunded: PurchaseRefunded) -> None:
    """Take back the unplayed tickets of a purchase where what is kept of it, in money, gives none any more, or where it
    turned out to be nobody's.
    """
    source = _of_order(refunded.store_id, refunded.order_no)
    given = _of_source(session, source) if refunded.member_id is not None else []
    if not given:
        return
    bought = purchases.detail(session, store_id=refunded.store_id, order_no=refunded.order_no)
    kept_fen = bought.purchase.paid_fen - sum(one.refund.money_fen for one in bought.refunds)
    for ticket, draw in given:
        if bought.purchase.member_id is None or not draw.book.tickets.of(PURCHASE, kept_fen):
            ticket.taken_back = ticket.granted - ticket.used


def _given(session: Session, member_id: int, source: points.Source) -> Sequence[int]:
    """The draws of which this source gave the member tickets before."""
    earlier = select(Ticket.draw_id).where(Ticket.given_to == member_id)
    same = earlier.where(Ticket.source_kind == source.kind, Ticket.source_id == str(source.id))
    return session.scalars(same).all()


def _of_source(session: Session, source: points.Source) -> list[tuple[Ticket, Draw]]:
    same = select(Ticket, Draw).join(Draw, Draw.id == Ticket.draw_id)
    same = same.where(Ticket.source_kind == source.kind, Ticket.source_id == str(source.id))
    return [(ticket, draw) for ticket, draw in session.execute(same.execution_options(populate_existing=True))]


def _of_arrival(registration_id: int, arrival: int) -> points.Source:
    return points.Source("event", f"{registration_id}:{arrival}")


def _of_order(store_id: int, order_no: str) -> points.Source:
    return points.Source(PURCHASE, f"{store_id}:{order_no}")


def _ticket(draw_id: int, member_id: int, tickets: int, *, source: points.Source, now: datetime) -> Ticket:
    return Ticket(
        draw_id=draw_id,
        member_id=member_id,
        given_to=member_id,
        source_kind=source.kind,
        source_id=str(source.id),
        granted=tickets,
        used=0,
        taken_back=0,
        given_at=now,
    )
