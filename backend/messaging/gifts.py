"""A coupon that goes with a message, where the book of the message names a template."""

from typing import Annotated, Final

from pydantic import StringConstraints

NO_GIFT: Final = "到店逛逛，惊喜等您"

Wish = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)]
"""What the shop wants to say in one line of a message of WeChat."""

TemplateCode = Annotated[str, StringConstraints(pattern=r"^[0-9a-z][0-9a-z-]{0,31}$")]


def gift_words(coupon: str | None) -> str:
    """What a message says of its coupon, if there is one."""
    return f"「{coupon}」已放入卡包" if coupon else NO_GIFT
