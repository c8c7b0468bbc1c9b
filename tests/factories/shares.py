from itertools import count
from random import Random

from sqlalchemy.orm import Session

from backend import sharing
from backend.sharing import Share
from tests.support.clocks import MORNING

_numbers = count(1)


def make_share(session: Session, member_id: int, *, kind: sharing.Kind = "invitation", thing: str = "members") -> Share:
    """A member's share of a thing: an invitation to join, unless told."""
    made, _ = sharing.share(session, member_id, kind, thing, rng=Random(next(_numbers)), now=MORNING)
    session.flush()
    return made
