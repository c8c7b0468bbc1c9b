"""Books of tiers and journals, told shortly."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from backend import rulebooks
from backend.kit.calendar import day_start, shop_day
from backend.tiers.book import TierBook, growth_for
from backend.tiers.history import PURCHASE, REFUND, Line
from backend.tiers.replay import replay
from backend.tiers.timeline import Edition, Timeline

EVER = datetime(1970, 1, 1, tzinfo=UTC)
YEAR = {"months": 12}


def tier(code: str, qualify: object = None, **parts: object) -> dict[str, object]:
    """A tier of a book; what is not said is as in the first book."""
    return {"code": code, "name": code.upper(), "qualify": qualify} | parts


def definition(*tiers: dict[str, object], **parts: object) -> dict[str, object]:
    """A book with a lowest tier "basic" and these above it."""
    return {"tiers": [tier("basic"), *tiers]} | parts


def timeline(*books: tuple[datetime, dict[str, object]] | dict[str, object]) -> Timeline:
    """Books in force one after the other; one without an instant is in force since ever."""
    dated = [book if isinstance(book, tuple) else (EVER, book) for book in books]
    return Timeline(
        tuple(
            Edition(version, live_from, TierBook.model_validate(book))
            for version, (live_from, book) in enumerate(dated, start=1)
        )
    )


def publish_book(
    session: Session, definition: dict[str, object], *, live_from: datetime, now: datetime | None = None
) -> int:
    """Publish a book of tiers, as operators do; answers its version."""
    now = now or live_from
    newest = rulebooks.newest_published(session, "tiers")
    drafted = rulebooks.draft(session, "tiers", definition, based_on=newest.version, by="demo", note="test", now=now)
    rulebooks.publish(session, "tiers", drafted.version, live_from=live_from, by="demo", now=now)
    return drafted.version


def noon(day: str | date) -> datetime:
    """Noon of a shop day."""
    return day_start(date.fromisoformat(day) if isinstance(day, str) else day) + timedelta(hours=12)


def bought(seq: int, fen: int, at: datetime, *, per_yuan: int = 10_000, on: date | None = None) -> Line:
    """A purchase."""
    value = growth_for(fen, per_yuan)
    return Line(
        seq, PURCHASE, at, value=value, spent_fen=fen, purchases=1, counts_on=on or shop_day(at), per_yuan=per_yuan
    )


def returned(seq: int, of: Line, fen: int, at: datetime, *, whole: bool = False) -> Line:
    """A refund of a purchase."""
    return Line(seq, REFUND, at, spent_fen=-fen, purchases=-int(whole), counts_on=of.counts_on, of_seq=of.seq)


def tier_at(lines: list[Line], books: Timeline, at: datetime, *, opened_at: datetime = EVER) -> str:
    """The tier that lines lead to."""
    return replay(lines, books, opened_at=opened_at, at=at).state.tier
