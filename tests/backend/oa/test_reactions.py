import pytest
from sqlalchemy import select

from backend import conversations, members, scenes, stores
from backend.members import Identity
from backend.oa import texts
from backend.oa.reactions import Pushed, expects_words, is_new_follower, react
from backend.oa.replies import Links
from backend.wechat import Event, TextMessage, Unknown
from tests.factories.members import make_follower, make_member
from tests.factories.scenes import figures, make_scene
from tests.factories.stores import make_store
from tests.support import identities
from tests.support.clocks import MORNING
from tests.support.runtimes import OA

LINKS = Links("wx0000000000000b0b", "https://shop.example")
OPENID = "o-1"


def pushed(message, unionid=None):
    return Pushed(message, OA.appid, MORNING, LINKS, unionid)


def common(openid):
    return {"from_user": openid, "to_user": "gh_1", "created_at": MORNING, "msg_id": "1"}


def said(words, openid=OPENID):
    return pushed(TextMessage(**common(openid), text=words))


def happened(kind, *, openid=OPENID, unionid=None, key=""):
    return pushed(Event(**common(openid), kind=kind, key=key), unionid)


def identity(session):
    return session.scalar(select(Identity).where(Identity.openid == OPENID))


@pytest.fixture
def member(session):
    """A member who follows the official account as OPENID."""
    member = make_member(session, unionid="u-1")
    members.follow(session, appid=OA.appid, openid=OPENID, unionid="u-1", now=MORNING)
    return member


class TestFollow:
    def test_newcomer_is_welcomed_and_invited(self, session):
        text = react(session, happened("subscribe"))
        assert "欢迎关注" in text
        assert texts.JOIN_PAGE in text
        assert identity(session).follows
        assert identity(session).kind == members.OFFICIAL_ACCOUNT

    def test_member_known_by_unionid_is_welcomed_back(self, session):
        member = make_member(session, unionid="u-1")
        text = react(session, happened("subscribe", unionid="u-1"))
        assert "欢迎回来" in text
        assert texts.CARD_PAGE in text
        assert identity(session).member_id == member.id

    def test_by_a_code_that_nobody_made(self, session):
        assert "欢迎关注" in react(session, happened("subscribe", key="qrscene_s1"))

    @pytest.mark.parametrize("kind", scenes.KINDS)
    def test_by_a_scene_is_greeted_by_its_kind_and_counted(self, session, kind):
        make_store(session, code="HQ")
        scene = make_scene(session, kind="event")
        scene.kind, scene.store_id = kind, stores.store_by_code(session, "HQ").id
        text = react(session, happened("subscribe", key=f"qrscene_{scene.code}"))
        assert text.startswith(texts.GREETINGS[kind].format(label=scene.label))
        assert texts.JOIN_PAGE in text
        assert figures(session)["follows"] == 1

    def test_by_a_scene_with_words_of_its_own(self, session, member):
        scene = make_scene(session, greeting="今日到店有礼！")
        text = react(session, happened("subscribe", key=f"qrscene_{scene.code}", unionid="u-1"))
        assert text.startswith("今日到店有礼！\n")
        assert texts.CARD_PAGE in text

    def test_again_after_leaving(self, session, member):
        react(session, happened("unsubscribe"))
        assert "欢迎回来" in react(session, happened("subscribe"))
        assert identity(session).follows

    def test_is_told_from_other_messages(self):
        assert is_new_follower(happened("subscribe").message)
        assert not is_new_follower(happened("unsubscribe").message)
        assert not is_new_follower(said("subscribe").message)


