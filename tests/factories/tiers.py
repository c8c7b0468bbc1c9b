"""Books of tiers and journals, told shortly."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from backend import rulebooks, tiers
from backend.kit.calendar import day_start, shop_day
from backend.points import Account, Source
from backend.tiers import Outcome
from backend.tiers.book import TierBook, growth_for
from backend.tiers.history import PURCHASE, REFUND, Line
from backend.tiers.replay import replay
from backend.tiers.timeline import Edition, Timeline

EVER = datetime(1970, 1, 1, tzinfo=UTC)
YEAR = {"months": 12}

Definition = dict[str, object]


def tier(code: str, qualify: object = None, **parts: object) -> Definition:
    """A tier of a book; what is not said is as in the first book."""
    return {"code": code, "name": code.upper(), "qualify": qualify} | parts


def definition(*tiers: Definition, **parts: object) -> Definition:
    """A book with a lowest tier "basic" and these above it."""
    return {"tiers": [tier("basic"), *tiers]} | parts


def timeline(*books: tuple[datetime, Definition] | Definition) -> Timeline:
    """Books in force one after the other; one without an instant is in force since ever."""
    dated = [book if isinstance(book, tuple) else (EVER, book) for book in books]
    return Timeline(
        tuple(
            Edition(version, live_from, TierBook.model_validate(book))
            for version, (live_from, book) in enumerate(dated, start=1)
        )
    )


def publish_book(session: Session, definition: Definition, *, at: datetime, now: datetime | None = None) -> int:
    """Publish a book of tiers in force from an instant on; the tiers of older books are taken for the lowest."""
    newest = rulebooks.newest_published(session, "tiers")
    known = [tier["code"] for tier in definition["tiers"]]  # type: ignore[attr-defined,index]
    older = [tier["code"] for tier in rulebooks.get(session, "tiers", 1).definition["tiers"]]
    gone = {code: known[0] for code in older if code not in known}
    drafted = rulebooks.draft(
        session,
        "tiers",
        {"replaced": gone} | definition,
        based_on=newest,
        by="demo",
        note="test",
        now=now or at,
    )
    rulebooks.publish(session, "tiers", drafted.version, live_from=at, by="demo", now=now or at)
    return drafted.version


def noon(day: str | date) -> datetime:
    """Noon of a shop day."""
    return day_start(date.fromisoformat(day) if isinstance(day, str) else day) + timedelta(hours=12)


def midnight(day: str) -> datetime:
    """The first instant of a shop day."""
    return day_start(date.fromisoformat(day))


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


def listen(session: Session) -> list[object]:
    """What is announced from now on, and nobody else reacts to."""
    said: list[object] = []

    class Ears(dict[type, object]):
        def get(self, _fact: type, _default: object = ()) -> list[object]:
            return [lambda _session, fact: said.append(fact)]

    session.info["listeners"] = Ears()
    return said


def buy(
    session: Session, account: Account, fen: int, number: int = 1, *, now: datetime, on: date | None = None
) -> Outcome:
    """Let a purchase of so many fen count; its source is the purchase of that number."""
    return tiers.count_purchase(
        session, account, spent_fen=fen, counts_on=on or shop_day(now), source=Source("purchase", number), now=now
    )


def give_back(
    session: Session, account: Account, fen: int, *, of: int, number: int = 1, whole: bool = False, now: datetime
) -> Outcome:
    """Let a refund of a purchase by its number count."""
    session.flush()  # the purchase is looked for
    return tiers.count_refund(
        session,
        account,
        spent_fen=fen,
        purchases=int(whole),
        of=Source("purchase", of),
        source=Source("refund", number),
        now=now,
    )
