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


def test_the_anonymous_are_refused(client):
    assert {client.get(url).status_code for url in (ITEMS, f"{ITEMS}/1")} == {401}


def test_who_has_not_joined_may_look(app, sessions):
    with sessions.write.begin() as session:
        visitor = make_identity(session)
    assert member_client(app, visitor).get(ITEMS).status_code == 200


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
        "kind": "goods",
        "title": "陶瓷杯",
        "subtitle": "景德镇手工",
        "picture_url": "",
        "category": "",
        "points": PRICE,
        "money_fen": 0,
        "deposit_points": None,
        "pick_up_from": None,
        "pick_up_until": None,
        "ways": "pick-up",
        "on_from": None,
        "off_at": None,
        "stock": 5,
        "sold_out": False,
    }
    assert phone.get(ITEMS).json == {"items": [shown], "next_cursor": None}
    detail = {
        "description": "釉下彩，可微波",
        "your_points": PRICE,
        "limit_pieces": None,
        "limit_days": None,
        "related": [],
        "stores": [{"id": str(shop), "name": "南京东路店", "stock": 5}],
        "to_ship": 0,
    }
    assert phone.get(f"{ITEMS}/{item.id}").json == shown | detail
    assert phone.get(f"{ITEMS}/404").json["code"] == "mall.item-unknown"


def test_what_is_only_sent_has_no_stores_to_choose_from(phone, sessions, shop):
    with sessions.write.begin() as session:
        sent, both = (make_item(session, ways=ways).id for ways in ("shipping", "both"))
    for item_id, places in ((sent, 0), (both, 1)):
        shown = phone.get(f"{ITEMS}/{item_id}").json
        assert (len(shown["stores"]), shown["to_ship"]) == (places, 5)


def test_few_statements_are_said(phone, engine, item):
    counts = []
    for url in (ITEMS, f"{ITEMS}/{item.id}"):
        with statements_on(engine) as said:
            phone.get(url)
        counts.append(len(said))
    assert counts == [1, 4]


def test_items_are_found_by_category(phone, sessions):
    with sessions.write.begin() as session:
        for title, points in (("杯", 90), ("盘", 50)):
            mall.add_item(session, mall.Offer(title, points=points, category="家居"), stock=1, now=MORNING)
        make_item(session)
    assert phone.get("/api/mp/v1/mall/categories").json == {"items": ["家居"]}
    found = phone.get(ITEMS, query_string={"category": "家居", "most_points": 60}).json["items"]
    assert [one["title"] for one in found] == ["盘"]
    detail = phone.get(f"{ITEMS}/{found[0]['id']}").json
    assert [one["title"] for one in detail["related"]] == ["杯"]
