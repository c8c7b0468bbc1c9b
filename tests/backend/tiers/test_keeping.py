from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import points, tiers
from backend.points import Source
from backend.tiers.models import GrowthEntry, TierChange
from backend.tiers.service import settle
from tests.factories.members import make_member
from tests.factories.tiers import definition, publish_book, tier
from tests.support.clocks import MORNING

BOOK = definition(
    tier("gold", {"growth": 100}, validity={"months": 1}),
    growth={"decay": {"every": "month", "keep": 5_000}},
)


@pytest.fixture
def account(session):
    publish_book(session, BOOK, at=MORNING)
    account = points.lock(session, make_member(session).id, now=MORNING)
    tiers.add_growth(session, account, 101, kind="event", source=Source("event", 1), now=MORNING)
    return account


def written(session, model, account):
    session.flush()
    rows = session.scalars(select(model).where(model.member_id == account.member_id)).all()
    return sorted(rows, key=lambda row: getattr(row, "seq", None) or row.growth_seq)


def test_a_rise_is_written_with_the_line_that_caused_it(session, account):
    (change,) = written(session, TierChange, account)
    assert (change.from_code, change.to_code, change.growth_seq, change.cause) == ("basic", "gold", 1, "event")
    assert change.evidence == [[{"kind": "growth", "needed": 100, "had": 101}]]


def test_what_time_took_is_written_as_lines_in_its_order(session, account):
    settle(session, account, now=MORNING + timedelta(days=70))
    lines = written(session, GrowthEntry, account)
    assert [(line.kind, line.amount, line.growth_after) for line in lines] == [
        ("event", 101, 101),
        ("decay", -51, 50),
        ("time", 0, 50),
        ("decay", -25, 25),
    ]
    assert [change.to_code for change in written(session, TierChange, account)] == ["gold", "basic"]


def test_settling_again_writes_nothing(session, account):
    for _ in range(2):
        settle(session, account, now=MORNING + timedelta(days=70))
    assert len(written(session, GrowthEntry, account)) == 4
    assert tiers.verify(session, [account.member_id]) == []
