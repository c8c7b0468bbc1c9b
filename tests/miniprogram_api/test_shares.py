from io import BytesIO

import pytest
from PIL import Image

from tests.factories.mall import make_item
from tests.factories.members import make_identity, make_member
from tests.support.phone import member_client
from tests.support.runtimes import make_runtime

URL = "/api/mp/v1/shares"


@pytest.fixture
def runtime(engine, clock, wechat):
    return make_runtime(engine, clock, wechat_url=wechat.base_url)


@pytest.fixture
def friend(app, sessions):
    with sessions.write.begin() as session:
        identity = make_identity(session)
    return member_client(app, identity)


def share(phone, **body):
    return phone.post(URL, json={"kind": "invitation", **body}).json["token"]


def test_the_anonymous_are_refused(client):
    for reply in (
        client.get(URL),
        client.post(URL, json={"kind": "invitation"}),
        client.post(f"{URL}/ABCDEFGH/visits"),
    ):
        assert reply.status_code == 401


def test_sharing_twice_is_one_share(phone):
    first, again = (phone.post(URL, json={"kind": "invitation"}) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert first.json["path"] == f"pages/share/open?scene={first.json['token']}"


def test_a_friend_opens_it_and_is_led_on(phone, friend):
    token = share(phone)
    opened = friend.post(f"{URL}/{token}/visits")
    assert (opened.status_code, opened.json["page"], opened.json["counted"]) == (200, "pages/join/index", True)
    assert not friend.post(f"{URL}/{token}/visits").json["counted"]
    [mine] = phone.get(URL).json["items"]
    assert (mine["visits"], mine["newcomers"], mine["points"]) == (1, 1, 5)
    [reward] = phone.get(f"{URL}/rewards").json["items"]
    assert (reward["kind"], reward["status"], reward["points"]) == ("visit", "paid", 5)


def test_lists_are_paged(phone, sessions, friend):
    with sessions.write.begin() as session:
        items = [make_item(session) for _ in range(2)]
    for item in items:
        friend.post(f"{URL}/{share(phone, kind='item', thing=str(item.id))}/visits")
    first = phone.get(f"{URL}?limit=1").json
    second = phone.get(f"{URL}?limit=1&cursor={first['next_cursor']}").json
    assert [first["items"][0]["thing"], second["items"][0]["thing"]] == [str(items[1].id), str(items[0].id)]
    assert second["next_cursor"] is None
    assert len(phone.get(f"{URL}/rewards?limit=1").json["items"]) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"kind": "house"}, 422),
        ({"kind": "item", "thing": ""}, 422),
        ({"kind": "item", "thing": "x" * 65}, 422),
        ({"kind": "item", "thing": "1"}, 404),
        ({"kind": "invitation", "thing": "others"}, 404),
    ],
)
def test_what_cannot_be_shared_is_refused(phone, body, status):
    assert phone.post(URL, json=body).status_code == status


@pytest.mark.parametrize("token", ["ABCDEFGH2345", "short", "x" * 200])
def test_unknown_tokens_are_not_found_or_no_tokens(friend, token):
    reply = friend.post(f"{URL}/{token}/visits")
    assert reply.status_code in {404, 422}


def test_the_poster_is_a_picture_that_is_drawn_once(phone, wechat):
    token = share(phone)
    reply = phone.get(f"{URL}/{token}/poster.png")
    assert (reply.status_code, reply.mimetype) == (200, "image/png")
    assert Image.open(BytesIO(reply.data)).width == 750
    wechat.fault("wxa/getwxacodeunlimit", errcode=45009)
    assert phone.get(f"{URL}/{token}/poster.png").data == reply.data


def test_posters_and_codes_of_one_member_are_limited(phone, sessions, wechat):
    wechat.fault("wxa/getwxacodeunlimit", errcode=-1, times=100)
    token = share(phone)
    statuses = [phone.get(f"{URL}/{token}/code.png").status_code for _ in range(21)]
    assert statuses == [503] * 20 + [429]


def test_the_code_is_a_picture(phone):
    reply = phone.get(f"{URL}/{share(phone)}/code.png")
    assert (reply.status_code, reply.mimetype) == (200, "image/png")


def test_where_wechat_gives_no_code_it_is_said_so(phone, wechat):
    token = share(phone)
    wechat.fault("wxa/getwxacodeunlimit", errcode=45009)
    reply = phone.get(f"{URL}/{token}/poster.png")
    assert reply.status_code == 503
    assert reply.headers["Retry-After"]


def test_somebody_else_s_poster_is_not_found(phone, app, sessions):
    with sessions.write.begin() as session:
        other = make_member(session).id
    assert member_client(app, other).get(f"{URL}/{share(phone)}/poster.png").status_code == 404
