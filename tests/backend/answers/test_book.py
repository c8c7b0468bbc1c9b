import pytest

from backend import answers, media
from backend.answers import BookRefused, checked, draft_book, live_book
from tests.factories.books import change_book
from tests.factories.media import make_picture
from tests.support.clocks import MORNING
from tests.support.pictures import MemoryStorage

TEXT = {"kind": "text", "text": "每小时 10 元"}


def entry(name="parking", answer=TEXT, **parts):
    return {"name": name, "answer": answer, **parts}


def book(*entries):
    return checked({"answers": list(entries)})


def found(known, words, *, is_key=False):
    one = known.answer_to(words if is_key else answers.plain(words), is_key=is_key)
    return one.name if one else None


def test_exact_words_come_before_those_contained():
    known = book(entry("any", contains=["停车"]), entry("fee", words=["停车费"], keys=["PARKING"]))
    assert [found(known, words) for words in ("停车费", " 停车费！", "哪里停车", "楼层")] == ["fee", "fee", "any", None]
    assert found(known, "PARKING", is_key=True) == "fee"
    assert found(known, "停车", is_key=True) is None


def test_the_first_that_is_contained_answers():
    known = book(entry("one", contains=["停车"]), entry("two", contains=["停车场"]))
    assert found(known, "停车场在哪") == "one"


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ([entry(words=["积分"])], "积分 由系统自动回复"),
        ([entry(words=["停车"]), entry("other", words=["停车！"])], "停车 重复"),
        ([entry(), entry()], "parking 重复"),
        ([entry("Parking")], "格式不符"),
        ([entry(answer={"kind": "video"})], "kind 须为"),
        ([entry(answer={**TEXT, "page": "pages/x"})], "page 与 link 须同时填写"),
        ([entry(answer={"kind": "picture", "picture": "x", "text": "图"})], "格式不符"),
        ([entry(answer={"kind": "article", "title": "a", "picture": "ftp://x", "url": "https://x"})], "格式不符"),
    ],
)
def test_what_is_wrong_is_told(entries, why):
    with pytest.raises(BookRefused) as refused:
        book(*entries)
    assert why in refused.value.detail


def test_a_new_store_has_no_answers_and_what_is_published_is_in_force(session):
    assert live_book(session, now=MORNING).answers == ()
    change_book(session, "answers", answers=[entry(words=["停车"])])
    assert found(live_book(session, now=MORNING), "停车") == "parking"


def test_pictures_of_a_book_are_kept_from_being_deleted(session):
    picture = make_picture(session, MemoryStorage())
    shown = {"kind": "picture", "picture": picture.hash, "text": "楼层图"}
    draft_book(session, {"answers": [entry(answer=shown)]}, based_on=1, by="anna", note="试", now=MORNING)
    with pytest.raises(media.PictureInUse):
        media.delete(session, picture.hash)


def test_a_picture_that_is_not_there_is_refused(session):
    shown = {"kind": "picture", "picture": "ab" * 32, "text": "楼层图"}
    with pytest.raises(media.PictureUnknown):
        draft_book(session, {"answers": [entry(answer=shown)]}, based_on=1, by="anna", note="试", now=MORNING)
