"""What is taken, and what copies are called. Pure."""

import re
from typing import Final

LARGEST_UPLOAD: Final = 10 * 1024 * 1024
MOST_PIXELS: Final = 50_000_000
LONGEST_SIDE: Final = 20_000
WIDTHS: Final = (160, 480, 1080)  # of the copies, in pixels, ascending; nothing is made larger than it came
JPEG, PNG = "jpg", "png"
MEDIA_TYPES: Final = {JPEG: "image/jpeg", PNG: "image/png"}
FOLDER: Final = re.compile(r"[0-9a-f]{64}")
FILE: Final = re.compile(rf"({'|'.join(map(str, WIDTHS))})\.({'|'.join(MEDIA_TYPES)})")
STRAYS: Final = 20  # leftovers of some accidents, not yet a sign of another store's folder


def is_name(folder: str, file: str) -> bool:
    """Whether a copy of a picture may be called so."""
    return FOLDER.fullmatch(folder) is not None and FILE.fullmatch(file) is not None


def name(content_hash: str, width: int, extension: str) -> str:
    """What a copy is called in the storage: "<hash>/<width>.<extension>"."""
    return f"{content_hash}/{width}.{extension}"


def is_anothers(*, known: int, unknown: int) -> bool:
    """Whether a storage with so many pictures of ours and so many others looks like that of another store."""
    return unknown > STRAYS and unknown > known
