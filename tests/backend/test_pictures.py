import pytest

from backend.kit.db import run
from tests.factories.media import make_picture
from tests.support.pictures import shown


@pytest.fixture
def picture(runtime):
    return run(runtime.sessions.write, lambda session: make_picture(session, runtime.media))


def test_every_copy_is_served_to_anybody_and_kept_for_ever(client, picture):
    for width in (160, 480, 1080):
        reply = client.get(picture.path(width))
        assert (reply.status_code, reply.mimetype) == (200, "image/jpeg")
        assert reply.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert shown(reply.data).size == (8, 6)


def test_who_has_it_is_told_so(client, picture):
    etag = client.get(picture.path(160)).headers["ETag"]
    again = client.get(picture.path(160), headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")
    assert client.head(picture.path(160)).status_code == 200


def test_what_there_is_not(client, picture):
    for path in (
        f"/media/{picture.hash}/160.png",
        f"/media/{picture.hash}/161.jpg",
        f"/media/{picture.hash}/160.jpg.part",
        f"/media/{'f' * 64}/160.jpg",
        "/media/../160.jpg",
        "/media/%2e%2e/160.jpg",
    ):
        assert client.get(path).status_code == 404
    reply = client.get(f"/media/{'f' * 64}/160.jpg")
    assert (reply.mimetype, reply.json["code"]) == ("application/problem+json", "media.picture-unknown")
    assert "Cache-Control" not in reply.headers
