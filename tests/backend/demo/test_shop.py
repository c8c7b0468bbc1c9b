from backend.demo.shop import COUNTERS, ITEMS, NEW_ITEMS, STORES


def test_counters_are_of_stores_that_there_are():
    assert {counter.store_code for counter in COUNTERS} == set(STORES)
    assert len({(counter.store_code, counter.code) for counter in COUNTERS}) == len(COUNTERS)


def test_goods_have_numbers_of_their_own_and_prices_in_whole_yuan():
    for counter in COUNTERS:
        assert len({goods.sku for goods in counter.goods}) == len(counter.goods)
        assert all(goods.price_fen > 0 and goods.price_fen % 100 == 0 for goods in counter.goods)


def test_items_stand_in_order_and_each_in_a_category():
    offers = [offer for offer, _ in (*ITEMS, *NEW_ITEMS)]
    assert [offer.position for offer in offers] == sorted(offer.position for offer in offers)
    assert all(offer.category for offer in offers)
