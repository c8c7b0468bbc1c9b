"""Refunds by rules of every kind, through the real services: nothing lost, nothing taken twice (L10, P2)."""

from datetime import timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from backend import earning, points
from backend.earning.models import Budget, StoredGrant, Usage
from backend.points import Source
from tests.backend.earning.strategies import bills, definitions, shrinking
from tests.factories.earning import publish
from tests.factories.members import make_member
from tests.support.clocks import MORNING

SETTLES_AT = MORNING + timedelta(days=7)

_numbers = count(1)


def state_of(session, definition):
    """What the limits of a book's rules say is used up, and what the awards say; they must agree."""
    session.flush()
    capped = [rule["code"] for rule in definition["rules"] if rule.get("caps")]
    budgeted = [rule["code"] for rule in definition["rules"] if rule.get("budget")]
    sums = dict(
        session.execute(select(StoredGrant.rule_code, func.sum(StoredGrant.kept)).group_by(StoredGrant.rule_code)).all()
    )
    used = dict(session.execute(select(Usage.rule_code, func.sum(Usage.points)).group_by(Usage.rule_code)).all())
    spent = dict(session.execute(select(Budget.rule_code, Budget.granted)).all())
    said = {code: int(sums.get(code, 0)) for code in [*capped, *budgeted]}
    counted = {code: int(used.get(code, 0)) for code in capped} | {code: spent.get(code, 0) for code in budgeted}
    return said, counted


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_however_a_refund_is_cut_up_what_is_taken_back_is_earned_less_kept(session, data):
    prefix = f"x{next(_numbers)}"
    definition = data.draw(definitions(prefix=prefix))
    publish(session, *definition["rules"], groups=definition["groups"])
    member_id = make_member(session).id
    balance = points.summary(session, member_id, now=MORNING)
    account = points.lock(session, member_id, now=MORNING)
    bought = {Source("purchase", f"{prefix}-{number}"): data.draw(bills()) for number in range(2)}
    for source, bill in bought.items():
        given_now = earning.award(session, account, bill, source=source, now=MORNING, settles_at=SETTLES_AT)
        assert given_now.points == earning.reassess(session, member_id, source=source, lines_kept=bill.amounts)
    said, counted = state_of(session, definition)
    assert said == counted
    for rule in definition["rules"]:
        caps, most = rule.get("caps") or {}, rule.get("budget")
        assert counted.get(rule["code"], 0) <= min(caps.get("day", 10**9), most or 10**9)
    for source, bill in bought.items():
        kept = earning.reassess(session, member_id, source=source, lines_kept=bill.amounts)
        for step, left in enumerate([*data.draw(shrinking(bill.amounts)), tuple(0 for _ in bill.lines)]):
            refund = Source("refund", f"{source.id}-{step}")
            gone = earning.give_up(session, account, source=source, lines_kept=left, refund=refund, now=MORNING)
            worth = earning.reassess(session, member_id, source=source, lines_kept=left)
            assert gone.points == kept - worth >= 0
            kept = worth
            said, counted = state_of(session, definition)
            assert said == counted
    assert set(counted.values()) <= {0}
    assert points.summary(session, member_id, now=MORNING) == balance


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_a_quote_writes_nothing_and_agrees_with_the_award(session, data):
    """L22, on whatever state earlier awards left of caps and budgets."""
    prefix = f"q{next(_numbers)}"
    definition = data.draw(definitions(prefix=prefix))
    publish(session, *definition["rules"], groups=definition["groups"])
    member_id = make_member(session).id
    account = points.lock(session, member_id, now=MORNING)
    for number in range(3):
        bill, source = data.draw(bills()), Source("purchase", f"{prefix}-{number}")
        session.flush()
        quoted = earning.quote(session, member_id, bill, now=MORNING)
        assert not any((session.new, session.dirty, session.deleted))
        made = earning.award(session, account, bill, source=source, now=MORNING)
        assert (quoted.points, quoted.wanted, quoted.book_version, quoted.grants) == (
            made.points,
            made.wanted,
            made.book_version,
            made.grants,
        )
