import pytest

from backend import mall, stores
from tests.factories.mall import PRICE, give_points, make_item
from tests.factories.members import make_identity, make_member
from tests.support.clocks import MORNING
from tests.support.phone import member_client
from tests.support.statements import statements_on

ITEMS = "/api/mp/v1/mall/items"
ORDERS = "/api/mp/v1/mall/orders"
GIFT = 100


@pytest.fixture
def shop(sessions):
    with sessions.write.begin() as session:
        store = stores.create_store(session, code="SH01", name="南京东路店", now=MORNING)
        session.flush()
        return store.id


@pytest.fixture
def item(sessions):
    with sessions.write.begin() as session:
        return make_item(session)


@pytest.fixture
def member_id(sessions):
    with sessions.write.begin() as session:
        member_id = make_member(session).id
        give_points(session, member_id, 900)
        return member_id


@pytest.fixture
def basket(item, shop):
    return {"item_id": str(item.id), "quantity": 2, "store_id": str(shop)}


def available(phone):
    return phone.get("/api/mp/v1/points").json["available"]


def test_the_anonymous_are_refused(client, basket):
    replies = [client.get(url) for url in (ITEMS, f"{ITEMS}/1", ORDERS, f"{ORDERS}/X")]
    replies += [client.post(ORDERS, json=basket), client.post(f"{ORDERS}/X/cancel")]
    assert {reply.status_code for reply in replies} == {401}


def test_who_has_not_joined_may_look_but_not_exchange(app, sessions, basket):
    with sessions.write.begin() as session:
        visitor = make_identity(session)
    phone = member_client(app, visitor)
    assert phone.get(ITEMS).status_code == 200
    assert phone.post(ORDERS, json=basket).json["code"] == "members.not-joined"


def test_another_members_order_is_a_404(app, sessions, phone, basket):
    no = phone.post(ORDERS, json=basket).json["no"]
    with sessions.write.begin() as session:
        stranger = make_member(session).id
    other = member_client(app, stranger)
    for reply in (other.get(f"{ORDERS}/{no}"), other.post(f"{ORDERS}/{no}/cancel"), other.get(f"{ORDERS}/NONE")):
        assert (reply.status_code, reply.json["code"]) == (404, "mall.order-unknown")
    assert other.get(ORDERS).json["items"] == []


@pytest.mark.parametrize(
    "change",
    [{"quantity": 0}, {"quantity": 100}, {"quantity": "2"}, {"quantity": True}, {"item_id": "x"}, {"colour": "red"}],
)
def test_a_basket_is_checked(phone, basket, change):
    assert phone.post(ORDERS, json=basket | change).status_code == 422


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"quantity": 6}, 409, "mall.sold-out"),
        ({"item_id": "404"}, 404, "mall.item-unknown"),
        ({"store_id": "404"}, 404, "stores.unknown"),
    ],
)
def test_refusals(phone, basket, change, status, code):
    reply = phone.post(ORDERS, json=basket | change)
    assert (reply.status_code, reply.json["code"]) == (status, code)
    assert available(phone) == GIFT + 900


def test_a_short_balance_is_told_in_a_sentence(app, sessions, basket):
    with sessions.write.begin() as session:
        poor = make_member(session).id
    reply = member_client(app, poor).post(ORDERS, json=basket)
    assert (reply.status_code, reply.json["code"]) == (409, "points.insufficient")
    assert reply.json["detail"] == "积分不足，当前可用 100 积分"


