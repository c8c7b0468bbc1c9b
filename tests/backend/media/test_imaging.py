"""Uploads are what their bytes say, and leave everything behind but their colours."""

import struct
import zlib
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from backend.media.errors import NotAPicture, PictureTooLarge, TooManyPixels
from backend.media.imaging import prepared
from backend.media.rules import LARGEST_UPLOAD, WIDTHS
from tests.support.pictures import encoded, picture_file, shown

ORIENTATION, GPS, CAMERA = 0x0112, 0x8825, 0x010F
RED, BLUE = (254, 0, 0), (0, 0, 254)  # as JPEG keeps them
PLANTED = b"Canon-of-Anna"


def halves(width, height, *, mode="RGB"):
    """Red above, blue below."""
    image = Image.new(mode, (width, height), "blue")
    image.paste("red", (0, 0, width, height // 2))
    return image


def photograph(orientation=1, size=(40, 20)):
    """A JPEG as a telephone makes it: how it was held, where, by what."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[CAMERA] = orientation, PLANTED.decode()
    exif.get_ifd(GPS)[2] = (31.0, 14.0, 22.0)
    return encoded(halves(*size), exif=exif, quality=95, comment=PLANTED)


def close(one, other):
    return all(abs(a - b) <= 12 for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(("kind", "extension"), [("JPEG", "jpg"), ("PNG", "jpg"), ("WEBP", "jpg"), ("MPO", "jpg")])
def test_it_is_told_by_its_content(kind, extension):
    data = picture_file(30, 20, kind=kind)
    found = prepared(data)
    assert (found.extension, found.width, found.height, found.size) == (extension, 30, 20, len(data))
    assert found.content_hash == sha256(data).hexdigest()
    assert [shown(copy).format for copy in found.copies.values()] == ["JPEG"] * 3


def test_copies_by_width_and_none_larger_than_it_came():
    found = prepared(encoded(halves(1200, 600), quality=95))
    assert (found.width, found.height) == (1200, 600)
    copies = {width: shown(data) for width, data in found.copies.items()}
    assert {width: copy.size for width, copy in copies.items()} == {160: (160, 80), 480: (480, 240), 1080: (1080, 540)}
    for width, copy in copies.items():
        assert close(copy.getpixel((width // 2, 2)), RED)
        assert close(copy.getpixel((width // 2, copy.height - 3)), BLUE)
    assert {shown(data).size for data in prepared(picture_file(300, 7)).copies.values()} == {(160, 4), (300, 7)}


def test_a_line_is_still_a_pixel_high():
    assert shown(prepared(picture_file(1200, 1)).copies[160]).size == (160, 1)


def test_what_is_transparent_stays_so_and_is_png():
    image = halves(300, 200, mode="RGBA")
    image.putpixel((0, 0), (0, 0, 0, 0))
    image.paste((0, 0, 0, 0), (150, 0, 300, 200))
    for data in (encoded(image, "PNG"), encoded(image, "WEBP", lossless=True), encoded(image.quantize(8), "PNG")):
        found = prepared(data)
        assert found.extension == "png"
        copy = shown(found.copies[160])
        assert (copy.format, copy.mode) == ("PNG", "RGBA")
        assert copy.getpixel((150, 50))[3] == 0
        assert close(copy.getpixel((20, 10)), (255, 0, 0, 255))


def test_an_opaque_picture_with_a_channel_for_it_is_jpeg():
    assert prepared(encoded(halves(20, 20, mode="RGBA"), "PNG")).extension == "jpg"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK"])
def test_other_kinds_of_colours(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    found = prepared(encoded(Image.new("L", (200, 10), 255).convert(mode), kind))
    assert close(shown(found.copies[160]).convert("RGB").getpixel((80, 4)), (255, 255, 255))


def test_a_key_colour_is_transparent():
    data = encoded(halves(200, 100), "PNG", transparency=(255, 0, 0))
    found = shown(prepared(data).copies[160])
    assert (found.getpixel((80, 10))[3], found.getpixel((80, 70))[3]) == (0, 255)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_turned_upright(orientation):
    found = prepared(photograph(orientation, size=(40, 20)))
    copy = shown(found.copies[160])
    assert (found.width, found.height) == copy.size == ((40, 20) if orientation <= 4 else (20, 40))
    red_at = {1: (20, 4), 2: (20, 4), 3: (20, 15), 4: (20, 15), 5: (4, 20), 6: (15, 20), 7: (15, 20), 8: (4, 20)}
    assert close(copy.getpixel(red_at[orientation]), RED)


def test_a_large_photograph_is_told_by_its_full_measures():
    found = prepared(photograph(6, size=(4400, 2400)))
    assert (found.width, found.height) == (2400, 4400)
    assert shown(found.copies[1080]).size == (1080, 1980)


def test_place_time_and_camera_are_left_behind():
    texts = PngInfo()
    texts.add_text("Comment", PLANTED.decode())
    drawing = encoded(halves(40, 20, mode="RGBA"), "PNG", pnginfo=texts, exif=Image.Exif())
    for data in (photograph(), drawing):
        assert PLANTED in data  # the search finds what is there
        for copy in prepared(data).copies.values():
            assert PLANTED not in copy
            assert not shown(copy).getexif()
            assert not {"comment", "exif", "icc_profile", "xmp", "Comment"} & set(shown(copy).info)


def swapped():
    """The profile of a device that takes red for blue."""
    usual = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return usual.replace(b"rXYZ", b"____").replace(b"bXYZ", b"rXYZ").replace(b"____", b"bXYZ")


@pytest.mark.parametrize(("profile", "seen"), [(swapped(), BLUE), (b"nonsense", RED), (None, RED)])
@pytest.mark.parametrize(("mode", "kind"), [("RGB", "JPEG"), ("RGBA", "PNG"), ("P", "PNG")])
def test_colours_are_shown_as_their_own_profile_means_them(profile, seen, mode, kind):
    data = encoded(Image.new("RGB", (20, 20), "red").convert(mode), kind, icc_profile=profile)
    assert close(shown(prepared(data).copies[160]).getpixel((9, 9)), seen)


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<svg/>", b"%PDF-1.7", b"\xff\xd8\xff", b"RIFF\0\0\0\0WEBP"])
def test_what_is_no_picture(data):
    with pytest.raises(NotAPicture):
        prepared(data)


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "PPM", "ICO"])
def test_other_kinds_of_pictures_are_refused_whatever_they_are_called(kind):
    with pytest.raises(NotAPicture):
        prepared(picture_file(16, 16, kind=kind))


def test_sixteen_bits_of_grey_are_refused():
    with pytest.raises(NotAPicture):
        prepared(encoded(Image.new("I;16", (4, 4)), "PNG"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_cut_short(kind):
    data = encoded(Image.radial_gradient("L").convert("RGB"), kind)
    for length in (len(data) // 2, len(data) * 3 // 4):
        with pytest.raises(NotAPicture):
            prepared(data[:length])


def test_the_largest_file():
    data = picture_file()
    assert prepared(data + b"\0" * (LARGEST_UPLOAD - len(data))).size == LARGEST_UPLOAD
    with pytest.raises(PictureTooLarge):
        prepared(data + b"\0" * (LARGEST_UPLOAD - len(data) + 1))


def bomb(width, height):
    """A few bytes that say they are a large PNG."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 99)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize("size", [(10_000, 5_001), (20_001, 1), (1, 20_001), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_before_it_is_unpacked(size):
    with pytest.raises(TooManyPixels):
        prepared(bomb(*size))


@settings(max_examples=60)
@given(st.sampled_from(["JPEG", "PNG", "WEBP"]), st.integers(0, 2**16), st.binary(min_size=1, max_size=6))
def test_whatever_is_broken_in_a_file_it_is_taken_or_refused(kind, at, damage):
    data = bytearray(picture_file(16, 16, kind=kind))
    at %= len(data)
    data[at : at + len(damage)] = damage
    try:
        found = prepared(bytes(data))
    except (NotAPicture, TooManyPixels):
        return
    assert set(found.copies) == set(WIDTHS)
