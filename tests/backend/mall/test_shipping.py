from datetime import timedelta

import pytest

from backend import addresses, mall, points
from backend.kit.pii import Unreadable
from backend.mall.rules import bring_back_by, received_by
from tests.factories.addresses import make_address, make_draft
from tests.factories.mall import PRICE, make_item
from tests.factories.members import make_member
from tests.support.clocks import MORNING

FUNDS = 1000  # the gift of joining and what the fixture gives
PARCEL = {"carrier": "顺丰速运", "tracking_no": "SF1234567890123"}
ARRIVED = received_by(MORNING)


@pytest.fixture
def item(session):
    return make_item(session, ways="both")


@pytest.fixture
def entry(session, member_id):
    return make_address(session, member_id)


@pytest.fixture
def send(session, member_id, item, entry, rng):
    """Place an order of the member that is to be sent, for pieces of the item or for other wishes."""

    def send(pieces=1, *, wishes=None, address_id=None, at=MORNING):
        asked, to = wishes or {item.id: pieces}, address_id or entry.id
        return mall.exchange_to_ship(session, member_id, asked, address_id=to, rng=rng, now=at)

    return send


@pytest.fixture
def ship(session):
    return lambda order, at=MORNING, **parcel: mall.ship(session, order.no, now=at, **(PARCEL | parcel))


def test_an_order_to_be_sent_takes_points_and_the_house_s_stock(
    session, send, member_id, item, store, stock, available, adds_up
):
    mall.adjust_stock(session, item.id, by=3, store_id=store.id)
    session.flush()
    order = send(2)
    session.expire_all()
    assert (order.way, order.status, order.pick_up, order.lines[0].stock_store_id) == (
        "shipping",
        "placed",
        None,
        mall.CENTRAL,
    )
    assert (stock(item), stock(item, store.id), available(member_id)) == (3, 3, FUNDS - 2 * PRICE)
    with pytest.raises(mall.SoldOut):  # the store's own are not sent
        send(4)
    assert adds_up(member_id)


def test_what_is_to_be_sent_is_told(send, heard, member_id):
    order = send(2)
    assert heard == [mall.ExchangeToBeSent(member_id, order.no, "陶瓷杯", 2 * PRICE, at=MORNING)]


def test_the_address_is_kept_sealed_as_it_was(session, send, member_id, entry):
    order = send()
    addresses.change(session, member_id, entry.id, make_draft(recipient="李雷"), default=False, now=MORNING)
    assert mall.delivery_of(session, order) == mall.label_of(session, order.no) == entry.delivery
    assert entry.delivery.recipient.encode() not in order.address_sealed
    other = send()
    other.address_sealed = order.address_sealed
    with pytest.raises(Unreadable):
        mall.delivery_of(session, other)


def test_only_an_address_of_ones_own(session, send):
    foreign = make_address(session, make_member(session).id)
    with pytest.raises(addresses.AddressUnknown):
        send(address_id=foreign.id)


@pytest.mark.parametrize(("ways", "words"), [("pick-up", "到店自提"), ("shipping", "快递配送")])
def test_an_item_goes_the_ways_it_is_offered_for(session, send, exchange, ways, words):
    one_way = make_item(session, title="骨瓷盘", ways=ways)
    allowed, refused = (exchange, send) if ways == "pick-up" else (send, exchange)
    assert allowed(wishes={one_way.id: 1}).way == ways
    with pytest.raises(mall.WayRefused) as refusal:
        refused(wishes={one_way.id: 1})
    assert refusal.value.detail == f"《骨瓷盘》仅支持{words}"


def test_what_is_sent_waits_as_long_as_it_takes(session, send, member_id, available):
    order, year = send(), MORNING + timedelta(days=365)
    for job in (mall.lapse_due, mall.remind_due, mall.receive_due):
        job(session, order.id, now=year)
    session.flush()
    due = (mall.due_to_lapse, mall.due_to_remind, mall.due_to_receive)
    assert [list(find(session, now=year, limit=9)) for find in due] == [[], [], []]
    assert (mall.prepare(session, order.no, now=year).status, available(member_id)) == ("prepared", FUNDS - PRICE)
    assert mall.to_pick_up(session, member_id, now=MORNING) == 0


def test_shipping_spends_the_points_and_tells_the_member_once(
    session, send, ship, member_id, item, heard, stock, available, adds_up
):
    order = send(2)
    mall.prepare(session, order.no, now=MORNING)
    ship(order)
    assert (order.status, order.shipped_at, order.received_by) == ("shipped", MORNING, ARRIVED)
    assert points.entry_of(session, member_id, points.Source("exchange", order.id)).amount == -2 * PRICE
    corrected = ship(order, MORNING + timedelta(hours=1), carrier=" 中通快递 ", tracking_no="ZT-77")
    assert (corrected.shipped_at, corrected.carrier, corrected.tracking_no) == (MORNING, "中通快递", "ZT-77")
    assert heard[1:] == [mall.ExchangeShipped(member_id, order.no, "陶瓷杯", *PARCEL.values(), at=MORNING)]
    assert (stock(item), available(member_id)) == (3, FUNDS - 2 * PRICE)
    assert adds_up(member_id)


