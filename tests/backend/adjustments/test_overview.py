from datetime import timedelta

import pytest

from backend import adjustments
from backend.adjustments import Progress
from tests.factories.adjustments import make_grant
from tests.factories.members import make_member
from tests.support.clocks import MORNING


@pytest.fixture
def cards(session, desks):
    return [make_member(session).card_no for _ in range(4)]


@pytest.fixture
def grant(session, cards):
    return make_grant(session, dict(zip(cards, (1, 20, 300, 4_000), strict=True)))


def test_progress_is_counted_from_the_rows(session, grant):
    assert adjustments.progress(session, grant.id) == Progress(4, 4, 0, 0, 0, 0, points=0)
    rows = adjustments.grant_rows(session, grant.id, limit=9)
    for row, status in zip(
        sorted(rows, key=lambda row: row.points), ("done", "failed", "reversed", "kept"), strict=True
    ):
        row.status = status
    session.flush()
    assert adjustments.progress(session, grant.id) == Progress(4, 0, 1, 1, 1, 1, points=4_001)


def test_a_grant_without_rows_or_none(session, grant):
    assert adjustments.grant(session, grant.id) is grant
    with pytest.raises(adjustments.GrantUnknown):
        adjustments.grant(session, 7)
    assert adjustments.progress(session, 7) == Progress(0, 0, 0, 0, 0, 0, points=0)


def test_grants_newest_first_page_by_page(session, cards, grant):
    later = make_grant(session, {cards[0]: 5})
    adjustments.start_grant(session, later.id, by="chen", now=MORNING)
    pages = [adjustments.grants_page(session, limit=1), adjustments.grants_page(session, before_id=later.id, limit=9)]
    assert pages == [[later], [grant]]
    assert adjustments.grants_page(session, status="running", limit=9) == [later]


def test_what_is_under_way_oldest_first(session, cards, grant):
    assert adjustments.under_way(session, limit=9) == []
    others = [make_grant(session, {cards[0]: 5}) for _ in range(2)]
    grant.status, others[0].status, others[1].status = "reversing", "paused", "running"
    session.flush()
    assert adjustments.under_way(session, limit=9) == [grant.id, others[1].id]
    assert adjustments.under_way(session, limit=1) == [grant.id]


def test_rows_by_member_and_status(session, grant):
    rows = adjustments.grant_rows(session, grant.id, limit=9)
    assert [row.member_id for row in rows] == sorted(row.member_id for row in rows)
    rows[1].status = "failed"
    session.flush()
    assert adjustments.grant_rows(session, grant.id, status="failed", limit=9) == [rows[1]]
    assert adjustments.grant_rows(session, grant.id, after_member_id=rows[2].member_id, limit=9) == [rows[3]]
    assert adjustments.grant_rows(session, grant.id, limit=2) == rows[:2]


def test_decisions_newest_first(session, grant):
    for step in (adjustments.start_grant, adjustments.pause_grant):
        step(session, grant.id, by="chen", now=MORNING + timedelta(hours=1))
        session.flush()
    made = adjustments.decisions(session, grant.id, limit=9)
    assert [(one.no, one.what, one.by) for one in made] == [(2, "pause", "chen"), (1, "start", "chen")]
    assert len(adjustments.decisions(session, grant.id, limit=1)) == 1
