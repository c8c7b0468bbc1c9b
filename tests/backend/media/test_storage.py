import pytest

from backend.media.storage import LocalFolder
from tests.support.pictures import MemoryStorage

ONE, OTHER = "a" * 64, "b" * 64


@pytest.fixture(params=["folder", "memory"])
def storage(request, tmp_path):
    """What tests use instead of a folder keeps the same promises."""
    return LocalFolder(tmp_path / "media") if request.param == "folder" else MemoryStorage()


def test_nothing_is_there_at_first(storage):
    assert storage.read(f"{ONE}/160.jpg") is None
    assert list(storage.folders()) == []
    storage.remove(ONE)


def test_what_is_written_is_read_over_what_was_there(storage):
    for data in (b"1", b"22"):
        storage.write(f"{ONE}/160.jpg", data)
        assert storage.read(f"{ONE}/160.jpg") == data
    assert storage.read(f"{ONE}/480.jpg") is None
    assert storage.read(f"{ONE}/160.jpg/x") is None


def test_a_hash_goes_with_all_of_its_files(storage):
    for name in (f"{ONE}/160.jpg", f"{ONE}/480.jpg", f"{OTHER}/160.jpg"):
        storage.write(name, b"1")
    assert sorted(storage.folders()) == [ONE, OTHER]
    storage.remove(ONE)
    assert list(storage.folders()) == [OTHER]
    assert storage.read(f"{ONE}/160.jpg") is None


def test_a_folder_shows_no_half_file_and_nothing_that_is_not_its_own(tmp_path):
    folder = LocalFolder(tmp_path)
    (tmp_path / "lost+found").mkdir()
    folder.write(f"{ONE}/160.jpg", b"1")
    assert [path.name for path in (tmp_path / ONE).iterdir()] == ["160.jpg"]
    assert list(folder.folders()) == [ONE]
