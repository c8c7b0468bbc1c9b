import pytest

from backend import media
from tests.factories.media import make_picture
from tests.support.clocks import MORNING
from tests.support.pictures import MemoryStorage


@pytest.fixture
def storage():
    return MemoryStorage()


def test_only_what_is_no_picture_is_swept(session, storage):
    kept, gone = (make_picture(session, storage, colour=colour) for colour in ("red", "green"))
    media.delete(session, gone.hash)
    session.flush()
    assert media.strays(session, storage) == [gone.hash]
    assert [media.sweep(session, storage, one.hash, now=MORNING) for one in (kept, gone)] == [False, True]
    session.flush()
    assert list(storage.folders()) == [kept.hash]
    assert [one.picture.id for one in media.pictures(session, limit=9)] == [kept.id]


def test_the_same_picture_may_come_again(session, storage):
    first = make_picture(session, storage)
    media.delete(session, first.hash)
    session.flush()
    media.sweep(session, storage, first.hash, now=MORNING)
    session.flush()
    assert make_picture(session, storage).hash == first.hash
    assert media.strays(session, storage) == []


def test_the_folder_of_another_store_is_left_alone(session, storage):
    for number in range(21):
        storage.write(f"{number:064x}/160.jpg", b"1")
    with pytest.raises(media.FolderNotOurs, match="21 of 21"):
        media.strays(session, storage)
