from backend.answers import address_of, media_id_of, note_upload, to_upload
from tests.factories.books import change_book
from tests.factories.media import make_picture
from tests.support.clocks import MORNING
from tests.support.pictures import MemoryStorage
from tests.support.runtimes import OA


def test_pictures_of_the_book_in_force_are_uploaded_once_an_account(session):
    picture = make_picture(session, MemoryStorage())
    make_picture(session, MemoryStorage(), colour="green")
    shown = {"kind": "picture", "picture": picture.hash, "text": "楼层图"}
    change_book(session, "answers", answers=[{"name": "floors", "words": ["楼层"], "answer": shown}])
    assert [one.hash for one in to_upload(session, OA.appid, now=MORNING)] == [picture.hash]
    assert media_id_of(session, OA.appid, picture.hash) is None
    for media_id in ("M-1", "M-2"):
        note_upload(session, OA.appid, picture.hash, media_id=media_id, now=MORNING)
    session.flush()
    assert to_upload(session, OA.appid, now=MORNING) == []
    assert media_id_of(session, OA.appid, picture.hash) == "M-1"
    assert len(to_upload(session, "wx-other", now=MORNING)) == 1


def test_a_picture_is_served_below_the_shop_s_address(session):
    picture = make_picture(session, MemoryStorage())
    assert address_of(session, picture.hash) == picture.path(1080)
