from datetime import timedelta

import pytest

from backend import checkin
from backend.checkin import Arrival, CheckIn
from tests.backend.checkin.books import let_rules
from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.support.clocks import MORNING

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

KEY = b"k" * 32
HERE, NEAR, FAR = (31.2304, 121.4737), (31.2308, 121.4737), (31.2404, 121.4737)


@pytest.fixture
def store(session):
    store = make_store(session)
    session.flush()
    return store


def arrive(session, store, *, position=None, now=MORNING, made_at=MORNING, key=KEY):
    code = checkin.place_code(store.id, key, made_at).code
    return checkin.arrive(session, code, position=position, key=KEY, now=now)


def test_the_code_names_its_store_for_two_minutes(session, store):
    shown = checkin.place_code(store.id, KEY, MORNING)
    assert (len(shown.code), shown.expires_at) == (30, MORNING + timedelta(seconds=120))
    assert arrive(session, store) == Arrival(store.id, near=None)
    assert arrive(session, store, now=MORNING + timedelta(seconds=150)).store_id == store.id
    with pytest.raises(checkin.PlaceCodeInvalid):
        arrive(session, store, now=MORNING + timedelta(seconds=151))


def test_forged_codes_and_those_of_no_store_are_refused_alike(session, store):
    with pytest.raises(checkin.PlaceCodeInvalid):
        arrive(session, store, key=b"x" * 32)
    nowhere = checkin.place_code(404, KEY, MORNING).code
    for code in (nowhere, "1" * 30, "1", "x" * 30):
        with pytest.raises(checkin.PlaceCodeInvalid):
            checkin.arrive(session, code, position=None, key=KEY, now=MORNING)


def test_where_a_distance_is_set_the_phone_must_be_near(session, store):
    site = {"store": store.code, "latitude": HERE[0], "longitude": HERE[1]}
    let_rules(session, places={"radius_m": 100, "sites": [site]})
    assert arrive(session, store, position=NEAR).near
    with pytest.raises(checkin.TooFar):
        arrive(session, store, position=FAR)
    with pytest.raises(checkin.PositionWanted):
        arrive(session, store)


def test_a_store_whose_place_is_not_known_asks_for_none(session, store):
    let_rules(session, places={"radius_m": 100})
    assert arrive(session, store).near is None


def test_a_visit_at_a_store_pays_more_and_says_where(session, store):
    member_id = make_member(session).id
    let_rules(session, places={"points": 3})
    visit = checkin.check_in(session, member_id, now=MORNING, at=Arrival(store.id, near=True))
    assert (visit.kind, visit.points) == ("place", 8)
    row = session.get(CheckIn, (member_id, visit.day))
    assert (row.store_id, row.near) == (store.id, True)


def test_where_only_stores_count_others_are_refused(session, store):
    member_id = make_member(session).id
    let_rules(session, places={"required": True})
    with pytest.raises(checkin.PlaceWanted):
        checkin.check_in(session, member_id, now=MORNING)
    assert checkin.check_in(session, member_id, now=MORNING, at=Arrival(store.id, near=None)).streak == 1