class TestScan:
    def test_of_a_follower_is_greeted_and_counted(self, session, member):
        scene = make_scene(session)
        text = react(session, happened("SCAN", key=scene.code))
        assert text.startswith("欢迎参加春日市集！")
        assert texts.CARD_PAGE in text
        assert figures(session) == {"scans": 1, "people": 1, "follows": 0, "unfollows": 0, "joins": 0}

    def test_of_one_whom_we_missed_makes_a_follower(self, session):
        react(session, happened("SCAN", key=make_scene(session).code))
        assert identity(session).follows

    def test_of_a_code_that_nobody_made(self, session, member):
        assert react(session, happened("SCAN", key="store-7")) is None

    def test_unfollow_is_taken_off(self, session):
        react(session, happened("subscribe", key=f"qrscene_{make_scene(session).code}"))
        react(session, happened("unsubscribe"))
        assert figures(session)["unfollows"] == 1


class TestUnfollow:
    def test_says_nothing_and_stops_messages(self, session, member):
        assert react(session, happened("unsubscribe")) is None
        assert identities.official_account_identity(session, member.id) is None

    def test_of_somebody_never_seen(self, session):
        assert react(session, happened("unsubscribe")) is None
        assert identity(session) is None


class TestWords:
    @pytest.mark.parametrize("words", [texts.CARD, texts.POINTS, texts.CHECK_IN])
    def test_who_has_not_joined_is_invited(self, session, words):
        make_follower(session)
        text = react(session, said(words))
        assert text.startswith("您还不是百汇会员")
        assert texts.JOIN_PAGE in text

    def test_who_is_barred_is_refused(self, session, member):
        member.status = members.BLOCKED
        session.flush()
        assert react(session, said(texts.POINTS)) == members.Blocked.message

    def test_of_a_member(self, session, member):
        assert "会员卡号" in react(session, said(texts.CARD))
        assert "可用积分：100" in react(session, said(texts.POINTS))
        assert "签到成功" in react(session, said(texts.CHECK_IN))

    def test_pressed_in_the_menu(self, session, member):
        assert "可用积分：100" in react(session, happened("CLICK", key=texts.POINTS))

    @pytest.mark.parametrize("words", ["你好", "", "帮助"])
    def test_what_asks_for_help(self, session, words):
        assert react(session, said(words)) == texts.HELP

    def test_who_writes_follows(self, session):
        """Followers from before our time, or whose push was lost, can be sent messages from their first word on."""
        react(session, said(texts.POINTS))
        assert identity(session).follows


class TestTheRest:
    @pytest.mark.parametrize("kind", ["image", "voice", "video", "shortvideo", "location", "link"])
    def test_what_people_send_gets_help(self, session, kind):
        message = Unknown(**common(OPENID), kind=kind)
        assert react(session, pushed(message)) == texts.HELP
        assert expects_words(message)

    def test_what_is_not_known_gets_nothing(self, session):
        message = Unknown(**common(OPENID), kind="hologram")
        assert react(session, pushed(message)) is None
        assert not expects_words(message)

    @pytest.mark.parametrize("kind", ["SCAN", "VIEW", "LOCATION", "TEMPLATESENDJOBFINISH", "subscribe_msg_sent_event"])
    def test_events_that_nobody_waits_for(self, session, kind):
        assert react(session, happened(kind)) is None
        assert not expects_words(happened(kind).message)

    def test_a_follow_and_a_scan_open_the_chat_for_a_minute(self, session):
        react(session, happened("subscribe"))
        follower = identity(session)
        assert conversations.service_window(session, follower.id, now=MORNING).left == 3
        session.flush()
        react(session, happened("SCAN", key="s1"))
        session.flush()
        log = [(one.sender, one.kind) for one in conversations.said_with(session, [follower.id], limit=9)]
        assert log == [("follower", "SCAN"), ("robot", "text"), ("follower", "subscribe")]

    def test_what_is_looked_at_opens_nothing(self, session, member):
        react(session, happened("VIEW", key="https://shop.example"))
        assert conversations.service_window(session, identity(session).id, now=MORNING).left == 0

    def test_who_waits_for_words(self):
        assert expects_words(said("你好").message)
        assert expects_words(happened("CLICK").message)
