from datetime import timedelta

import pytest

from backend import benefits, bookings, stores
from backend.demo.benefits import SHOPPER, SHOPPER_STORE, SHOPPERS, offer_benefits
from backend.kit.calendar import shop_day
from tests.factories.members import make_member
from tests.factories.stores import make_store
from tests.support.clocks import MORNING

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def test_something_is_there_for_everybody_and_a_shopper_can_be_booked(session):
    store = make_store(session, code=SHOPPER_STORE)
    for code in SHOPPERS:
        stores.create_staff(session, store.id, code=code, name="陈静", role="guide")
    session.flush()
    offer_benefits(session, {SHOPPER_STORE: store.id}, now=MORNING)
    session.flush()
    book, _ = benefits.live(session, now=MORNING)
    assert benefits.strangers(session, book, now=MORNING) == []
    found = benefits.catalogue(session, make_member(session).id, now=MORNING).benefits
    assert [one.benefit.code for one in found if one.mine] == ["parking"]
    service = bookings.service_by_code(session, SHOPPER)
    tomorrow = shop_day(MORNING) + timedelta(days=1)
    slots = bookings.slots(session, service.id, benefit=SHOPPER, day=tomorrow, now=MORNING)
    assert len(slots[0].staff) == len(SHOPPERS)
