from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from backend.members import MemberJoined
from backend.points import Account, Source
from backend.tiers import editions, journal
from backend.tiers.book import growth_for
from backend.tiers.history import CHECK_IN, CORRECTION, PURCHASE, REFUND, Line
from backend.tiers.keeping import keep_line, keep_time
from backend.tiers.models import TierStanding
from backend.tiers.offers import Tier, tier_at_rank
from backend.tiers.replay import replay
from backend.tiers.standings import Dossier, look
from backend.tiers.state import opening


@dataclass(frozen=True)
class Outcome:
    """What a line did: the tier before and after it, and by how much it moved the growth value."""

    before: Tier
    tier: Tier
    growth: int


def open_standing(session: Session, joined: MemberJoined) -> None:
    """Start a member who has just joined in the lowest tier."""
    state = opening(editions.live(session, now=joined.at), joined.at)
    session.add(
        TierStanding(
            member_id=joined.member_id,
            tier_code=state.tier,
            earned_code=state.earned,
            since_at=joined.at,
            opened_at=joined.at,
            judged_at=joined.at,
            book_version=state.version,
            terms={},
        )
    )


def count_purchase(
    session: Session, account: Account, *, spent_fen: int, counts_on: date, source: Source, now: datetime
) -> Outcome:
    """Let a purchase count, on the shop day it was made: it raises the tier at once.

    `account` is the member's locked points account: a standing has no lock of its own. Raises NoStanding.
    """
    dossier = settle(session, account, now=now, from_day=counts_on)
    per_yuan = dossier.career.book.growth.per_yuan
    line = Line(
        0,
        PURCHASE,
        dossier.career.state.at,
        value=growth_for(spent_fen, per_yuan),
        spent_fen=spent_fen,
        purchases=1,
        counts_on=counts_on,
        per_yuan=per_yuan,
    )
    return count(session, account, dossier, line, source=source)


def count_refund(
    session: Session, account: Account, *, spent_fen: int, purchases: int, of: Source, source: Source, now: datetime
) -> Outcome:
    """Take back what a purchase counted: `spent_fen` (above 0) of it, and `purchases` 1 when all of it came back.

    By the book the tier is judged again at once as if that had never been bought, or stays until its period ends. A
    purchase that never counted takes nothing back. Raises NoStanding.
    """
    dossier = settle(session, account, now=now)
    bought = journal.line_of_source(session, account.member_id, of)
    if bought is None:
        return Outcome(held(dossier), held(dossier), 0)
    line = Line(
        0,
        REFUND,
        dossier.career.state.at,
        spent_fen=-spent_fen,
        purchases=-purchases,
        counts_on=bought.counts_on,
        of_seq=bought.seq,
    )
    return take(session, account, dossier, line, source=source)


def add_growth(session: Session, account: Account, amount: int, *, kind: str, source: Source, now: datetime) -> Outcome:
    """Add growth value for a check-in, an event or a correction by hand; below 0 it is taken back like a return.

    Raises NoStanding.
    """
    dossier = settle(session, account, now=now)
    line = Line(0, CORRECTION if amount < 0 else kind, dossier.career.state.at, value=amount)
    verb = take if amount < 0 else count
    return verb(session, account, dossier, line, source=source)


def count_check_in(session: Session, account: Account, day: date, *, now: datetime) -> Outcome | None:
    """Let a check-in count, once a shop day, if the book in force gives growth value for it. Raises NoStanding."""
    growth = editions.live(session, now=now).book.growth.check_in
    if not growth:
        return None
    return add_growth(session, account, growth, kind=CHECK_IN, source=Source(CHECK_IN, day.isoformat()), now=now)


def settle(session: Session, account: Account, *, now: datetime, from_day: date | None = None) -> Dossier:
    """Write down what time did to a member until now, before anything else counts. Raises NoStanding."""
    dossier = look(session, account.member_id, now=now, from_day=from_day)
    if dossier.career.steps or dossier.career.decays:
        keep_time(session, account, dossier)
    return dossier


def count(
    session: Session,
    account: Account,
    dossier: Dossier,
    line: Line,
    *,
    source: Source,
    note: journal.Note | None = None,
) -> Outcome:
    """Let a line that gives something count for a settled member."""
    before, growth = held(dossier), dossier.row.growth
    dossier.career.count(line)
    keep_line(session, account, dossier, line, source=source, note=note)
    return Outcome(before, held(dossier), dossier.row.growth - growth)


def take(session: Session, account: Account, dossier: Dossier, line: Line, *, source: Source) -> Outcome:
    """Let a line take back from a settled member: all is reckoned anew, as if it had been so."""
    before, growth, old = held(dossier), dossier.row.growth, dossier.career
    told = journal.read(session, [account.member_id])[account.member_id]
    numbered = [*told, line._replace(seq=dossier.row.last_seq + 1, version=old.state.version)]
    timeline = editions.all_until(session, until=line.at)
    again = replay(numbered, timeline, opened_at=dossier.row.opened_at, at=line.at)
    again.follow(old, line.at, line.kind)
    dossier.career = again
    keep_line(session, account, dossier, line, source=source)
    return Outcome(before, held(dossier), dossier.row.growth - growth)


def held(dossier: Dossier) -> Tier:
    """The tier that a member holds."""
    book = dossier.career.book
    return tier_at_rank(book, book.rank(dossier.career.state.tier))
