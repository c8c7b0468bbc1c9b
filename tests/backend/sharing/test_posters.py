from io import BytesIO

import pytest
import segno
from PIL import Image

from backend.sharing.posters import INNER, WIDTH, Poster, _width, draw, wrapped


def code():
    drawn = BytesIO()
    segno.make_qr("pages/share/open?scene=A").save(drawn, kind="png", scale=4)
    return drawn.getvalue()


def picture():
    drawn = BytesIO()
    Image.new("RGB", (300, 900), "#d8c3a5").save(drawn, "JPEG")
    return drawn.getvalue()


def opened(poster):
    image = Image.open(BytesIO(draw(poster)))
    image.load()
    return image


def test_a_poster_is_a_png_as_wide_as_the_page_and_higher_with_a_picture():
    plain = opened(Poster("邀请你成为会员", "入会有礼", "王*", code()))
    pictured = opened(Poster("邀请你成为会员", "入会有礼", "王*", code(), picture()))
    assert (plain.format, plain.width, pictured.width) == ("PNG", WIDTH, WIDTH)
    assert pictured.height > plain.height
    assert pictured.getpixel((375, 200)) != (255, 255, 255)


def test_the_words_are_drawn():
    blank, words = (opened(Poster(title, "入会有礼", "王*", code())) for title in ("", "邀请你成为会员"))
    assert words.height > blank.height  # a line more
    ink = sum(words.crop((48, 48, 702, 106)).convert("L").histogram()[:64])
    assert ink > 1_000


@pytest.mark.parametrize("broken", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"0" * 30])
def test_a_broken_picture_or_code_is_left_out(broken):
    assert opened(Poster("标题", "说明", "王*", broken, broken)).width == WIDTH


@pytest.mark.parametrize(
    "text", ["", "短", "很长的标题" * 40, "long-latin-word" * 30, "🎁" * 50, "喆龘𠮷", "a\nb\tc\x00d", " " * 300]
)
def test_no_text_breaks_the_margins_or_the_drawing(text):
    lines = wrapped(text, 42, INNER, 2)
    assert len(lines) <= 2
    assert all(_width(line, 42) <= INNER for line in lines)
    assert opened(Poster(text, text, text, code())).width == WIDTH


def test_what_does_not_fit_ends_in_an_ellipsis():
    assert wrapped("很长的标题" * 40, 42, INNER, 2)[-1].endswith("…")
    assert wrapped("短", 42, INNER, 2) == ["短"]


def test_letters_without_a_sign_are_told_and_pictures_left_out():
    assert wrapped("龘喆🎁好", 42, INNER, 1) == ["〓喆好"]


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("Hermès Lancôme", "Hermès Lancôme"),
        ("Herme\u0300s", "Hermès"),
        ("Škoda Łódź", "Skoda 〓ódz"),
        ("咖啡 ☕ ＆ 面包", "咖啡 ＆ 面包"),
        ("🎂", None),
    ],
)
def test_foreign_letters_are_drawn_or_lose_their_marks(text, drawn):
    assert wrapped(text, 42, INNER, 1) == ([drawn] if drawn else [])


def test_a_name_of_pictures_is_a_member():
    nameless, member = (draw(Poster("标题", "说明", name, code())) for name in ("😀*", "会员"))
    assert nameless == member
