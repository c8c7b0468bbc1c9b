from io import BytesIO

from PIL import Image, ImageDraw

from backend import media, receipts
from backend.receipts.rules import are_alike


def photograph(lines, *, size=(600, 900), quality=90):
    """A white slip with black lines of these lengths."""
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    for number, length in enumerate(lines):
        top = size[1] * (number + 1) // 10
        pen.rectangle([size[0] // 20, top, size[0] * length // 100, top + size[1] // 20], fill="black")
    target = BytesIO()
    picture.save(target, format="JPEG", quality=quality)
    return media.prepared(target.getvalue())


def test_the_same_receipt_looks_alike_however_it_was_saved_and_another_one_does_not():
    one = photograph([90, 40, 70, 20, 60, 30, 80])
    again = photograph([90, 40, 70, 20, 60, 30, 80], size=(480, 720), quality=60)
    other = photograph([20, 80, 30, 95, 10, 70, 25])
    assert one.content_hash != again.content_hash
    assert are_alike(receipts.look(one), receipts.look(again))
    assert not are_alike(receipts.look(one), receipts.look(other))
