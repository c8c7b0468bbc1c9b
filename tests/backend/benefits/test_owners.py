from datetime import timedelta

from sqlalchemy import func, select

from backend import benefits, lifecycle
from backend.benefits.models import Vehicle
from tests.factories.benefits import benefit, make_car, offer
from tests.factories.members import make_member
from tests.support.clocks import MORNING


def test_who_was_two_has_used_what_both_used(session, member_id, store_id):
    gone = make_member(session).id
    offer(session, benefit(), benefit("alteration", "alteration"))
    for who, code, ref in ((member_id, "returns", "R1"), (gone, "returns", "R2"), (gone, "alteration", "R3")):
        benefits.use(session, who, code, amount=1, store_id=store_id, ref=ref, now=MORNING)
    make_car(session, gone)
    lifecycle.merge(session, gone_id=gone, into_id=member_id, by="anna", reason="同一人", now=MORNING)
    session.flush()
    session.expire_all()
    assert [one.left for one in benefits.catalogue(session, member_id, now=MORNING).benefits] == [0, 1]
    assert len(benefits.uses(session, member_id, limit=9)) == 3
    assert len(benefits.vehicles(session, member_id)) == 1
    undone = benefits.uses(session, member_id, limit=9)[0]
    benefits.reverse(session, undone.id, by="till-1", store_id=store_id, now=MORNING)
    assert [one.left for one in benefits.catalogue(session, member_id, now=MORNING).benefits] == [0, 2]


def test_cars_of_who_left_are_forgotten(session, member_id):
    make_car(session, member_id)
    closure, _ = lifecycle.ask_to_leave(session, member_id, now=MORNING)
    session.flush()
    assert lifecycle.close_due(session, closure.id, now=MORNING + timedelta(days=7))
    assert session.scalar(select(func.count()).select_from(Vehicle)) == 0
