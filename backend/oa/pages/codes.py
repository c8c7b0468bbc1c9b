"""Digits as pictures that tills scan, as addresses that a page holds within itself. Pure."""

from base64 import b64encode
from itertools import groupby
from typing import Final

import segno
from barcode.charsets import code128

QUIET: Final = 4  # modules of white on both sides; the white of the page makes them the ten of ISO/IEC 15417
MODULE: Final = 2  # pixels: whole ones, so that all bars are as wide as they should be
HEIGHT: Final = 84
CHECK: Final = 103
END: Final[str] = code128.STOP + "11"


def qr_picture(digits: str) -> str:
    """A QR code, as SVG."""
    return str(segno.make_qr(digits, error="m").svg_data_uri(border=2, omitsize=True, svgclass=None, lineclass=None))


def bar_picture(digits: str) -> str:
    """Code 128, as SVG without words below it, of an even count of digits: two share one symbol."""
    bars, place = [], QUIET
    for module, run in groupby(_modules(digits)):
        width = len(list(run))
        if module == "1":
            bars.append(f"M{place} 0h{width}v{HEIGHT}h-{width}z")
        place += width
    width = place + QUIET
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width * MODULE}" height="{HEIGHT}" '
        f'viewBox="0 0 {width} {HEIGHT}" preserveAspectRatio="none"><path d="{"".join(bars)}"/></svg>'
    )
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


def _modules(digits: str) -> str:
    """The dark (1) and light (0) modules in code set C. The library's own class loses a first pair of 99."""
    pairs = [int(digits[place : place + 2]) for place in range(0, len(digits), 2)]
    start: int = code128.START_CODES["C"]
    check = (start + sum(place * pair for place, pair in enumerate(pairs, 1))) % CHECK
    symbols: list[str] = [code128.CODES[symbol] for symbol in (start, *pairs, check)]
    return "".join(symbols) + END
