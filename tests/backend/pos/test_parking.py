import pytest

from backend import points
from tests.factories.benefits import PLATE, make_car, offer, parking
from tests.support.clocks import MORNING
from tests.support.till import open_till

ENTITLEMENTS, DEDUCTIONS = "/parking/entitlements", "/parking/deductions"
ENTERED = "2026-03-01T08:00:00+08:00"

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _offered(sessions, member):
    with sessions.write.begin() as session:
        offer(session, parking())
        make_car(session, member.id, most_points=50)


def available(sessions, member):
    with sessions.read() as session:
        return points.summary(session, member.id, now=MORNING).available


def test_who_may_not(client, app):
    assert client.post(f"/api/pos/v1{DEDUCTIONS}", json={}).status_code == 401
    other = open_till(app, scopes=frozenset({"benefits"}))
    for path in (ENTITLEMENTS, DEDUCTIONS, f"{DEDUCTIONS}/1/reverse"):
        assert other.post(path, {}).json["code"] == "pos.out-of-scope"


def test_what_a_stay_has_free(till):
    found = till.post(ENTITLEMENTS, {"plate": PLATE, "entered_at": ENTERED, "minutes": 100})
    assert found.json == {
        "stay_on": "2026-03-01",
        "stay_minutes": 100,
        "purchase_minutes": 0,
        "tier_minutes": 60,
        "points_minutes": 60,
        "points_per": 50,
        "points_minutes_per": 30,
        "free_minutes": 60,
        "points_needed": 100,
        "points_allowed": 50,
    }
    assert till.post(ENTITLEMENTS, {"plate": PLATE, "entered_at": ENTERED}).json["stay_minutes"] == 60
    left = till.post(ENTITLEMENTS, {"plate": PLATE, "entered_at": ENTERED, "left_at": "2026-03-01T12:00:00+08:00"}).json
    assert (left["stay_minutes"], left["points_needed"]) == (240, None)


@pytest.mark.parametrize(
    "parts",
    [
        {"entered_at": "soon"},
        {"plate": ""},
        {"minutes": 0},
        {"minutes": 1, "left_at": ENTERED},
        {"left_at": "2026-02-01T08:00:00+08:00"},
        {"entered_at": "2027-03-01T08:00:00+08:00"},
    ],
)
def test_what_cannot_be_a_stay(till, parts):
    assert till.post(ENTITLEMENTS, {"plate": PLATE, "entered_at": ENTERED} | parts).status_code == 422


def test_deducted_once_and_undone_once(app, till, sessions, member):
    wish = {"session_ref": "P1", "plate": PLATE, "minutes": 90, "entered_at": ENTERED}
    made = till.post(DEDUCTIONS, wish)
    assert made.status_code == 201
    assert [made.json[part] for part in ("minutes", "tier_minutes", "points_minutes", "points")] == [90, 60, 30, 50]
    again = till.post(DEDUCTIONS, wish)
    assert (again.status_code, again.json) == (200, made.json)
    assert till.post(DEDUCTIONS, wish | {"minutes": 80}).json["code"] == "benefits.parking-session-reused"
    assert available(sessions, member) == 50
    path = f"{DEDUCTIONS}/{made.json['id']}/reverse"
    assert open_till(app).post(path, {}).json["code"] == "benefits.deduction-unknown"
    undone = till.post(path, {})
    assert (undone.status_code, undone.json["reversed_at"]) == (200, "2026-03-01T01:00:00Z")
    assert till.post(path, {}).json == undone.json
    assert available(sessions, member) == 100


def test_what_is_not_covered_changes_nothing(till, sessions, member):
    wish = {"session_ref": "P1", "plate": PLATE, "minutes": 91}
    assert till.post(DEDUCTIONS, wish).json["code"] == "benefits.parking-not-covered"
    assert available(sessions, member) == 100
    assert till.post(DEDUCTIONS, wish | {"points": 100}).status_code == 201


def test_a_strangers_plate(till):
    reply = till.post(ENTITLEMENTS, {"plate": "京A00001", "entered_at": ENTERED})
    assert (reply.status_code, reply.json["code"]) == (404, "benefits.vehicle-unknown")
    assert (
        till.post(DEDUCTIONS, {"session_ref": "P1", "plate": "沪", "minutes": 1}).json["code"]
        == "benefits.plate-refused"
    )