def test_what_waits_is_cancelled_and_what_is_on_its_way_is_not(
    session, send, ship, member_id, item, stock, available, adds_up
):
    waiting, shipped = send(), send()
    ship(shipped)
    assert mall.cancel(session, member_id, waiting.no, now=MORNING).status == "cancelled"
    with pytest.raises(mall.OrderCancelled):
        ship(waiting)
    with pytest.raises(mall.AlreadyShipped):
        mall.cancel(session, member_id, shipped.no, now=MORNING)
    with pytest.raises(mall.AlreadyShipped):
        mall.refuse(session, shipped.no, reason="商品破损", now=MORNING)
    assert (stock(item), available(member_id)) == (4, FUNDS - PRICE)
    assert adds_up(member_id)


@pytest.mark.parametrize(
    "parcel",
    [
        {"carrier": " "},
        {"carrier": "顺" * 21},
        {"carrier": "a\nb"},
        {"tracking_no": ""},
        {"tracking_no": "１２"},
        {"tracking_no": "S" * 33},
        {"tracking_no": "SF 1"},
    ],
)
def test_a_parcel_that_nobody_could_look_up_is_refused(send, ship, parcel):
    order = send()
    with pytest.raises(mall.ParcelRefused):
        ship(order, **parcel)
    assert order.status == "placed"


def test_each_way_has_its_own_verbs(session, exchange, send, ship, member_id):
    fetched, sent = exchange(), send()
    with pytest.raises(mall.PickedUpInstead):
        ship(fetched)
    with pytest.raises(mall.PickedUpInstead):
        mall.label_of(session, fetched.no)
    with pytest.raises(mall.OrderUnknown):
        mall.label_of(session, "NOSUCHORDER")
    with pytest.raises(mall.ShippedInstead):
        mall.make_ready(session, sent.no, now=MORNING)
    for order in (fetched, sent):
        with pytest.raises(mall.NotShipped):
            mall.receive(session, member_id, order.no, now=MORNING)


def test_a_member_receives_once(session, send, ship, member_id, adds_up):
    order, later = send(), MORNING + timedelta(days=2)
    ship(order)
    for at in (later, later + timedelta(hours=1)):
        received = mall.receive(session, member_id, order.no, now=at)
        assert (received.status, received.received_at, received.received_by) == ("received", later, None)
    with pytest.raises(mall.OrderUnknown):
        mall.receive(session, make_member(session).id, order.no, now=later)
    mall.complete_due(session, order.id, now=bring_back_by(later))
    assert mall.receive(session, member_id, order.no, now=ARRIVED).status == "completed"
    assert adds_up(member_id)


def test_what_was_shipped_long_ago_is_received_by_itself(session, send, ship):
    order = send()
    ship(order)
    session.flush()
    early = ARRIVED - timedelta(microseconds=1)
    mall.receive_due(session, order.id, now=early)
    assert (order.status, mall.due_to_receive(session, now=early, limit=9)) == ("shipped", [])
    assert mall.due_to_receive(session, now=ARRIVED, limit=9) == [order.id]
    for at in (ARRIVED, ARRIVED + timedelta(days=1)):
        mall.receive_due(session, order.id, now=at)
    assert (order.status, order.received_at) == ("received", ARRIVED)


def test_what_was_received_comes_back_like_anything_else(
    session, send, ship, member_id, item, stock, available, adds_up
):
    order = send(2)
    ship(order)
    with pytest.raises(mall.NotPickedUp):
        mall.ask_return(session, member_id, order.no, now=MORNING)
    mall.receive(session, member_id, order.no, now=MORNING)
    mall.ask_return(session, member_id, order.no, now=MORNING)
    mall.take_back(session, order.no, restock=True, now=MORNING)
    with pytest.raises(mall.OrderReturned):
        mall.receive(session, member_id, order.no, now=MORNING)
    assert (order.status, stock(item), available(member_id)) == ("returned", 5, FUNDS)
    assert adds_up(member_id)


def test_a_parcel_that_never_arrived_is_taken_back(session, send, ship, member_id, item, stock, available, adds_up):
    order = send(2)
    ship(order)
    for _ in range(2):
        back = mall.take_back(session, order.no, restock=True, now=ARRIVED)
        assert (back.status, back.received_at) == ("returned", None)
    assert (stock(item), available(member_id)) == (5, FUNDS)
    assert adds_up(member_id)
