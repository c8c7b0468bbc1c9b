import pytest

from backend import checkin
from tests.support.clocks import MORNING
from tests.support.till import open_till, store_of

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

CODE = "/check-in-code"


def test_who_may_not_show_the_code(client, app):
    assert client.get(f"/api/pos/v1{CODE}").status_code == 401
    assert open_till(app, scopes=frozenset({"mall"})).get(CODE).json["code"] == "pos.out-of-scope"


def test_a_store_shows_its_own_code(app, runtime):
    till = open_till(app)
    reply = till.get(CODE)
    assert (reply.status_code, reply.json["expires_at"]) == (200, "2026-03-01T01:02:00Z")
    with runtime.sessions.read() as session:
        at = checkin.arrive(session, reply.json["code"], position=None, key=runtime.keys.card_codes, now=MORNING)
    assert at.store_id == store_of(app, till)
