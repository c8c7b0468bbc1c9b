import pytest

from backend import mall, stores
from tests.factories.addresses import make_address
from tests.factories.coupons import make_template
from tests.factories.mall import BEGINS, PRICE, give_points, make_code_item, make_coupon_item, make_item, make_pre_order
from tests.factories.members import make_identity, make_member
from tests.support.clocks import MORNING
from tests.support.phone import member_client
from tests.support.statements import statements_on

ITEMS = "/api/mp/v1/mall/items"
ORDERS = "/api/mp/v1/mall/orders"
GIFT = 100


def cart(*wishes, store_id, **more):
    items = [{"item_id": str(item_id), "quantity": quantity} for item_id, quantity in wishes]
    return {"items": items, "store_id": str(store_id)} | more


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
    return cart((item.id, 2), store_id=shop)


def available(phone):
    return phone.get("/api/mp/v1/points").json["available"]


def test_the_anonymous_are_refused(client, basket):
    replies = [client.get(url) for url in (ORDERS, f"{ORDERS}/X")]
    replies += [
        client.post(url, json=basket)
        for url in (ORDERS, *(f"{ORDERS}/X/{verb}" for verb in ("cancel", "receive", "return")))
    ]
    assert {reply.status_code for reply in replies} == {401}


def test_who_has_not_joined_may_not_exchange(app, sessions, basket):
    with sessions.write.begin() as session:
        visitor = make_identity(session)
    assert member_client(app, visitor).post(ORDERS, json=basket).json["code"] == "members.not-joined"


def test_another_members_order_is_a_404(app, sessions, phone, basket):
    no = phone.post(ORDERS, json=basket).json["no"]
    with sessions.write.begin() as session:
        stranger = make_member(session).id
    other = member_client(app, stranger)
    for reply in (other.get(f"{ORDERS}/{no}"), other.post(f"{ORDERS}/{no}/cancel"), other.get(f"{ORDERS}/NONE")):
        assert (reply.status_code, reply.json["code"]) == (404, "mall.order-unknown")
    assert other.get(ORDERS).json["items"] == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "change",
    [{"quantity": 0}, {"quantity": 100}, {"quantity": "2"}, {"quantity": True}, {"item_id": "x"}, {"colour": "red"}],
)
def test_a_basket_is_checked(phone, basket, change):
    wish = basket["items"][0] | change
    assert phone.post(ORDERS, json=basket | {"items": [wish]}).status_code == 422


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_basket_of_nothing_or_too_much_is_refused(phone, basket):
    wish = basket["items"][0]
    replies = [
        phone.post(ORDERS, json=basket | {"items": items}) for items in ([], [wish] * 21, [wish | {"quantity": 60}] * 2)
    ]
    assert [(reply.status_code, reply.json["code"]) for reply in replies] == [
        (422, "payload.invalid"),
        (422, "payload.invalid"),
        (422, "mall.cart-refused"),
    ]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"items": [{"item_id": "404", "quantity": 1}]}, 404, "mall.item-unknown"),
        ({"store_id": "404"}, 404, "stores.unknown"),
    ],
)
def test_refusals(phone, basket, change, status, code):
    reply = phone.post(ORDERS, json=basket | change)
    assert (reply.status_code, reply.json["code"]) == (status, code)
    assert available(phone) == GIFT + 900


def test_a_cart_is_exchanged_as_a_whole_and_what_is_named_twice_is_added_up(phone, sessions, item, shop):
    with sessions.write.begin() as session:
        plate = make_item(session, title="骨瓷盘", price=150, stock=1).id
    too_much = phone.post(ORDERS, json=cart((item.id, 1), (plate, 2), store_id=shop))
    assert (too_much.status_code, too_much.json["code"], available(phone)) == (409, "mall.sold-out", 1000)
    order = phone.post(ORDERS, json=cart((item.id, 1), (plate, 1), (item.id, 2), store_id=shop)).json
    assert (order["title"], order["points"], available(phone)) == ("陶瓷杯等4件", 450, 550)
    assert [(line["item_title"], line["quantity"], line["points"]) for line in order["items"]] == [
        ("陶瓷杯", 3, 300),
        ("骨瓷盘", 1, 150),
    ]


