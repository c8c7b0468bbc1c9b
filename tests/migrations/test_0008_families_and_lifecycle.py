"""Members of the old shape are kept; who was merged or erased since can be said in the old shape, as closed (O1)."""

import pytest
import sqlalchemy as sa

from backend import lifecycle, members
from backend.kit import migrations
from backend.kit.db import run
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.runtimes import make_runtime

AT = "2026-02-27 02:00:00.000000"
OLD = (
    "INSERT INTO members (id, card_no, unionid, phone_sealed, phone_index, gender, status, joined_at, join_channel,"
    " consent_version, consent_at) VALUES (:id, :card, :union, :phone, :phone, 'female', :status, :at,"
    " 'mini-program', '2026-01', :at)"
)
STATUSES = ("active", "blocked", "closed")


@pytest.fixture
def old(blank):
    """A database of the old shape with a member of each status."""
    migrations.upgrade(blank, "0007")
    with blank.begin() as connection:
        for number, status in enumerate(STATUSES, start=1):
            row = {"id": number, "card": f"80000000000{number}", "union": f"u-{number}", "phone": b"p%d" % number}
            connection.execute(sa.text(OLD), {**row, "status": status, "at": AT})
    return blank


def rows(engine):
    with engine.connect() as connection:
        said = connection.execute(sa.text("SELECT id, card_no, unionid, phone_index, status FROM members ORDER BY id"))
        return [(*row[:3], bytes(row[3]), row[4]) for row in said]


def test_old_members_are_kept_there_and_back(old):
    before = rows(old)
    assert [row[-1] for row in before] == list(STATUSES)
    migrations.upgrade(old, "0008")
    assert rows(old) == before
    migrations.downgrade(old, "0007")
    assert rows(old) == before


def test_a_status_that_there_is_not_is_refused_before_and_after(old):
    for revision in ("0008", "0007"):
        (migrations.upgrade if revision == "0008" else migrations.downgrade)(old, revision)
        with pytest.raises(sa.exc.DBAPIError), old.begin() as connection:
            connection.execute(sa.text("UPDATE members SET status = 'merged' WHERE id = 1"))


def test_on_the_way_back_who_was_merged_or_erased_is_closed_and_every_phone_stays_one_of_a_kind(movable, clock):
    runtime = make_runtime(movable, clock)

    def fill(session):
        gone, into, leaver, other = (make_member(session) for _ in range(4))
        lifecycle.merge(session, gone_id=gone.id, into_id=into.id, by="anna", reason="同一人", now=MORNING)
        for one in (leaver, other):
            closure, _ = lifecycle.ask_to_leave(session, one.id, now=MORNING)
            session.flush()
            lifecycle.close_due(session, closure.id, now=closure.closes_at)
        return {gone.id: "closed", into.id: "active", leaver.id: "closed", other.id: "closed"}

    expected = run(runtime.sessions.write, fill)
    migrations.downgrade(movable, "0007")
    assert {row[0]: row[-1] for row in rows(movable)} == expected
    assert len({row[3] for row in rows(movable)}) == len(expected)
    migrations.upgrade(movable)
    with runtime.sessions.read() as session:
        assert {one: members.get(session, one).status for one in expected} == expected
