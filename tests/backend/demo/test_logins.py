from random import Random

from backend import demo, stores
from tests.support.clocks import MORNING


def test_logins_are_those_of_the_first_store_and_work(sessions):
    demo.seed(sessions, appid="wx1", now=MORNING, members_wanted=1, progress=lambda *_: None)
    with sessions.read() as session:
        found = demo.logins(session)
        key = stores.till_key(session, found.app_key)
        store = stores.get_store(session, found.store_id)
    assert (found.secret, found.store_id) == (key.secret, key.store_id)
    assert (found.store_code, found.store_name) == (store.code, store.name) == ("HQ", "百汇百货人民广场店")
    assert found.secret not in repr(found)
    assert found.password not in repr(found)


def test_empty_database_has_none(session):
    assert demo.logins(session) is None


def test_store_of_ones_own_is_no_demo(session):
    store = stores.create_store(session, code="HQ", name="自己的店", now=MORNING)
    assert demo.logins(session) is None
    session.flush()
    stores.create_till_key(session, store.id, scopes=stores.SCOPES, rng=Random(1), now=MORNING)
    assert demo.logins(session) is None