@pytest.fixture
def parcel(sessions, member_id):
    """A cart to be sent to an address of the member."""
    with sessions.write.begin() as session:
        plate, entry = make_item(session, title="骨瓷盘", ways="both"), make_address(session, member_id)
        return {"items": [{"item_id": str(plate.id), "quantity": 1}], "address_id": str(entry.id)}


def test_an_order_is_sent_and_received(phone, sessions, parcel):
    order = phone.post(ORDERS, json=parcel).json
    assert (order["way"], order["store"], order["pickup_code"], order["pick_up_by"]) == ("shipping", None, None, None)
    address = {"recipient": "王小红", "phone": "13800138000", "line": "上海市黄浦区南京东路 100 号 3 楼"}
    assert (order["address"], order["received_by"]) == (address, None)
    receiving = f"{ORDERS}/{order['no']}/receive"
    assert phone.post(receiving).json["code"] == "mall.not-shipped"
    with sessions.write.begin() as session:
        mall.ship(session, order["no"], carrier="顺丰速运", tracking_no="SF1", now=MORNING)
    shipped = phone.get(f"{ORDERS}/{order['no']}").json
    assert (shipped["status"], shipped["shipped_at"], shipped["carrier"], shipped["tracking_no"]) == (
        "shipped",
        "2026-03-01T01:00:00Z",
        "顺丰速运",
        "SF1",
    )
    assert shipped["received_by"] == "2026-03-11T16:00:00Z"
    assert phone.post(f"{ORDERS}/{order['no']}/cancel").json["code"] == "mall.already-shipped"
    first, again = (phone.post(receiving) for _ in range(2))
    assert (first.status_code, first.json["status"], again.json) == (200, "received", first.json)


def test_an_order_goes_to_one_place(phone, sessions, parcel, basket, shop):
    both, neither = parcel | {"store_id": str(shop)}, {"items": parcel["items"]}
    for body in (both, neither):
        reply = phone.post(ORDERS, json=body)
        assert (reply.status_code, reply.json["code"]) == (422, "mall.destination-refused")
    reply = phone.post(ORDERS, json={"items": basket["items"], "address_id": parcel["address_id"]})
    assert (reply.status_code, reply.json["detail"]) == (409, "《陶瓷杯》仅支持到店自提")
    with sessions.write.begin() as session:
        foreign = make_address(session, make_member(session).id)
    reply = phone.post(ORDERS, json=parcel | {"address_id": str(foreign.id)})
    assert (reply.status_code, reply.json["code"], available(phone)) == (404, "addresses.unknown", 1000)


def test_a_return_is_asked_for_and_moves_nothing_yet(phone, sessions, basket, shop):
    order = phone.post(ORDERS, json=basket).json
    asking = f"{ORDERS}/{order['no']}/return"
    assert phone.post(asking).json["code"] == "mall.not-picked-up"
    with sessions.write.begin() as session:
        mall.pick_up(session, code=order["pickup_code"], store_id=shop, now=MORNING)
    first, again = (phone.post(asking) for _ in range(2))
    assert (first.status_code, first.json["return_asked_at"], again.json) == (200, "2026-03-01T01:00:00Z", first.json)
    assert (first.json["bring_back_by"], available(phone)) == ("2026-03-08T16:00:00Z", 800)


def test_a_short_balance_is_told_in_a_sentence(app, sessions, basket):
    with sessions.write.begin() as session:
        poor = make_member(session).id
    reply = member_client(app, poor).post(ORDERS, json=basket)
    assert (reply.status_code, reply.json["code"]) == (409, "points.insufficient")
    assert reply.json["detail"] == "积分不足，当前可用 100 积分"


def test_an_exchange_and_its_cancelling(phone, basket, shop, item):
    placed = phone.post(ORDERS, json=basket)
    assert placed.status_code == 201
    order = placed.json
    assert order == {
        "no": order["no"],
        "title": "陶瓷杯",
        "items": [
            {
                "item_id": str(item.id),
                "item_title": "陶瓷杯",
                "kind": "goods",
                "quantity": 2,
                "points": 2 * PRICE,
                "money_fen": 0,
                "delivered_at": None,
                "coupon_ids": [],
            }
        ],
        "points": 2 * PRICE,
        "money_fen": 0,
        "deposit_points": None,
        "way": "pick-up",
        "store": {"id": str(shop), "name": "南京东路店"},
        "address": None,
        "status": "placed",
        "pickup_code": order["pickup_code"],
        "placed_at": "2026-03-01T01:00:00Z",
        "pick_up_from": None,
        "pick_up_by": "2026-03-15T16:00:00Z",
        "shipped_at": None,
        "carrier": None,
        "tracking_no": None,
        "received_by": None,
        "received_at": None,
        "bring_back_by": None,
        "return_asked_at": None,
        "closed_at": None,
        "reason": None,
    }
    assert phone.get(f"{ORDERS}/{order['no']}").json == order | {"codes": []}
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


