import pytest

from backend import media
from tests.factories.media import make_picture
from tests.support.pictures import MemoryStorage


@pytest.fixture
def storage():
    return MemoryStorage()


def test_newest_first_with_their_uses(session, storage):
    made = [make_picture(session, storage, colour=colour) for colour in ("red", "green", "blue")]
    media.use(session, {made[0].hash, made[1].hash}, kind="item", user_id=1)
    media.use(session, {made[0].hash}, kind="item", user_id=2)
    found = media.pictures(session, limit=2)
    assert [(one.picture.id, one.uses) for one in found] == [(made[2].id, 0), (made[1].id, 1)]
    assert [(one.picture.id, one.uses) for one in media.pictures(session, before_id=made[1].id, limit=2)] == [
        (made[0].id, 2)
    ]


def test_one_by_its_hash(session, storage):
    made = make_picture(session, storage)
    assert media.picture(session, made.hash) is made
    with pytest.raises(media.PictureUnknown):
        media.picture(session, made.hash.upper())
