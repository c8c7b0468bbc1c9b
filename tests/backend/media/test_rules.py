import pytest

from backend.kit.richtext import sanitised
from backend.media.models import Picture
from backend.media.rules import MEDIA_TYPES, WIDTHS, is_anothers, is_name, name

HASH = "0123456789abcdef" * 4


def test_every_copy_has_a_name_that_is_one():
    for width in WIDTHS:
        for extension in MEDIA_TYPES:
            assert is_name(*name(HASH, width, extension).split("/"))


@pytest.mark.parametrize(
    ("folder", "file"),
    [
        (HASH, "161.jpg"),
        (HASH, "160.webp"),
        (HASH, "160.jpg.part"),
        (HASH, "160.jpg\n"),
        (HASH, ""),
        (HASH.upper(), "160.jpg"),
        (HASH[1:], "160.jpg"),
        ("..", "160.jpg"),
        ("", "160.jpg"),
    ],
)
def test_what_is_no_name(folder, file):
    assert not is_name(folder, file)


def test_texts_may_show_what_is_served():
    for extension in MEDIA_TYPES:
        for width in WIDTHS:
            html = f'<img src="{Picture(hash=HASH, extension=extension).path(width)}">'
            assert sanitised(html) == html


@pytest.mark.parametrize(
    ("known", "unknown", "verdict"), [(0, 20, False), (0, 21, True), (21, 21, False), (9, 99, True)]
)
def test_a_storage_that_is_mostly_unknown_is_anothers(known, unknown, verdict):
    assert is_anothers(known=known, unknown=unknown) is verdict
