import json
from datetime import datetime
from functools import lru_cache
from typing import Final

from sqlalchemy.orm import Session

from backend import rulebooks
from backend.tiers.book import TierBook
from backend.tiers.timeline import Edition, Timeline, timeline_of

KIND: Final = "tiers"


def live(session: Session, *, now: datetime) -> Edition:
    """The edition of the book of tiers that is in force, in one statement."""
    return edition_of(rulebooks.live(session, KIND, now=now))


def all_until(session: Session, *, until: datetime) -> Timeline:
    """Every edition that was in force up to an instant, in one statement."""
    return timeline_of([edition_of(book) for book in rulebooks.timeline(session, KIND, until=until)])


def edition_of(book: rulebooks.Book, *, live_from: datetime | None = None) -> Edition:
    """A stored version as an edition; a draft, which has no such instant yet, as if in force from `live_from` on."""
    since = live_from or book.live_from
    if since is None:
        raise ValueError("a draft is in force from no instant")
    return Edition(book.version, since, _parsed(json.dumps(book.definition, sort_keys=True)))


@lru_cache(maxsize=64)
def _parsed(definition: str) -> TierBook:
    return TierBook.model_validate_json(definition)
