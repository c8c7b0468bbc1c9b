from datetime import datetime
from random import Random

from sqlalchemy.orm import Session

from backend import families
from backend.members import Member
from tests.factories.books import change_book
from tests.factories.members import make_member
from tests.support.clocks import MORNING


def make_family(session: Session, *relatives: Member, size: int = 2, now: datetime = MORNING) -> list[Member]:
    """The members of a new family, its owner first; so many new ones unless they are given."""
    home = list(relatives) or [make_member(session, now=now) for _ in range(size)]
    owner, *others = home
    families.make(session, owner.id, now=now)
    for one in others:
        session.flush()
        families.join(
            session, one.id, code=families.invite(session, owner.id, rng=Random(one.id), now=now).code, now=now
        )
    session.flush()
    return home


def allow_transfers(session: Session, **changes: object) -> None:
    """Let points pass within families, at once after joining unless told otherwise."""
    change_book(session, families.KIND, **{"transfers": True, "min_points": 10, "settled_days": 0, **changes})
