import pytest
from sqlalchemy import select

from backend import benefits
from backend.benefits.models import Vehicle, VehicleMove
from backend.benefits.vehicles import by_plate, shown
from tests.factories.benefits import PLATE, make_car
from tests.factories.members import make_member
from tests.support.clocks import MORNING


def plates(session, member_id):
    return [car.plate for car in benefits.vehicles(session, member_id)]


def test_a_plate_is_sealed_and_shown_masked(session, member_id):
    car, new = benefits.add(session, member_id, " 沪a·12345", now=MORNING)
    assert (new, car.plate, car.most_points) == (True, "沪A***45", None)
    row = session.get_one(Vehicle, car.id)
    assert PLATE.encode() not in row.plate_sealed + row.plate_index
    assert benefits.add(session, member_id, PLATE, now=MORNING) == (car, False)
    assert benefits.vehicles(session, member_id) == [car] == [shown(session, by_plate(session, PLATE))]


def test_who_has_a_plate_keeps_it(session, member_id):
    make_car(session, member_id)
    other = make_member(session).id
    with pytest.raises(benefits.PlateTaken):
        benefits.add(session, other, PLATE, now=MORNING)
    benefits.remove(session, member_id, benefits.vehicles(session, member_id)[0].id, now=MORNING)
    session.flush()
    assert benefits.add(session, other, PLATE, now=MORNING)[1]


def test_so_many_cars_and_no_more(session, member_id):
    for no in range(benefits.MOST_VEHICLES):
        make_car(session, member_id, f"沪A1234{no}")
    with pytest.raises(benefits.TooManyVehicles) as error:
        make_car(session, member_id, "沪A99999")
    assert error.value.details == {"most": benefits.MOST_VEHICLES}


def test_anothers_car_is_unknown(session, member_id):
    car, other = make_car(session, member_id), make_member(session).id
    with pytest.raises(benefits.VehicleUnknown):
        benefits.remove(session, other, car.id, now=MORNING)
    with pytest.raises(benefits.VehicleUnknown):
        benefits.allow_points(session, other, car.id, most=5, now=MORNING)


def test_points_are_allowed_and_forbidden(session, member_id):
    assert make_car(session, member_id, most_points=100).most_points == 100
    assert make_car(session, member_id).most_points is None


def test_an_operator_gives_a_plate_to_whose_it_is(session, member_id):
    make_car(session, member_id, most_points=100)
    other = make_member(session).id
    how = {"to_id": other, "by": "anna", "now": MORNING}
    with pytest.raises(benefits.ReasonRefused):
        benefits.move_plate(session, PLATE, reason="", **how)
    moved = benefits.move_plate(session, PLATE, reason="核对行驶证", **how)
    session.flush()
    assert (moved.plate, moved.most_points) == ("沪A***45", None)
    assert (plates(session, member_id), plates(session, other)) == ([], ["沪A***45"])
    benefits.move_plate(session, PLATE, reason="再次核对", **how)
    benefits.move_plate(session, "京A00001", reason="代客登记", **how)
    session.flush()
    said = [
        (one.from_id, one.to_id, one.moved_by) for one in session.scalars(select(VehicleMove).order_by(VehicleMove.id))
    ]
    assert said == [(member_id, other, "anna"), (other, other, "anna"), (None, other, "anna")]
