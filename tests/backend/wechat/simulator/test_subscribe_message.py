from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from backend.wechat import Event
from backend.wechat.simulator import DEMO_MINI_PROGRAM, DEMO_OFFICIAL_ACCOUNT, SimulatorConfig
from backend.wechat.simulator.config import MINI_PROGRAM
from tests.backend.wechat.conftest import NOON
from tests.backend.wechat.simulator.callbacks import Shop, running_shop
from tests.backend.wechat.simulator.calling import send_notice, send_subscribe
from tests.support.simulator import RunningSimulator, User, running_simulator

T = "T-ready"
TEMPLATES = {T: {"title": "取货提醒", "fields": [{"key": "thing1", "label": "商品"}]}}
SEALED = replace(DEMO_MINI_PROGRAM, token="mp-token", aes_key="M" * 42 + "A")


@pytest.fixture
def user(simulator: RunningSimulator) -> User:
    simulator.register_templates(TEMPLATES, appid=DEMO_MINI_PROGRAM.appid)
    return simulator.new_user()


@pytest.fixture
def shop(simulator: RunningSimulator) -> Iterator[Shop]:
    known = {"kind": MINI_PROGRAM, "appid": SEALED.appid, "secret": SEALED.secret}
    simulator.post("apps", **known, token=SEALED.token, aes_key=SEALED.aes_key)
    with running_shop(SEALED, NOON) as shop:
        simulator.push_to(shop.url, appid=SEALED.appid)
        yield shop


def test_one_accept_is_one_message(simulator: RunningSimulator, user: User):
    assert send_subscribe(simulator, user.mp_openid, T)["errcode"] == 43101
    simulator.subscribe(user, T)
    simulator.subscribe(user, T)
    assert [send_subscribe(simulator, user.mp_openid, T)["errcode"] for _ in range(3)] == [0, 0, 43101]
    assert len(simulator.messages(user, "subscribe")) == 2


def test_who_refused_is_not_reached(simulator: RunningSimulator, user: User):
    simulator.subscribe(user, T)
    simulator.subscribe(user, T, "reject")
    assert send_subscribe(simulator, user.mp_openid, T)["errcode"] == 43101
    assert simulator.messages(user) == []


def test_the_message_is_among_the_service_notifications(simulator: RunningSimulator, user: User):
    simulator.subscribe(user, T)
    more = {"page": "pages/orders/index?id=7", "miniprogram_state": "trial", "lang": "zh_HK"}
    answer = send_subscribe(simulator, user.mp_openid, T, **more)
    [message] = simulator.messages(user)
    assert {key: message[key] for key in ("kind", "appid", "title", "page", "state", "lang", "fields")} == {
        "kind": "subscribe",
        "appid": DEMO_MINI_PROGRAM.appid,
        "title": "取货提醒",
        "page": "pages/orders/index?id=7",
        "state": "trial",
        "lang": "zh_HK",
        "fields": [{"key": "thing1", "label": "商品", "value": "拿铁"}],
    }
    assert message["msgid"] == str(answer["msgid"])


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"data": {"thing1": {"value": "字" * 21}}}, 47003),
        ({"data": {"thing1": {"value": ""}}}, 47003),
        ({"data": {}}, 47003),
        ({"data": "{}"}, 47001),
        ({"template_id": "T-other"}, 40037),
        ({"page": "/pages/orders/index"}, 41030),
        ({"touser": "nobody"}, 40003),
        ({"touser": {"no": "text"}}, 40003),
    ],
)
def test_a_refused_message_costs_no_accept(
    simulator: RunningSimulator, user: User, change: dict[str, object], errcode: int
):
    simulator.subscribe(user, T)
    assert send_subscribe(simulator, user.mp_openid, T, **change)["errcode"] == errcode
    assert simulator.accepts(user, T) == 1
    assert simulator.messages(user) == []


def test_openid_of_the_official_account_is_a_wrong_one(simulator: RunningSimulator, user: User):
    simulator.subscribe(user, T)
    assert send_subscribe(simulator, user.oa_openid, T)["errcode"] == 40003


def test_a_notice_of_the_official_account_spends_that_account_s_accepts(simulator: RunningSimulator, user: User):
    simulator.register_templates(TEMPLATES)
    simulator.subscribe(user, T)
    assert send_notice(simulator, user.oa_openid, T)["errcode"] == 43101
    simulator.subscribe(user, T, appid=DEMO_OFFICIAL_ACCOUNT.appid)
    answer = send_notice(simulator, user.oa_openid, T)
    [message] = simulator.messages(user)
    assert {key: message[key] for key in ("kind", "appid", "title", "follows", "msgid")} == {
        "kind": "subscription-notice",
        "appid": DEMO_OFFICIAL_ACCOUNT.appid,
        "title": "取货提醒",
        "follows": False,
        "msgid": str(answer["msgid"]),
    }
    assert simulator.accepts(user, T, appid=DEMO_OFFICIAL_ACCOUNT.appid) == 0
    assert simulator.accepts(user, T) == 1


