import pytest

from tests.factories.members import make_member
from tests.support.phone import member_client

URL = "/api/mp/v1/me/vehicles"
POINTS = "/api/mp/v1/me/parking/points"

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def car(phone):
    return phone.put(URL, json={"plate": "沪A12345"}).json


def test_the_anonymous_are_refused(client):
    replies = [client.get(URL), client.put(URL, json={}), client.delete(f"{URL}/1"), client.post(POINTS, json={})]
    assert [reply.status_code for reply in replies] == [401] * 4


def test_noted_shown_and_struck_out(phone, car):
    assert car == {"id": car["id"], "plate": "沪A***45", "most_points": None, "added_at": "2026-03-01T01:00:00Z"}
    again = phone.put(URL, json={"plate": "沪a·12345"})
    assert (again.status_code, again.json) == (200, car)
    assert phone.get(URL).json == {"items": [car]}
    assert phone.delete(f"{URL}/{car['id']}").status_code == 204
    assert phone.get(URL).json == {"items": []}
    assert phone.delete(f"{URL}/{car['id']}").json["code"] == "benefits.vehicle-unknown"


def test_points_for_the_gate(phone, car):
    allowed = phone.post(POINTS, json={"vehicle_id": car["id"], "most_points": 100})
    assert allowed.json == car | {"most_points": 100}
    assert phone.post(POINTS, json={"vehicle_id": car["id"], "most_points": None}).json == car
    assert phone.post(POINTS, json={"vehicle_id": "1", "most_points": 1}).status_code == 404
    assert phone.post(POINTS, json={"vehicle_id": car["id"], "most_points": 0}).status_code == 422


def test_anothers_plate(app, sessions, car):
    with sessions.write.begin() as session:
        other_id = make_member(session).id
    other = member_client(app, other_id)
    taken = other.put(URL, json={"plate": "沪A12345"})
    assert (taken.status_code, taken.json["code"]) == (409, "benefits.plate-taken")
    assert other.delete(f"{URL}/{car['id']}").status_code == 404


@pytest.mark.parametrize("plate", ["", "沪A1", "x" * 41, None, 7])
def test_what_is_no_plate(phone, plate):
    assert phone.put(URL, json={"plate": plate}).status_code == 422
