"""Partners told shortly: with terms on both ways, and members whom they know."""

from dataclasses import replace
from itertools import count
from random import Random

from sqlalchemy.orm import Session

from backend import partners
from backend.partners import Link, NewKey, Partner, Way
from tests.support.clocks import MORNING

HALF = Way(rate=5_000, least=10, step=10, member_day=1_000, partner_day=10_000, budget=100_000, price=100)
NOWHERE = "http://127.0.0.1:9"

_numbers = count(1)


def make_partner(
    session: Session,
    *,
    base_url: str = NOWHERE,
    our_key: str = "baihui",
    secret: str = "their-secret",
    ours_in: Way = HALF,
    theirs_out: Way = HALF,
) -> Partner:
    """A partner whose points are worth half of ours, and ours half of its."""
    code = f"partner-{next(_numbers)}"
    partner = partners.create_partner(
        session, code, name="城市影院", base_url=base_url, our_key=our_key, secret=secret, now=MORNING
    )
    partners.agree(session, code, ours_in=ours_in, theirs_out=theirs_out, by="boss", reason="合同一", now=MORNING)
    session.flush()  # exchanged by at once
    return partner


def terms(**parts: int) -> Way:
    """The usual terms of a way, but for these parts."""
    return replace(HALF, **parts)


def make_key(session: Session, partner: Partner, *, scopes: frozenset[str] = partners.SCOPES) -> NewKey:
    """A key by which the partner may do everything, unless told otherwise."""
    key = partners.create_key(session, partner.code, scopes=scopes, rng=Random(next(_numbers)), now=MORNING)
    session.flush()  # the partner signs with it at once
    return key


def link(session: Session, partner: Partner, member_id: int, *, now=MORNING) -> Link:
    """Let a partner know a member."""
    rng = Random(next(_numbers))
    told = partners.ask_for_code(session, member_id, partner.code, rng=rng, now=now)
    session.flush()  # told to the partner at once
    return partners.redeem(session, partner.id, told.code, rng=rng, now=now)