def test_items_are_paged_in_their_places(phone, sessions):
    with sessions.write.begin() as session:
        titles = [make_item(session, title=f"第{place}位", position=place).title for place in range(5)]
        make_item(session, title="售罄", position=9, stock=0)
        mall.take_off(session, make_item(session, position=2).id)
    seen, cursor = [], ""
    while cursor is not None:
        page = phone.get(ITEMS, query_string={"limit": 2} | ({"cursor": cursor} if cursor else {})).json
        seen += [(item["title"], item["sold_out"]) for item in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [*((title, False) for title in titles), ("售罄", True)]


@pytest.mark.parametrize("cursor", ["x", "WzFd", "WyJhIiwgMV0"])
def test_a_cursor_that_was_not_given_out_is_refused(phone, cursor):
    assert phone.get(ITEMS, query_string={"cursor": cursor}).status_code == 400


def test_an_item_with_the_stores_to_choose_from(phone, item, shop):
    shown = {
        "id": str(item.id),
        "title": "陶瓷杯",
        "subtitle": "景德镇手工",
        "picture_url": "",
        "points": PRICE,
        "stock": 5,
        "sold_out": False,
    }
    assert phone.get(ITEMS).json == {"items": [shown], "next_cursor": None}
    detail = {"description": "釉下彩，可微波", "stores": [{"id": str(shop), "name": "南京东路店"}]}
    assert phone.get(f"{ITEMS}/{item.id}").json == shown | detail
    assert phone.get(f"{ITEMS}/404").json["code"] == "mall.item-unknown"


def test_an_exchange_and_its_cancelling(phone, basket, shop, item):
    placed = phone.post(ORDERS, json=basket)
    assert placed.status_code == 201
    order = placed.json
    assert order == {
        "no": order["no"],
        "item_id": str(item.id),
        "item_title": "陶瓷杯",
        "quantity": 2,
        "points": 2 * PRICE,
        "store": {"id": str(shop), "name": "南京东路店"},
        "status": "placed",
        "pickup_code": order["pickup_code"],
        "placed_at": "2026-03-01T01:00:00Z",
        "pick_up_by": "2026-03-15T16:00:00Z",
        "closed_at": None,
    }
    assert phone.get(f"{ORDERS}/{order['no']}").json == order
    assert phone.get(ORDERS).json == {"items": [order], "next_cursor": None}
    assert (available(phone), phone.get(f"{ITEMS}/{item.id}").json["stock"]) == (800, 3)
    for _ in range(2):
        reply = phone.post(f"{ORDERS}/{order['no']}/cancel")
        assert (reply.status_code, reply.json["status"]) == (200, "cancelled")
    assert (available(phone), phone.get(f"{ITEMS}/{item.id}").json["stock"]) == (1000, 5)


def test_with_a_key_a_repeat_makes_no_second_order(phone, basket, item):
    first, again = (phone.post(ORDERS, json=basket, headers={"Idempotency-Key": "tap-1"}) for _ in range(2))
    assert (first.status_code, again.status_code, first.json) == (201, 201, again.json)
    assert len(phone.get(ORDERS).json["items"]) == 1


def test_a_refusal_with_a_key_is_remembered(phone, sessions, basket, item):
    def ask():
        reply = phone.post(ORDERS, json=basket | {"quantity": 6}, headers={"Idempotency-Key": "tap-1"})
        return reply.status_code, reply.json["code"]

    assert ask() == (409, "mall.sold-out")
    with sessions.write.begin() as session:
        mall.adjust_stock(session, item.id, by=10)
    assert ask() == (409, "mall.sold-out")
    assert phone.get(ORDERS).json["items"] == []


def test_a_cancelling_after_the_pick_up_is_a_409(phone, sessions, basket, shop):
    order = phone.post(ORDERS, json=basket).json
    with sessions.write.begin() as session:
        mall.pick_up(session, code=order["pickup_code"], store_id=shop, now=MORNING)
    reply = phone.post(f"{ORDERS}/{order['no']}/cancel")
    assert (reply.status_code, reply.json["code"]) == (409, "mall.already-picked-up")


def test_orders_are_paged_newest_first(phone, basket):
    numbers = [phone.post(ORDERS, json=basket | {"quantity": 1}).json["no"] for _ in range(3)]
    page = phone.get(ORDERS, query_string={"limit": 2}).json
    rest = phone.get(ORDERS, query_string={"limit": 2, "cursor": page["next_cursor"]}).json
    assert [order["no"] for order in page["items"] + rest["items"]] == numbers[::-1]
    assert rest["next_cursor"] is None


def test_few_statements_are_said(phone, engine, basket):
    counts = []
    for call in (lambda: phone.get(ITEMS), lambda: phone.post(ORDERS, json=basket), lambda: phone.get(ORDERS)):
        with statements_on(engine) as said:
            call()
        counts.append(len(said))
    assert counts[0] == 1
    assert counts[1] <= 14
    assert counts[2] == 3
