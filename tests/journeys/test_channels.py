"""Messages find another way and members end them, over HTTP in all directions, as WeChat and the provider carry it."""

import threading
from dataclasses import replace
from datetime import timedelta
from socket import create_server

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server

from backend import preferences
from backend.app import create_app
from backend.messaging import CATALOGUE, Texting, console_templates, deliver_due
from backend.subscriptions import accepts_of
from backend.wechat.simulator import MINI_PROGRAM, OFFICIAL_ACCOUNT, App, SimulatorConfig
from tests.backend.messaging.channels.people import READY, fared, make_person, tell
from tests.support.phone import member_client
from tests.support.runtimes import MP, OA, make_runtime
from tests.support.simulator import running_simulator
from tests.support.sms import SIMULATED, sender_to

ASKED = {name: f"ask-for-{name}" for name in CATALOGUE}
TEXTED = {READY: "1001", "campaign": "1002"}
TEXTS = {"1001": "{1}已到{2}，{3}前提货。", "1002": "{1}：{2}拒收请回复R"}
KEY = "0123456789abcdef"


class Quiet(WSGIRequestHandler):
    def log(self, *_args):
        """The app logs its calls itself."""


@pytest.fixture
def port():
    with create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@pytest.fixture
def wechat(clock, port):
    apps = (App(OFFICIAL_ACCOUNT, OA), App(MINI_PROGRAM, MP))
    sms = replace(SIMULATED, templates=TEXTS, replies_url=f"http://127.0.0.1:{port}/sms/replies?key={KEY}")
    with running_simulator(SimulatorConfig(apps=apps, sms=sms, clock=clock)) as wechat:
        wechat.register_templates(console_templates(ASKED, subscription=True), appid=MP.appid)
        yield wechat


@pytest.fixture
def app(engine, clock, wechat, port):
    plain = make_runtime(engine, clock, wechat_url=wechat.base_url)
    texting = Texting(sender_to(wechat), TEXTED, 5, longest_word=12)
    app = create_app(replace(plain, subscribe_template_ids=ASKED, texting=texting, sms_replies_key=KEY))
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    wechat.push_to(f"http://127.0.0.1:{port}/wechat/oa")
    wechat.push_to(f"http://127.0.0.1:{port}/wechat/mp", appid=MP.appid)
    yield app
    server.shutdown()
    server.server_close()
    thread.join()
    app.extensions["oa"].desk._lookups._pool.shutdown()  # a straggler must not outlive its WeChat


@pytest.fixture
def shop(app):
    return app.extensions["runtime"]


def left(shop, person):
    with shop.sessions.read() as session:
        return accepts_of(session, person.program_id, [ASKED[READY]])[ASKED[READY]]


def wants_marketing_by(shop, person, way):
    with shop.sessions.read() as session:
        return ("campaigns", way) not in preferences.refusals(session, [person.member_id])[person.member_id]


def test_an_accept_is_told_twice_counts_once_and_brings_one_message(app, shop, wechat, clock):
    person = make_person(shop, wechat)
    phone = member_client(app, person.member_id)
    [first, *_] = phone.get("/api/mp/v1/subscriptions?scene=exchange").json["items"]
    assert first["template_id"] == ASKED[READY]

    wechat.subscribe(person.user, ASKED[READY])
    wechat.wait_until_quiet()
    counted = phone.post("/api/mp/v1/subscriptions", json={"answers": {ASKED[READY]: "accept"}})
    assert counted.json["items"] == [{"template_id": ASKED[READY], "accepts": 1}]
    tell(shop, person)
    assert deliver_due(shop) == {"sent": 1}
    wechat.wait_until_quiet()
    assert fared(shop) == {"mini-program": "shown"}
    assert [message["kind"] for message in wechat.messages(person.user)] == ["subscribe"]
    assert left(shop, person) == 0


def test_what_was_switched_off_in_wechat_s_settings_goes_by_sms(shop, wechat, clock):
    person = make_person(shop, wechat)
    wechat.subscribe(person.user, ASKED[READY])
    wechat.wait_until_quiet()
    clock.move(timedelta(minutes=1))
    wechat.switch_subscription_off(person.user, ASKED[READY])
    wechat.wait_until_quiet()
    assert left(shop, person) == 0
    tell(shop, person)
    assert deliver_due(shop) == {"sent": 1}
    assert [message["kind"] for message in wechat.messages(person.user)] == ["sms"]


def test_a_message_that_wechat_took_and_did_not_show_goes_by_sms(shop, wechat):
    person = make_person(shop, wechat)
    wechat.subscribe(person.user, ASKED[READY])
    wechat.wait_until_quiet()
    wechat.fault("subscribe/send", finish="system failed")
    tell(shop, person)
    deliver_due(shop)
    wechat.wait_until_quiet()
    deliver_due(shop)  # unless WeChat's word came before our own note, so that it went on at once
    assert fared(shop) == {"mini-program": "dead", "sms": "sent"}
    assert [message["kind"] for message in wechat.messages(person.user)] == ["sms"]


def test_who_asked_for_marketing_by_sms_ends_it_by_answering_td(app, shop, wechat):
    person = make_person(shop, wechat)
    asked = {"choices": [{"kind": "marketing", "way": "sms", "wanted": True}]}
    member_client(app, person.member_id).put("/api/mp/v1/me/preferences", json=asked)
    assert wants_marketing_by(shop, person, "sms")
    tell(shop, person, "campaign")
    assert deliver_due(shop) == {"sent": 1}
    assert wechat.reply_to_sms(person.user, "td") == "answered"
    assert not wants_marketing_by(shop, person, "sms")
    assert wants_marketing_by(shop, person, "official-account")


def test_who_writes_td_to_the_account_ends_marketing_there_and_dy_brings_it_back(shop, wechat):
    person = make_person(shop, wechat)
    wechat.follow(person.user)
    assert "已退订" in wechat.say(person.user, "TD")["reply"]
    assert not wants_marketing_by(shop, person, "official-account")
    assert not wants_marketing_by(shop, person, "mini-program")
    assert "已恢复" in wechat.say(person.user, "DY")["reply"]
    assert wants_marketing_by(shop, person, "official-account")
