import pytest

from backend import media
from tests.factories.media import make_picture
from tests.support.clocks import MORNING
from tests.support.pictures import MemoryStorage, picture_file


@pytest.fixture
def storage():
    return MemoryStorage()


@pytest.fixture
def picture(session, storage):
    return make_picture(session, storage)


def names(picture):
    return {f"{picture.hash}/{width}.jpg" for width in media.WIDTHS}


def test_a_picture_and_its_files(session, storage, picture):
    assert set(storage.files) == names(picture)
    assert (picture.width, picture.height, picture.added_by, picture.added_at) == (8, 6, "anna", MORNING)
    assert picture.path(480) == f"/media/{picture.hash}/480.jpg"


def test_the_same_file_is_the_same_picture(session, storage, picture):
    before = dict(storage.files)
    again, created = media.add(session, storage, media.prepared(picture_file()), by="bert", now=MORNING)
    assert (again.id, again.added_by, created) == (picture.id, "anna", False)
    assert storage.files == before


def test_lost_files_come_back_with_it(session, storage, picture):
    before = dict(storage.files)
    del storage.files[f"{picture.hash}/480.jpg"]
    make_picture(session, storage)
    assert storage.files == before


def test_what_is_shown_is_not_deleted(session, storage, picture):
    media.use(session, {picture.hash}, kind="item", user_id=1)
    media.use(session, {picture.hash}, kind="event", user_id=1)
    with pytest.raises(media.PictureInUse) as refused:
        media.delete(session, picture.hash)
    assert refused.value.detail == "图片正在被 2 处使用，不能删除"
    for kind in ("item", "event"):
        media.use(session, set(), kind=kind, user_id=1)
    media.delete(session, picture.hash)
    assert media.pictures(session, limit=9) == []


def test_its_files_are_left_until_that_is_certain(session, storage, picture):
    media.delete(session, picture.hash)
    assert set(storage.files) == names(picture)
    with pytest.raises(media.PictureUnknown):
        media.delete(session, picture.hash)


def test_a_thing_shows_what_it_said_last(session, storage):
    red, green, blue = (make_picture(session, storage, colour=colour) for colour in ("red", "green", "blue"))
    for shown in ({red.hash, green.hash}, {green.hash, blue.hash}, {green.hash, blue.hash}):
        media.use(session, shown, kind="item", user_id=1)
    assert [one.uses for one in media.pictures(session, limit=9)] == [1, 1, 0]


def test_nothing_shows_what_there_is_not(session, storage, picture):
    with pytest.raises(media.PictureUnknown):
        media.use(session, {picture.hash, "f" * 64}, kind="item", user_id=1)
    assert media.pictures(session, limit=9)[0].uses == 0
