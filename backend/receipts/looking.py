"""How the picture of a receipt looks: the same for a second photograph of it, however it was saved."""

from io import BytesIO

from PIL import Image

from backend.media import WIDTHS, Prepared
from backend.receipts.rules import LOOK_SIDE, look_of


def look(picture: Prepared) -> str:
    """The look of a picture that was prepared, by its smallest copy."""
    with Image.open(BytesIO(picture.copies[WIDTHS[0]])) as image:
        small = image.convert("L").resize((LOOK_SIDE, LOOK_SIDE), Image.Resampling.BOX)
    return look_of(list(small.tobytes()))
