import pytest

from backend import mall, points, stores
from tests.factories.mall import give_points, make_item
from tests.factories.members import make_member
from tests.support.clocks import MORNING

KINDS = (
    mall.ExchangeConfirmed,
    mall.PreOrderConfirmed,
    mall.ExchangeToBeSent,
    mall.ExchangeReady,
    mall.ExchangeLapsesSoon,
    mall.ExchangeCancelled,
    mall.ExchangePickedUp,
    mall.ExchangeShipped,
    mall.ReturnDeclined,
    mall.ExchangeCompleted,
)


@pytest.fixture
def store(session):
    return stores.create_store(session, code="SH01", name="南京东路店", now=MORNING)


@pytest.fixture
def item(session):
    return make_item(session)


@pytest.fixture
def member_id(session):
    member_id = make_member(session).id
    give_points(session, member_id, 900)
    return member_id


@pytest.fixture
def exchange(session, member_id, item, store, rng):
    """Place an order of the member, for pieces of the item or for other wishes."""

    def exchange(pieces=1, *, by=None, wishes=None, at=MORNING):
        asked = wishes or {item.id: pieces}
        return mall.exchange(session, by or member_id, asked, store_id=store.id, rng=rng, now=at)

    return exchange


@pytest.fixture
def hand_over(session):
    def hand_over(order, at=MORNING):
        return mall.pick_up(session, code=order.pickup_code, store_id=order.store_id, now=at)

    return hand_over


@pytest.fixture
def heard(session):
    facts = []
    listeners = {kind: [lambda _, fact: facts.append(fact)] for kind in KINDS}
    session.info["listeners"] = {**session.info["listeners"], **listeners}
    return facts


@pytest.fixture
def stock(session):
    return lambda item, store_id=mall.CENTRAL: mall.stocks_of(session, item.id)[store_id].stock


@pytest.fixture
def available(session):
    return lambda member_id, at=MORNING: points.summary(session, member_id, now=at).available


@pytest.fixture
def adds_up(session):
    """Nothing is lost or made: stocks agree with orders, and a member's books with themselves."""

    def adds_up(member_id):
        session.flush()
        return mall.stock_faults(session) == [] and points.verify(session, [member_id]) == []

    return adds_up


@pytest.fixture
def paid_order(session, exchange, member_id):
    """An order from the time when exchanges spent their points at once."""
    order, account = exchange(2), points.lock(session, member_id, now=MORNING)
    source = points.Source("exchange", order.id)
    points.release(session, account, source=source, now=MORNING)
    points.spend(session, account, order.points, source=source, now=MORNING)
    order.on_hold = False
    session.flush()
    return order
