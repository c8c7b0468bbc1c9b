from datetime import date, timedelta

import pytest

from backend import adjustments, operators, points
from tests.factories.mall import give_points
from tests.support.clocks import MORNING


def first_lot(session, member_id):
    return points.lots(session, member_id, limit=1)[0]


def put_off(session, member_id, *, lot_no=None, day=date(2027, 6, 30), by="chen", reason="门店停业"):
    lot_no = lot_no or first_lot(session, member_id).lot_no
    return adjustments.extend_lot(session, member_id, lot_no, last_day=day, reason=reason, by=by, now=MORNING)


def test_a_lot_is_good_through_a_later_day(session, member_id):
    lot = put_off(session, member_id)
    assert (lot.remaining, lot.expires_at.isoformat()) == (100, "2027-06-30T16:00:00+00:00")


def test_no_lot_is_made_worse_or_unknown_ones_extended(session, member_id):
    with pytest.raises(points.NotLater):
        put_off(session, member_id, day=date(2026, 6, 30))
    with pytest.raises(points.LotUnknown):
        put_off(session, member_id, lot_no=99)
    with pytest.raises(adjustments.NoteRefused):
        put_off(session, member_id, reason="")


def test_an_extension_is_worth_the_points_of_the_lot(session, member_id):
    lot_no = give_points(session, member_id, 501).seq
    with pytest.raises(adjustments.BeyondAllowance):
        put_off(session, member_id, lot_no=lot_no)
    assert put_off(session, member_id, lot_no=lot_no, by="anna", day=date(2027, 7, 1)).remaining == 501


def test_every_operator_may_freeze_and_admins_unfreeze(session, member_id):
    def decide(verb, by, reason):
        return verb(session, member_id, reason=reason, by=by, now=MORNING + timedelta(hours=1))

    assert decide(adjustments.freeze, "chen", "疑似盗用")
    assert not decide(adjustments.freeze, "deng", "再次")
    with pytest.raises(points.Frozen):
        points.spend(
            session, points.lock(session, member_id, now=MORNING), 1, source=points.Source("x", 1), now=MORNING
        )
    with pytest.raises(adjustments.BeyondAllowance):
        decide(adjustments.unfreeze, "chen", "已核实")
    assert decide(adjustments.unfreeze, "anna", "已核实")
    assert not decide(adjustments.unfreeze, "anna", "再次")
    session.flush()
    said = [(one.no, one.what, one.by, one.reason) for one in adjustments.freezes(session, member_id, limit=9)]
    assert said == [(2, "unfreeze", "anna", "已核实"), (1, "freeze", "chen", "疑似盗用")]


@pytest.mark.parametrize("verb", [adjustments.freeze, adjustments.unfreeze])
def test_who_left_decides_nothing(session, member_id, verb):
    operators.deactivate(session, login="anna")
    with pytest.raises(operators.OperatorInactive):
        verb(session, member_id, reason="核对", by="anna", now=MORNING)


def test_a_decision_has_its_reason(session, member_id):
    with pytest.raises(adjustments.NoteRefused):
        adjustments.freeze(session, member_id, reason=" ", by="anna", now=MORNING)
