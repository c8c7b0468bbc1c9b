import pytest

from tests.factories.members import make_member
from tests.miniprogram_api.test_members import everything_stored
from tests.support.phone import member_client

URL = "/api/mp/v1/me/addresses"
HOME = {
    "recipient": "王小红",
    "phone": "13800138000",
    "province_code": "310000",
    "city_code": "310100",
    "district_code": "310101",
    "street": "南京东路 100 号 3 楼",
}
NAMES = {"province": "上海市", "city": "上海市", "district": "黄浦区"}
WORK = HOME | {"street": "世纪大道 8 号", "district_code": "310115"}


@pytest.fixture
def home(phone):
    return phone.post(URL, json=HOME).json


def test_the_anonymous_are_refused(client):
    calls = [client.get(URL), client.post(URL, json=HOME), client.put(f"{URL}/1", json=HOME), client.delete(f"{URL}/1")]
    assert [reply.status_code for reply in [*calls, client.post(f"{URL}/1/default")]] == [401] * 5


def test_written_down_and_shown(phone):
    made = phone.post(URL, json=HOME)
    assert made.status_code == 201
    assert made.json == {"id": made.json["id"], **HOME, **NAMES, "default": True}
    assert phone.get(URL).json == {"items": [made.json], "next_cursor": None}


def test_the_same_again_is_no_second_one(phone, home):
    again = phone.post(URL, json=HOME)
    assert (again.status_code, again.json) == (200, home)


def test_page_by_page_newest_first(phone, home):
    work = phone.post(URL, json=WORK).json
    first = phone.get(URL, query_string={"limit": 1}).json
    assert first["items"] == [work]
    assert phone.get(URL, query_string={"cursor": first["next_cursor"]}).json["items"] == [home]
    bad = phone.get(URL, query_string={"cursor": "?"})
    assert (bad.status_code, bad.json["code"]) == (400, "paging.bad-cursor")


def test_written_anew_made_the_default_and_struck_out(phone, home):
    work = phone.post(URL, json=WORK).json
    changed = phone.put(f"{URL}/{work['id']}", json=WORK | {"street": "世纪大道 100 号"})
    assert (changed.status_code, changed.json["street"], changed.json["default"]) == (200, "世纪大道 100 号", False)
    default = phone.post(f"{URL}/{work['id']}/default")
    assert (default.status_code, default.json["default"]) == (200, True)
    assert [one["default"] for one in phone.get(URL).json["items"]] == [True, False]
    gone = phone.delete(f"{URL}/{work['id']}")
    assert (gone.status_code, gone.data) == (204, b"")
    assert phone.get(URL).json["items"] == [home]
    assert phone.delete(f"{URL}/{work['id']}").json["code"] == "addresses.unknown"


def test_anothers_is_unknown(app, sessions, home):
    with sessions.write.begin() as session:
        other_id = make_member(session).id
    other = member_client(app, other_id)
    one = f"{URL}/{home['id']}"
    for reply in (other.put(one, json=HOME), other.post(f"{one}/default"), other.delete(one)):
        assert (reply.status_code, reply.json["code"]) == (404, "addresses.unknown")


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"recipient": ""}, "addresses.recipient-refused"),
        ({"street": "一\n二"}, "addresses.street-refused"),
        ({"phone": "110"}, "members.phone-refused"),
        ({"district_code": "440305"}, "addresses.region-refused"),
        ({"district_code": "南山区"}, "payload.invalid"),
        ({"street": "路" * 201}, "payload.invalid"),
        ({"mobile": "1"}, "payload.invalid"),
    ],
)
def test_what_is_refused(phone, parts, code):
    reply = phone.post(URL, json=HOME | parts)
    assert (reply.status_code, reply.json["code"]) == (422, code)
    assert phone.get(URL).json["items"] == []


def test_a_full_book(phone):
    for number in range(20):
        assert phone.post(URL, json=HOME | {"street": f"{number} 号"}).status_code == 201
    full = phone.post(URL, json=HOME)
    assert (full.status_code, full.json["code"]) == (409, "addresses.too-many")


def test_an_address_is_found_neither_in_the_database_nor_in_the_logs(phone, engine, caplog):
    caplog.set_level("DEBUG")
    made = phone.post(URL, json=HOME).json
    phone.put(f"{URL}/{made['id']}", json=WORK)
    phone.post(URL, json=HOME | {"street": ""})
    stored = everything_stored(engine)
    assert b"members" in stored or made["id"].encode() in stored  # the search finds what is there
    for one in {*HOME.values(), *WORK.values(), "黄浦区", "浦东新区"}:
        assert one.encode() not in stored
        assert one not in caplog.text
