from backend import points
from backend.purchases.orders import of_order, source, source_of_cash
from tests.factories.purchases import make_purchase, make_store


def test_an_order_number_belongs_to_its_store(session, store):
    bought = make_purchase(session, 100, store_id=store.id, order_no="SO-1")
    elsewhere = make_purchase(session, 100, store_id=make_store(session).id, order_no="SO-1")
    assert session.scalars(of_order(store.id, "SO-1")).all() == [bought]
    assert elsewhere.id != bought.id


def test_what_a_purchase_earned_and_what_paid_for_it_are_two_things():
    assert (source(7), source_of_cash(7)) == (points.Source("purchase", 7), points.Source("cash", 7))
