import pytest

from backend import answers, conversations
from backend.oa import texts
from backend.oa.chatting import answered
from backend.oa.heard import Heard
from backend.oa.replies import Links
from backend.wechat import Article, Picture
from tests.factories.answers import make_list
from tests.factories.books import change_book
from tests.factories.media import make_picture
from tests.factories.members import make_follower
from tests.support.clocks import MORNING
from tests.support.pictures import MemoryStorage
from tests.support.runtimes import OA

LINKS = Links("wx0000000000000b0b", "https://shop.example")


@pytest.fixture
def says(session):
    """What is answered to a follower."""
    identity = make_follower(session)
    session.flush()

    def say(words, kind="text"):
        said = answered(session, Heard(identity.id, kind, words, MORNING, MORNING, LINKS, OA.appid))
        session.flush()
        return said

    return say


def publish(session, *entries):
    change_book(session, "answers", answers=list(entries))


def test_words_of_the_official_account_itself_are_kept_out_of_the_book():
    own = {texts.CARD, texts.POINTS, texts.COUPONS, texts.CHECK_IN, texts.EXCHANGE, texts.EVENTS, texts.PEOPLE}
    assert own == answers.RESERVED


def test_a_text_with_a_way_into_the_mini_program(session, says):
    answer = {"kind": "text", "text": "每小时 10 元", "page": "pages/card/index", "link": "打开会员卡"}
    publish(session, {"name": "parking", "words": ["停车"], "keys": ["PARKING"], "answer": answer})
    expected = f"每小时 10 元\n{LINKS.to('pages/card/index', '打开会员卡')}"
    assert says("停车！") == says("PARKING", "CLICK") == says("停车", "CLICK") == expected


def test_a_picture_is_its_text_until_wechat_has_it(session, says):
    picture = make_picture(session, MemoryStorage())
    shown = {"kind": "picture", "picture": picture.hash, "text": "1 楼化妆品"}
    publish(session, {"name": "floors", "words": ["楼层"], "answer": shown})
    assert says("楼层") == "1 楼化妆品"
    answers.note_upload(session, OA.appid, picture.hash, media_id="M-1", now=MORNING)
    session.flush()
    assert says("楼层") == Picture("M-1")


def test_an_article_shows_a_picture_of_ours_or_of_the_web(session, says):
    ours, theirs = make_picture(session, MemoryStorage()), "https://cdn.example/a.jpg"
    article = {"kind": "article", "title": "周年庆", "url": "https://shop.example/a"}
    publish(
        session,
        {"name": "one", "words": ["周年庆"], "answer": {**article, "picture": ours.hash}},
        {"name": "two", "contains": ["庆典"], "answer": {**article, "picture": theirs, "description": "五折起"}},
    )
    url = "https://shop.example/a"
    assert says("周年庆") == Article("周年庆", "", f"https://shop.example{ours.path(1080)}", url)
    assert says("今年的庆典是哪天") == Article("周年庆", "五折起", theirs, url)


def test_the_list_answers_what_the_book_does_not(session, says):
    make_list(session)
    assert says("你们停车收费吗，一小时多少钱").startswith("地下停车场每小时 10 元")
    assert texts.POINTS_PAGE in says("我的积分什么时候过期")
    assert conversations.waiting(session) == 0


def test_what_neither_knows_is_for_people_and_is_learned_from(session, says):
    make_list(session)
    assert says("昨天试衣间的灯坏了").startswith(texts.UNKNOWN_TO_THE_ROBOT)
    assert conversations.waiting(session) == 1
    assert [one.text for one in answers.unanswered(session, limit=9)] == ["昨天试衣间的灯坏了"]


def test_what_is_about_nothing_gets_help_and_calls_nobody(session, says):
    assert says("😀") == says("请问") == texts.HELP
    assert conversations.waiting(session) == 0
