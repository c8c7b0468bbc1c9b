"""A file becomes a picture: told by its content, turned upright, without anything but its colours, in several sizes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from typing import Any, Final

from PIL import Image, ImageCms, ImageOps

from backend.kit.errors import DomainError
from backend.media.errors import NotAPicture, PictureTooLarge, TooManyPixels
from backend.media.rules import JPEG, LARGEST_UPLOAD, LONGEST_SIDE, MOST_PIXELS, PNG, WIDTHS

FORMATS: Final = ("JPEG", "PNG", "WEBP")
COLOURS: Final = {"1", "CMYK", "L", "LA", "P", "PA", "RGB", "RGBA", "YCbCr"}
INDEXED: Final = {"1", "P", "PA"}  # neighbours cannot be mixed in them
OPAQUE: Final = 255
SAVING: Final[Mapping[str, dict[str, Any]]] = {
    JPEG: {"format": "JPEG", "quality": 82, "optimize": True, "progressive": True},
    PNG: {"format": "PNG", "optimize": True},
}

Image.MAX_IMAGE_PIXELS = None  # the library only warns up to twice its limit; ours is asked before anything is unpacked


@dataclass(frozen=True)
class Prepared:
    """A picture ready to be kept: the hash of the file it came as, its measures in pixels, its bytes.

    `copies` are what is served, by their widths; one of a picture that is less wide is as wide as the picture.
    """

    content_hash: str
    extension: str
    width: int
    height: int
    size: int
    copies: Mapping[int, bytes] = field(repr=False)


def prepared(data: bytes) -> Prepared:
    """Everything about an upload that needs no database. It may take seconds, so it comes before the transaction.

    What is transparent becomes PNG, all else JPEG: both are shown by every WebView. Place and time of a photograph, and
    all else that a file carries beside its colours, are left behind.

    Raises PictureTooLarge, TooManyPixels, NotAPicture.
    """
    if len(data) > LARGEST_UPLOAD:
        raise PictureTooLarge
    upright, (width, height) = _upright(data)
    largest = _colours(_narrowed(upright, WIDTHS[-1]), upright.info.get("icc_profile"))
    extension = JPEG if largest.mode == "RGB" else PNG
    copies = {width: _encoded(_narrowed(largest, width), extension) for width in WIDTHS}
    return Prepared(sha256(data).hexdigest(), extension, width, height, len(data), copies)


def _upright(data: bytes) -> tuple[Image.Image, tuple[int, int]]:
    """The picture as it is to be seen, and its full measures; a photograph may be unpacked smaller than it is."""
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as image:
            full = _checked(image)
            image.draft(None, (WIDTHS[-1], WIDTHS[-1]))
            shrunk = image.size != full
            image.load()
            ImageOps.exif_transpose(image, in_place=True)
    except DomainError:
        raise
    except Exception as error:  # a file can be broken in ways for which the library has no error of its own
        raise NotAPicture from error
    turned = (image.width > image.height) != (full[0] > full[1])
    return image, (full[::-1] if turned else full) if shrunk else image.size


def _checked(image: Image.Image) -> tuple[int, int]:
    if image.mode not in COLOURS:
        raise NotAPicture
    width, height = image.size
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise TooManyPixels
    return width, height


def _narrowed(image: Image.Image, width: int) -> Image.Image:
    if image.width <= width:
        return image
    if image.mode in INDEXED or "transparency" in image.info:
        image = image.convert("RGBA")
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _colours(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The picture in sRGB and nothing with it; RGBA where some of it is transparent, else RGB."""
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if image.mode in INDEXED:
        image = image.convert(mode)
    seen = _by_profile(image, profile, mode) if profile else None
    seen = seen or image.convert(mode)
    if mode == "RGBA" and seen.getchannel("A").getextrema()[0] == OPAQUE:
        seen = seen.convert("RGB")
    seen.info = {}
    return seen


def _by_profile(image: Image.Image, profile: bytes, mode: str) -> Image.Image | None:
    """The picture's colours as its own profile means them; None where the profile is unsound or not for it."""
    try:
        own = ImageCms.ImageCmsProfile(BytesIO(profile))
        return ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _encoded(image: Image.Image, extension: str) -> bytes:
    target = BytesIO()
    image.save(target, **SAVING[extension])
    return target.getvalue()
