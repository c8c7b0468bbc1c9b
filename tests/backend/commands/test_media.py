import pytest

from backend.kit.db import run
from tests.factories.operators import make_operator
from tests.support.pictures import picture_file

WHO = ("--by", "anna")


@pytest.fixture(autouse=True)
def _anna(runtime):
    run(runtime.sessions.write, lambda session: make_operator(session, login="anna"))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "cup.bin"
    path.write_bytes(picture_file(20, 10))
    return path


def test_added_listed_served_and_deleted(answer, flask, client, file):
    made = answer("media", "add", file, *WHO)
    assert (made["measures"], made["by"]) == ("20 x 10", "anna")
    assert answer("media", "add", file, *WHO) == made
    assert [client.get(made[width]).status_code for width in ("160", "480", "1080")] == [200] * 3
    (listed,) = answer("media", "list")
    assert (listed["hash"], listed["uses"]) == (made["hash"], 0)
    assert answer("media", "list", "--before", made["id"]) == []
    assert flask("media", "delete", made["hash"]).stdout == f"{made['hash']} is deleted.\n"
    assert flask("media", "list").stdout == "There are no such pictures.\n"
    again = flask("media", "delete", made["hash"])
    assert again.exit_code == 1
    assert "(media.picture-unknown)" in again.stderr


def test_what_is_no_picture_and_who_is_no_operator(flask, tmp_path, file):
    text = tmp_path / "cup.jpg"
    text.write_text("kein Bild")
    refused = flask("media", "add", text, *WHO)
    assert refused.exit_code == 1
    assert "(media.not-a-picture)" in refused.stderr
    assert "(operators.unknown)" in flask("media", "add", file, "--by", "nobody").stderr
    assert flask("media", "add", tmp_path / "none", *WHO).exit_code == 2
