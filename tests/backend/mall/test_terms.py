from datetime import timedelta

import pytest

from backend import mall, tiers
from tests.factories.mall import PRICE
from tests.support.clocks import MORNING

TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def offered(session):
    """An item on terms."""

    def offered(**terms):
        return mall.add_item(session, mall.Offer("骨瓷盘", points=PRICE, **terms), stock=9, now=MORNING)

    return offered


@pytest.fixture
def promote(session):
    def promote(member_id, code):
        until = MORNING + timedelta(days=300)
        tiers.set_manual(session, member_id, code=code, until=until, by="ops", reason="贵宾", now=MORNING)
        session.flush()

    return promote


def test_a_window_is_exact_to_the_instant(exchange, offered):
    item = offered(on_from=MORNING + HOUR, off_at=MORNING + 2 * HOUR)
    with pytest.raises(mall.NotOnSaleYet):
        exchange(wishes={item.id: 1}, at=MORNING + HOUR - TICK)
    assert exchange(wishes={item.id: 1}, at=MORNING + HOUR).status == "placed"
    assert exchange(wishes={item.id: 1}, at=MORNING + 2 * HOUR - TICK).status == "placed"
    with pytest.raises(mall.ItemUnknown):
        exchange(wishes={item.id: 1}, at=MORNING + 2 * HOUR)


def test_a_price_is_the_tiers(session, exchange, offered, member_id):
    basic = tiers.standing(session, member_id, now=MORNING).tier.code
    item = offered(tier_points={basic: 70, "nobody": 1})
    assert exchange(wishes={item.id: 2}).points == 140
    assert mall.price(item, None) == PRICE


def test_a_limit_counts_what_is_kept(session, exchange, offered, member_id):
    item = offered(limit_pieces=3)
    first = exchange(wishes={item.id: 2})
    with pytest.raises(mall.LimitReached) as reached:
        exchange(wishes={item.id: 2})
    assert reached.value.details["left"] == 1
    mall.cancel(session, member_id, first.no, now=MORNING)
    session.flush()
    assert exchange(wishes={item.id: 3}).points == 3 * PRICE
    with pytest.raises(mall.LimitReached):
        exchange(wishes={item.id: 1}, at=MORNING + timedelta(days=9))


def test_a_limit_of_days_is_of_shop_days(exchange, offered):
    item = offered(limit_pieces=1, limit_days=2)
    exchange(wishes={item.id: 1}, at=MORNING)
    midnight = MORNING.replace(hour=16)  # the shop's
    with pytest.raises(mall.LimitReached):
        exchange(wishes={item.id: 1}, at=midnight + timedelta(days=1) - TICK)
    assert exchange(wishes={item.id: 1}, at=midnight + timedelta(days=1)).status == "placed"


def test_an_item_on_no_terms_is_not_asked_about(session, exchange, item, count_statements):
    with count_statements(session) as said:
        exchange()
    assert not [one for one in said if "tier_standings" in one or "sum(mall_order_lines" in one]
