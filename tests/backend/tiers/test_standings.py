from datetime import timedelta

import pytest

from backend import points, tiers
from backend.points import Source
from backend.tiers.standings import NoStanding, look, row_of, state_of, terms_of
from tests.factories.members import make_member
from tests.factories.tiers import YEAR, definition, publish_book, tier
from tests.support.clocks import MORNING

BOOK = definition(tier("gold", {"growth": 100}, validity=YEAR, grace_days=10))


@pytest.fixture
def account(session):
    publish_book(session, BOOK, at=MORNING)
    account = points.lock(session, make_member(session).id, now=MORNING)
    tiers.add_growth(session, account, 100, kind="event", source=Source("event", 1), now=MORNING)
    session.flush()
    return account


def test_nobody_stands_nowhere(session):
    with pytest.raises(NoStanding):
        row_of(session, 404)


def test_a_state_is_stored_and_read_alike(session, account):
    session.expire_all()
    row = row_of(session, account.member_id)
    state = state_of(row)
    assert (state.tier, state.earned, list(state.terms)) == ("gold", "gold", ["gold"])
    assert terms_of(state) == row.terms


def test_looking_ahead_writes_nothing(session, account, count_statements):
    row = row_of(session, account.member_id)
    before = (row.tier_code, row.judged_at, dict(row.terms))
    with count_statements(session) as said:
        seen = look(session, account.member_id, now=MORNING + timedelta(days=800))
    session.flush()
    assert seen.career.state.at == MORNING + timedelta(days=800)
    assert (row.tier_code, row.judged_at, row.terms) == before
    assert [statement.split()[0] for statement in said] == ["SELECT"] * len(said)


def test_nobody_is_judged_by_an_earlier_instant_than_before(session, account):
    judged_at = row_of(session, account.member_id).judged_at
    assert look(session, account.member_id, now=MORNING - timedelta(days=1)).career.state.at == judged_at
