"""Templates of coupons told shortly, and coupons that members have."""

from itertools import count
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from backend import coupons, operators, points
from backend.coupons import Coupon, Template
from backend.members import Member
from backend.operators import Operator
from tests.factories.operators import make_operator
from tests.support.clocks import MORNING

WRITER, READER = "coupon-writer", "coupon-reader"
CASH = {"kind": "cash-off", "off_fen": 5_000, "threshold_fen": 30_000}
MONTH = {"first": "2026-03-01", "last": "2026-03-31"}

_numbers = count(1)


def make_definition(**parts: object) -> dict[str, object]:
    """50 off 300, good through March, as many as one wants; `parts` say what is otherwise."""
    known = {"name": "满300减50", "worth": CASH, "validity": MONTH, "supply": {"per_member": None}}
    return known | parts


def make_template(
    session: Session, *, code: str | None = None, live: bool = True, now=MORNING, position: int = 0, **parts: object
) -> Template:
    """A template, drafted, approved and live; `parts` are of its definition."""
    code = code or f"coupon-{next(_numbers)}"
    make_staff(session)
    coupons.draft(session, code, make_definition(**parts), by=WRITER, note="试", now=now, position=position)
    if live:
        coupons.approve(session, code, by=READER, now=now)
        coupons.go_live(session, code, by=WRITER, now=now)
    session.flush()
    return coupons.template(session, code)


def make_coupon(
    session: Session, member: Member | int, *, template: Template | None = None, source=None, now=MORNING, **parts
) -> Coupon:
    """A coupon that a member was given, of a template of its own unless told."""
    member_id = member if isinstance(member, int) else member.id
    template = template or make_template(session, now=now, **parts)
    account = points.lock(session, member_id, now=now)
    source = source or points.Source("test", next(_numbers))
    coupon = coupons.grant(session, account, template.code, source=source, rng=Random(next(_numbers)), now=now)
    session.flush()
    return coupon


def make_staff(session: Session) -> None:
    """The two operators that a template takes: one drafts, the other approves."""
    known = set(session.scalars(select(Operator.login).where(Operator.login.in_((WRITER, READER)))))
    for login in sorted({WRITER, READER} - known):
        make_operator(session, login)
    assert operators.acting(session, WRITER).active
