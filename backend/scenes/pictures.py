"""A code as a picture for the printer."""

from dataclasses import dataclass
from html import escape
from io import BytesIO
from typing import Final

import segno

from backend.scenes.errors import NotDrawn
from backend.scenes.models import Scene

QUIET: Final = 4  # modules of white around a code, as ISO/IEC 18004 wants it
LABEL_ROOM: Final = 7  # modules below the code
SMALLEST_PNG: Final = 1200  # pixels: 10 cm at 300 dpi
FONTS: Final = "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif"


@dataclass(frozen=True)
class Picture:
    """A QR code: `svg` of any size with the label below it, `png` of the code alone, at least 10 cm at 300 dpi."""

    svg: bytes
    png: bytes


def poster(scene: Scene) -> Picture:
    """The pictures of a scene's code. Raises NotDrawn."""
    if scene.url is None:
        raise NotDrawn
    code = segno.make_qr(scene.url, error="q")  # a quarter may be torn off or dirty
    return Picture(_svg(code, scene.label), _png(code))


def _png(code: segno.QRCode) -> bytes:
    drawn = BytesIO()
    code.save(drawn, kind="png", border=QUIET, scale=-(-SMALLEST_PNG // code.symbol_size(border=QUIET)[0]))
    return drawn.getvalue()


def _svg(code: segno.QRCode, label: str) -> bytes:
    side = code.symbol_size(border=QUIET)[0]
    drawn = BytesIO()
    code.save(drawn, kind="svg", border=QUIET, xmldecl=False, svgns=False, svgclass=None, lineclass=None, nl=False)
    inner = drawn.getvalue().decode()
    size = min(4.0, (side - 2 * QUIET) / max(len(label), 1))
    words = (
        f'<text x="{side / 2}" y="{side + LABEL_ROOM / 2 - 1}" font-size="{size:.2f}" text-anchor="middle" '
        f'font-family="{FONTS}">{escape(label)}</text>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side + LABEL_ROOM}">'
        f'<rect width="100%" height="100%" fill="#fff"/>{inner}{words}</svg>\n'
    ).encode()
