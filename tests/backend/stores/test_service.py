from datetime import timedelta

import pytest
from sqlalchemy import select

from backend import stores
from backend.kit.db import run
from backend.stores import KeyRecord
from tests.factories.stores import make_store, make_till_key
from tests.support.clocks import MORNING
from tests.support.races import race
from tests.support.runtimes import VAULT, make_runtime

LATER = MORNING + timedelta(days=1)


def test_a_store_has_counters_of_brands_and_staff(session):
    store = stores.create_store(session, code="SH01", name=" 徐汇店 ", now=MORNING)
    brand = stores.create_brand(session, code="LAM", name="兰蔻")
    counter = stores.create_counter(session, store.id, code="1F-01", name="兰蔻专柜", brand_id=brand.id)
    guide = stores.create_staff(session, store.id, code="0007", name="王芳", role="guide")
    session.flush()
    assert (store.name, counter.brand_id, guide.store_id) == ("徐汇店", brand.id, store.id)
    assert VAULT.open(guide.name_sealed, f"staff.name:{guide.id}") == "王芳"


def test_a_code_is_given_once(session):
    store, other = make_store(session, code="SH01"), make_store(session)
    stores.create_brand(session, code="LAM", name="兰蔻")
    stores.create_counter(session, store.id, code="1", name="x")
    stores.create_staff(session, store.id, code="7", name="x", role="cashier")
    for again in (
        lambda: stores.create_store(session, code="SH01", name="x", now=MORNING),
        lambda: stores.create_brand(session, code="LAM", name="x"),
        lambda: stores.create_counter(session, store.id, code="1", name="x"),
        lambda: stores.create_staff(session, store.id, code="7", name="x", role="cashier"),
    ):
        with pytest.raises(stores.CodeTaken):
            again()
    assert stores.create_counter(session, other.id, code="1", name="x").store_id == other.id


def test_what_belongs_to_an_unknown_store_or_brand_is_refused(session, rng):
    store = make_store(session)
    with pytest.raises(stores.BrandUnknown):
        stores.create_counter(session, store.id, code="1", name="x", brand_id=1)
    for create in (
        lambda: stores.create_counter(session, 1, code="1", name="x"),
        lambda: stores.create_staff(session, 1, code="1", name="x", role="guide"),
        lambda: stores.create_till_key(session, 1, scopes=stores.SCOPES, rng=rng, now=MORNING),
    ):
        with pytest.raises(stores.StoreUnknown):
            create()


def test_the_secret_of_a_key_is_shown_once_and_stored_sealed(session):
    new = make_till_key(session, make_store(session))
    record = session.scalar(select(KeyRecord))
    assert new.secret.encode() not in record.secret_sealed
    assert VAULT.open(record.secret_sealed, f"till_keys.secret:{record.id}") == new.secret
    assert new.secret not in repr(new)


def test_a_key_without_scope_is_refused(session, rng):
    with pytest.raises(stores.ScopeUnknown):
        stores.create_till_key(session, make_store(session).id, scopes=frozenset(), rng=rng, now=MORNING)


def test_a_key_is_revoked_once(session):
    new = make_till_key(session, make_store(session))
    stores.revoke_till_key(session, new.app_key, now=MORNING)
    stores.revoke_till_key(session, new.app_key, now=LATER)
    record = session.scalar(select(KeyRecord))
    assert (record.active, record.revoked_at) == (False, MORNING)
    with pytest.raises(stores.KeyUnknown):
        stores.revoke_till_key(session, "till-unknown", now=MORNING)


def test_of_parallel_stores_with_one_code_one_is_opened(mariadb, clock):
    runtime = make_runtime(mariadb, clock)

    def open_store(_):
        try:
            run(runtime.sessions.write, lambda s: stores.create_store(s, code="SH01", name="x", now=MORNING))
        except stores.CodeTaken:
            return False
        return True

    assert race(8, open_store).count(True) == 1


def test_goods_come_back_within_a_week_unless_told_otherwise(session):
    store = stores.create_store(session, code="SH01", name="徐汇店", now=MORNING)
    assert store.return_days == 7
    assert stores.set_return_days(session, store.id, 0).return_days == 0
    assert stores.create_store(session, code="SH02", name="浦东店", return_days=30, now=MORNING).return_days == 30


@pytest.mark.parametrize("days", [-1, 366])
def test_days_that_no_store_takes_goods_back_for_are_refused(session, days):
    store = make_store(session)
    with pytest.raises(stores.ReturnDaysRefused):
        stores.set_return_days(session, store.id, days)
    with pytest.raises(stores.ReturnDaysRefused):
        make_store(session, return_days=days)
    with pytest.raises(stores.StoreUnknown):
        stores.set_return_days(session, 1, 7)
