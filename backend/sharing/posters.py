"""The poster of a share: a picture to keep or send on, with the thing, who shares it and the code that leads to it."""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import Final
from unicodedata import category, normalize

from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError

WIDTH: Final = 750  # as wide as WeChat's design pages
MARGIN: Final = 48
INNER: Final = WIDTH - 2 * MARGIN
PICTURE_HEIGHT: Final = 560
CODE: Final = 200
TITLE_SIZE, LINE_SIZE, SMALL_SIZE = 42, 28, 24
TITLE_LINES, LINE_LINES = 2, 2
PAPER, INK, GREY, RED, LINE = "#ffffff", "#222222", "#777777", "#b4232a", "#eeeeee"
FONT: Final = "fonts/NotoSansSC-subset.otf"
MISSING: Final = "〓"  # as printers put it where they had no sort
ELLIPSIS: Final = "…"
NAMELESS: Final = "会员"
RADIUS: Final = 16


@dataclass(frozen=True)
class Poster:
    """What stands on a poster. `sharer` is a masked name, `code` a PNG or JPEG; `picture` may be none, or broken."""

    title: str
    line: str
    sharer: str
    code: bytes
    picture: bytes | None = None


def draw(poster: Poster) -> bytes:
    """The poster as a PNG, 750 px wide. Letters that the font lacks are 〓; too long texts end in an ellipsis."""
    picture = _opened(poster.picture)
    title = wrapped(poster.title, TITLE_SIZE, INNER, TITLE_LINES)
    line = wrapped(poster.line, LINE_SIZE, INNER, LINE_LINES)
    top = PICTURE_HEIGHT if picture else 0
    height = top + MARGIN + len(title) * 58 + 12 + len(line) * 42 + 36 + CODE + 2 * MARGIN
    sheet = Image.new("RGB", (WIDTH, height), PAPER)
    pen = ImageDraw.Draw(sheet)
    if picture:
        sheet.paste(ImageOps.fit(picture, (WIDTH, PICTURE_HEIGHT)), (0, 0))
    else:
        pen.rectangle((0, 0, WIDTH, 12), fill=RED)
    y = _texts(pen, title, size=TITLE_SIZE, step=58, y=top + MARGIN, ink=INK)
    y = _texts(pen, line, size=LINE_SIZE, step=42, y=y + 12, ink=GREY)
    _foot(sheet, pen, poster, y + 36)
    return _png(sheet)


def wrapped(text: str, size: int, width: int, most: int) -> list[str]:
    """A text in lines no wider than `width` px, at most so many; what does not fit ends in an ellipsis."""
    rest = _drawable(text)
    lines: list[str] = []
    while rest and len(lines) < most:
        fits = _fitting(rest, size, width)
        lines.append(rest[:fits].rstrip())
        rest = rest[fits:].lstrip()
    if rest and lines:
        last = lines[-1]
        lines[-1] = last[: _fitting(last, size, width - _width(ELLIPSIS, size))] + ELLIPSIS
    return lines


def _foot(sheet: Image.Image, pen: ImageDraw.ImageDraw, poster: Poster, y: int) -> None:
    pen.line((MARGIN, y, WIDTH - MARGIN, y), fill=LINE, width=2)
    y += MARGIN
    code = _opened(poster.code)
    if code is not None:
        sheet.paste(code.resize((CODE, CODE)), (WIDTH - MARGIN - CODE, y))
    beside = INNER - CODE - 24
    name = _drawable(poster.sharer)
    known = name.strip("* ")  # of a name of pictures the star alone is left
    [who] = wrapped(f"{name if known else NAMELESS} 邀请你看看", LINE_SIZE, beside, 1)
    pen.text((MARGIN, y + 52), who, font=_font(LINE_SIZE), fill=INK)
    pen.text((MARGIN, y + 104), "长按或扫码，在微信里打开", font=_font(SMALL_SIZE), fill=GREY)


def _texts(pen: ImageDraw.ImageDraw, lines: list[str], *, size: int, step: int, y: int, ink: str) -> int:
    for line in lines:
        pen.text((MARGIN, y), line, font=_font(size), fill=ink)
        y += step
    return y


def _fitting(text: str, size: int, width: int) -> int:
    """How many signs of a text fit; one at least, else a text would never end."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _width(text[:middle], size) <= width else (low, middle - 1)
    return low


def _width(text: str, size: int) -> int:
    return int(_font(size).getlength(text))


def _drawable(text: str) -> str:
    """The text on one line, with 〓 for letters that the font cannot draw, and without pictures that it lacks."""
    drawn = "".join(sign if sign in _signs() else _instead(sign) for sign in normalize("NFC", " ".join(text.split())))
    return " ".join(drawn.split())  # a picture between blanks leaves one


def _instead(sign: str) -> str:
    """The letter without what stands above or below it, where the font has that."""
    plain = normalize("NFKD", sign)[0]
    if plain in _signs():
        return plain
    return MISSING if category(sign).startswith("L") else ""


def _opened(data: bytes | None) -> Image.Image | None:
    """A picture, None where there is none or what is there is no picture: the poster does without."""
    if data is None:
        return None
    try:
        return Image.open(BytesIO(data)).convert("RGB")
    except (UnidentifiedImageError, OSError):
        return None


def _png(sheet: Image.Image) -> bytes:
    drawn = BytesIO()
    sheet.save(drawn, "PNG", optimize=True)
    return drawn.getvalue()


@lru_cache(maxsize=4)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(BytesIO(files("backend.sharing").joinpath(FONT).read_bytes()), size)


@lru_cache(maxsize=1)
def _signs() -> frozenset[str]:
    """The signs that the font has, as the list beside it says: the library does not tell."""
    return frozenset(files("backend.sharing").joinpath("fonts/signs.txt").read_text("utf-8"))