def test_a_notice_that_leads_to_a_foreign_mini_program_is_refused(simulator: RunningSimulator, user: User):
    simulator.register_templates(TEMPLATES)
    simulator.subscribe(user, T, appid=DEMO_OFFICIAL_ACCOUNT.appid)
    jump = {"appid": "wx-not-linked", "pagepath": "pages/index"}
    assert send_notice(simulator, user.oa_openid, T, miniprogram=jump)["errcode"] == 40165
    assert simulator.accepts(user, T, appid=DEMO_OFFICIAL_ACCOUNT.appid) == 1


def test_an_accept_is_spent_once_by_whoever_sends_at_the_same_time(simulator: RunningSimulator, user: User):
    for _ in range(3):
        simulator.subscribe(user, T)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: send_subscribe(simulator, user.mp_openid, T)["errcode"], range(8)))
    assert sorted(map(str, answers)) == ["0"] * 3 + ["43101"] * 5


def test_accepts_survive_a_restart(tmp_path):
    config = SimulatorConfig(state=tmp_path / "wechat.db")
    with running_simulator(config) as before:
        user = before.new_user()
        before.subscribe(user, T)
    with running_simulator(config) as after:
        assert send_subscribe(after, user.mp_openid, T)["errcode"] == 0
        assert send_subscribe(after, user.mp_openid, T)["errcode"] == 43101


def test_choice_and_outcome_are_told_to_the_mini_program(simulator: RunningSimulator, shop: Shop, user: User):
    simulator.subscribe(user, T)
    simulator.wait_until_quiet()
    msgid = str(send_subscribe(simulator, user.mp_openid, T)["msgid"])
    simulator.wait_until_quiet()
    popup, sent = _events(shop)
    assert (popup.kind, popup.from_user) == ("subscribe_msg_popup_event", user.mp_openid)
    item = {"TemplateId": T, "SubscribeStatusString": "accept", "PopupScene": "0"}
    assert popup.fields["SubscribeMsgPopupEvent"] == {"List": item}
    outcome = {"TemplateId": T, "MsgID": msgid, "ErrorCode": "0", "ErrorStatus": "success"}
    assert (sent.kind, sent.fields["SubscribeMsgSentEvent"]) == ("subscribe_msg_sent_event", {"List": outcome})
    query, body = shop.raw[0]
    assert query["encrypt_type"] == "aes"
    assert T.encode() not in body


def test_several_choices_are_one_event(simulator: RunningSimulator, shop: Shop):
    user = simulator.new_user()
    simulator.post(f"users/{user.id}/subscriptions", choices={"T1": "accept", "T2": "reject"})
    simulator.wait_until_quiet()
    [popup] = _events(shop)
    items = popup.fields["SubscribeMsgPopupEvent"]["List"]
    assert [(item["TemplateId"], item["SubscribeStatusString"]) for item in items] == [
        ("T1", "accept"),
        ("T2", "reject"),
    ]


def test_what_is_switched_off_in_the_settings_is_told_and_takes_all_accepts_back(
    simulator: RunningSimulator, shop: Shop, user: User
):
    simulator.subscribe(user, T)
    simulator.switch_subscription_off(user, T)
    simulator.wait_until_quiet()
    [changed] = [event for event in _events(shop) if event.kind == "subscribe_msg_change_event"]
    item = {"TemplateId": T, "SubscribeStatusString": "reject"}
    assert changed.fields["SubscribeMsgChangeEvent"] == {"List": item}
    assert simulator.accepts(user, T) == 0


def test_a_scripted_failure_is_told_and_not_shown(simulator: RunningSimulator, shop: Shop, user: User):
    simulator.subscribe(user, T)
    simulator.fault("subscribe/send", finish="system failed")
    assert send_subscribe(simulator, user.mp_openid, T)["errcode"] == 0
    simulator.wait_until_quiet()
    sent = _events(shop)[-1].fields["SubscribeMsgSentEvent"]["List"]
    assert (sent["ErrorCode"], sent["ErrorStatus"]) == ("-1", "system failed")
    assert simulator.messages(user) == []


def _events(shop: Shop) -> list[Event]:
    return [message for message in shop.received if isinstance(message, Event)]
