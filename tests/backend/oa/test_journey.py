"""A shopper's chat with the official account, over HTTP in both directions, as WeChat would carry it."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from werkzeug.serving import WSGIRequestHandler, make_server

from backend import members, messaging, scenes
from backend.app import create_app
from backend.messaging.models import Delivery
from backend.oa import texts
from backend.oa.receipts import Receipt
from backend.points import PointsEarned
from backend.wechat.simulator import MINI_PROGRAM, OFFICIAL_ACCOUNT, App, SimulatorConfig
from tests.factories.members import make_application, make_identity
from tests.factories.scenes import figures, make_scene
from tests.support import identities
from tests.support.runtimes import MP, OA, make_runtime
from tests.support.simulator import running_simulator

TEMPLATE = "points-earned"


class Quiet(WSGIRequestHandler):
    def log(self, *_args):
        """The app logs its calls itself."""


@pytest.fixture
def wechat(clock):
    apps = (App(OFFICIAL_ACCOUNT, OA), App(MINI_PROGRAM, MP))
    with running_simulator(SimulatorConfig(apps=apps, clock=clock)) as wechat:
        yield wechat


@pytest.fixture
def shop(engine, clock, wechat):
    """The runtime of a shop that serves on a free port and that WeChat pushes to."""
    runtime = make_runtime(engine, clock, wechat_url=wechat.base_url)
    app = create_app(runtime)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    wechat.push_to(f"http://127.0.0.1:{server.port}/wechat/oa")
    yield runtime
    server.shutdown()
    server.server_close()
    thread.join()
    app.extensions["oa"].desk._lookups._pool.shutdown()  # a straggler must not outlive its WeChat


def join(runtime, user):
    """The user joins in the mini-program."""
    with runtime.sessions.write.begin() as session:
        identity = make_identity(session, now=runtime.clock.now(), openid=user.mp_openid, unionid=user.unionid)
        led = scenes.led_here(session, identity.id, None).scene
        application = make_application(phone=user.phone, scene=led)
        return members.join(
            session, identity.id, application=application, rng=runtime.rng, now=runtime.clock.now()
        ).member


def test_a_shopper_follows_joins_asks_and_leaves(shop, wechat, clock):
    user = wechat.new_user()

    assert wechat.follow(user)["outcome"] == "answered"
    (welcome,) = wechat.messages(user, "text")
    assert "欢迎关注百汇" in welcome["text"]
    assert f'data-miniprogram-appid="{MP.appid}"' in welcome["text"]

    assert texts.JOIN_PAGE in wechat.say(user, "积分")["reply"]

    member = join(shop, user)
    assert "可用积分：100" in wechat.say(user, "积分")["reply"]
    assert "获得 5 积分，当前积分 105" in wechat.say(user, "签到")["reply"]
    assert wechat.say(user, "签到")["reply"] == "今天已经签到过了"
    assert member.card_no[-4:] in wechat.say(user, "会员卡")["reply"]
    assert wechat.say(user, "]]></Content>")["reply"].startswith(texts.UNKNOWN_TO_THE_ROBOT)

    wechat.unfollow(user)
    with shop.sessions.read() as session:
        assert identities.official_account_identity(session, member.id) is None

    clock.move(timedelta(minutes=1))  # events of one second are told apart by what they are, and this is the same
    wechat.follow(user)
    assert "欢迎回来" in wechat.messages(user, "text")[-1]["text"]


def test_the_word_on_a_template_message_is_taken(shop, wechat):
    user = wechat.new_user()
    wechat.follow(user)
    shop.official_account.send_template(user.oa_openid, TEMPLATE, {"thing1": "积分到账"}, client_msg_id="m-1")
    wechat.wait_until_quiet()
    assert [push["outcome"] for push in wechat.get("pushes")["items"]] == ["answered", "answered"]
    with shop.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(Receipt)) == 2


def test_a_message_that_wechat_showed_or_did_not_is_known_by_its_word(shop, wechat, clock):
    """The word may come before our own note of the message, for WeChat pushes while its answer is still on its way."""
    user = wechat.new_user()
    wechat.follow(user)
    member = join(shop, user)
    clock.move(timedelta(minutes=2))  # the follow opened the chat for a minute
    shop.template_ids["points_earned"] = TEMPLATE
    wechat.register_templates(messaging.console_templates(shop.template_ids))
    messaging.deliver_due(shop)  # what joining brings
    for order, status in enumerate(("shown", "unreachable")):
        with shop.sessions.write.begin() as session:
            earned = PointsEarned(member.id, 5, 105, "purchase", str(order), clock.now())
            messaging.tell_points_earned(session, earned)
        assert messaging.deliver_due(shop)  # sent, or already known not to have been shown
        wechat.wait_until_quiet()
        with shop.sessions.read() as session:
            by_template = select(Delivery.status).where(Delivery.channel == messaging.TEMPLATE_MESSAGES)
            assert session.scalars(by_template.order_by(Delivery.message_id.desc())).first() == status
        wechat.fault("cgi-bin/message/template/send", finish="failed:user block")


def test_a_shop_that_was_away_has_missed_a_message_and_takes_the_next(shop, wechat):
    user = wechat.new_user()
    home = wechat.get("apps")["items"][0]["callback_url"]
    wechat.push_to("http://127.0.0.1:9/wechat/oa")
    assert wechat.follow(user)["outcome"] == "no-answer"
    wechat.push_to(home)
    assert texts.JOIN_PAGE in wechat.say(user, "积分")["reply"]
    with shop.sessions.read() as session:
        assert [one.openid for one in members.followers_without_unionid(session, limit=9)] == [user.oa_openid]


@pytest.mark.slow
def test_wechat_need_not_repeat_a_follow_while_its_own_api_is_slow(shop, wechat):
    user = wechat.new_user()
    wechat.fault("cgi-bin/user/info", delay_ms=4500)
    assert wechat.follow(user) | {"reply": ""} == {"outcome": "answered", "tries": 1, "reply": ""}
    assert "欢迎关注百汇" in wechat.messages(user, "text")[-1]["text"]


def test_codes_of_the_store_bring_followers_and_members_and_are_counted(shop, wechat, clock):
    with shop.sessions.write.begin() as session:
        scene = make_scene(session, label="春日市集")
    shop.official_account.codes.create(scene.code)
    (code,) = [one["scene"] for one in wechat.get("codes")["items"]]
    newcomer, follower = wechat.new_user(), wechat.new_user()
    wechat.follow(follower)

    assert wechat.scan(newcomer, code)["reply"].startswith("欢迎参加春日市集！")
    assert wechat.scan(follower, code)["reply"].startswith("欢迎参加春日市集！")
    clock.move(timedelta(minutes=1))
    wechat.scan(follower, code)
    join(shop, newcomer)
    wechat.unfollow(newcomer)

    with shop.sessions.read() as session:
        assert figures(session) == {"scans": 3, "people": 2, "follows": 1, "unfollows": 1, "joins": 1}