def test_a_refusal_with_a_key_is_remembered(phone, sessions, shop, item):
    def ask():
        reply = phone.post(ORDERS, json=cart((item.id, 6), store_id=shop), headers={"Idempotency-Key": "tap-1"})
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


def test_orders_are_paged_newest_first(phone, shop, item):
    numbers = [phone.post(ORDERS, json=cart((item.id, 1), store_id=shop)).json["no"] for _ in range(3)]
    page = phone.get(ORDERS, query_string={"limit": 2}).json
    rest = phone.get(ORDERS, query_string={"limit": 2, "cursor": page["next_cursor"]}).json
    assert [order["no"] for order in page["items"] + rest["items"]] == numbers[::-1]
    assert rest["next_cursor"] is None


def test_few_statements_are_said(phone, engine, basket):
    counts = []
    for call in (lambda: phone.post(ORDERS, json=basket), lambda: phone.get(ORDERS)):
        with statements_on(engine) as said:
            call()
        counts.append(len(said))
    assert counts[0] <= 15
    assert counts[1] == 4


def test_a_coupon_is_with_me_at_once(sessions, phone, item, shop):
    with sessions.write.begin() as session:
        ticket = make_coupon_item(session, make_template(session).code)
    assert [one["kind"] for one in phone.get(ITEMS).json["items"]] == ["goods", "coupon"]
    made = phone.post(ORDERS, json=cart((ticket.id, 1), store_id=shop)).json
    (line,) = made["items"]
    assert (made["status"], made["pickup_code"], line["kind"]) == ("completed", None, "coupon")
    assert phone.get(f"/api/mp/v1/me/coupons/{line['coupon_ids'][0]}").json["status"] == "ready"
    assert phone.post(f"{ORDERS}/{made['no']}/cancel").json["status"] == "cancelled"
    mixed = phone.post(ORDERS, json=cart((item.id, 1), (ticket.id, 1), store_id=shop)).json
    assert (mixed["status"], len(mixed["pickup_code"])) == ("placed", 12)


def test_a_code_is_shown_in_the_detail_to_its_member_alone(app, sessions, phone, shop):
    with sessions.write.begin() as session:
        card, stranger = make_code_item(session, ["AAAA-1111"]), make_member(session).id
    made = phone.post(ORDERS, json=cart((card.id, 1), store_id=shop), headers={"Idempotency-Key": "tap"})
    assert "AAAA" not in made.text
    url = f"{ORDERS}/{made.json['no']}"
    assert phone.get(url).json["codes"] == [{"item_title": "视频会员月卡", "code": "AAAA-1111"}]
    assert "AAAA" not in phone.get(ORDERS).text
    assert member_client(app, stranger).get(url).status_code == 404
    cancelled = phone.post(f"{url}/cancel")
    assert (cancelled.status_code, cancelled.json["code"]) == (409, "mall.codes-given")


def test_what_is_ordered_ahead_says_its_deposit_and_its_window(phone, sessions, shop, item):
    with sessions.write.begin() as session:
        ahead = make_pre_order(session, deposit=30, money_fen=1_250).id
    shown = phone.get(f"{ITEMS}/{ahead}").json
    assert (shown["deposit_points"], shown["money_fen"], shown["pick_up_from"]) == (30, 1_250, f"{BEGINS:%FT%TZ}")
    before = available(phone)
    order = phone.post(ORDERS, json=cart((ahead, 2), store_id=shop)).json
    assert (order["points"], order["deposit_points"], order["money_fen"]) == (2 * PRICE, 60, 2_500)
    assert (order["pick_up_from"], before - available(phone)) == (shown["pick_up_from"], 60)
    both = phone.post(ORDERS, json=cart((ahead, 1), (item.id, 1), store_id=shop))
    assert (both.status_code, both.json["code"]) == (422, "mall.pre-order-alone")
