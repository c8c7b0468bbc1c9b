import pytest

from backend import stores
from tests.factories.stores import make_store, make_till_key
from tests.support.clocks import MORNING


def test_a_store_is_found_by_id_and_code(session):
    store = make_store(session, code="SH01")
    assert stores.get_store(session, store.id) is store
    assert stores.store_by_code(session, "SH01") is store


def test_an_unknown_store_is_not_found(session):
    make_store(session, code="SH01")
    with pytest.raises(stores.StoreUnknown):
        stores.get_store(session, 1)
    with pytest.raises(stores.StoreUnknown):
        stores.store_by_code(session, "sh01")


def test_lists_are_sorted_by_code(session):
    later, earlier = make_store(session, code="B"), make_store(session, code="A")
    assert stores.list_stores(session) == [earlier, later]
    second, first = (stores.create_counter(session, earlier.id, code=code, name="x") for code in ("2", "1"))
    stores.create_counter(session, later.id, code="0", name="x")
    assert stores.list_counters(session, earlier.id) == [first, second]
    brands = [stores.create_brand(session, code=code, name=code) for code in ("Y", "X")]
    assert stores.list_brands(session) == brands[::-1]


def test_brands_are_found_by_code_and_by_their_counters(session):
    store, brand, other = make_store(session), *(stores.create_brand(session, code=code, name="x") for code in "XY")
    session.flush()  # the counter refers to the brand
    counters = [
        stores.create_counter(session, store.id, code=str(id_), name="x", brand_id=id_) for id_ in (brand.id, None)
    ]
    assert stores.brand_by_code(session, "X") is brand
    assert stores.brands_of(session, counters) == {brand.id: brand}
    assert stores.brands_of(session, []) == {}
    with pytest.raises(stores.BrandUnknown):
        stores.brand_by_code(session, "x")
    assert other.id not in stores.brands_of(session, counters)


def test_a_key_in_force_says_what_it_opens(session):
    store = make_store(session)
    new = make_till_key(session, store, scopes=frozenset({"members", "mall"}))
    key = stores.till_key(session, new.app_key)
    assert (key.secret, key.store_id, key.scopes) == (new.secret, store.id, {"members", "mall"})
    assert new.secret not in repr(key)


def test_an_unknown_or_revoked_key_opens_nothing(session):
    store = make_store(session)
    new = make_till_key(session, store)
    stores.revoke_till_key(session, new.app_key, now=MORNING)
    assert stores.till_key(session, new.app_key) is None
    assert stores.till_key(session, "till-unknown") is None
    assert [key.app_key for key in stores.list_till_keys(session, store.id)] == [new.app_key]


def test_staff_are_known_by_their_codes_in_each_store(session):
    one, other = make_store(session), make_store(session)
    found = [stores.create_staff(session, store.id, code="11", name="陈静", role="guide") for store in (one, other)]
    assert [stores.staff_by_code(session, store.id, "11") for store in (one, other)] == found
    with pytest.raises(stores.StaffUnknown):
        stores.staff_by_code(session, one.id, "12")
