import pytest
import requests

from backend import wechat
from backend.wechat import Article, OfficialAccount, Picture
from tests.backend.wechat.simulator.calling import stable_token
from tests.support.simulator import RunningSimulator, User

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def test_what_is_sent_is_in_the_chat(simulator: RunningSimulator, follower: User, official_account: OfficialAccount):
    media_id = official_account.upload_picture(PNG, "image/png")
    article = Article("周年庆", "五折起", "https://shop.example/a.jpg", "https://shop.example/a")
    for said in ("您好", Picture(media_id), article):
        official_account.send_custom(follower.oa_openid, said)
    shown = [one for one in simulator.messages(follower) if one.get("custom")]
    assert [one["kind"] for one in shown] == ["text", "image", "news"]
    assert (shown[0]["text"], shown[1]["media_id"], shown[2]["article"]["title"]) == ("您好", media_id, "周年庆")


@pytest.mark.parametrize(("said", "errcode"), [("字" * 700, 45002), (Picture("nobody-uploaded-this"), 40007)])
def test_what_is_not_taken(follower: User, official_account: OfficialAccount, said: wechat.Said, errcode: int):
    with pytest.raises(wechat.ContentRefused) as refused:
        official_account.send_custom(follower.oa_openid, said)
    assert refused.value.errcode == errcode


def test_what_is_not_taken_costs_nothing(follower: User, official_account: OfficialAccount):
    for _ in range(5):
        with pytest.raises(wechat.ContentRefused):
            official_account.send_custom(follower.oa_openid, "字" * 700)
    official_account.send_custom(follower.oa_openid, "您好")


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"msgtype": "text"}, 47001),
        ({"msgtype": "text", "text": {"content": ""}}, 44004),
        ({"msgtype": "voice", "voice": {"media_id": "x"}}, 40008),
        ({"msgtype": "news", "news": {"articles": []}}, 45008),
        ({"msgtype": "news", "news": {"articles": ["x"]}}, 45008),
    ],
)
def test_odd_bodies(simulator: RunningSimulator, follower: User, body: dict[str, object], errcode: int):
    params = {"access_token": str(stable_token(simulator)["access_token"])}
    url = f"{simulator.base_url}/cgi-bin/message/custom/send"
    given = {"touser": follower.oa_openid, **body}
    assert requests.post(url, params=params, json=given, timeout=5).json()["errcode"] == errcode
