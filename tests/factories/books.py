from datetime import datetime

from sqlalchemy.orm import Session

from backend import rulebooks
from tests.support.clocks import MORNING


def change_book(session: Session, kind: str, *, now: datetime = MORNING, **changes: object) -> rulebooks.Book:
    """Let the rules of a kind be what they were but for `changes`, from `now` on."""
    before = rulebooks.live(session, kind, now=now)
    drafted = rulebooks.draft(
        session, kind, {**before.definition, **changes}, based_on=before.version, by="anna", note="测试", now=now
    )
    return rulebooks.publish(session, kind, drafted.version, live_from=now, by="anna", now=now)
