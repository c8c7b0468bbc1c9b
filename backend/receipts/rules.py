"""What stands on receipts, and what pictures of them look like. Pure."""

import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Final

PRINTED: Final = re.compile(
    r"(BH1:(?P<app_key>[0-9A-Za-z_-]{1,64}):(?P<order_no>[0-9A-Za-z][0-9A-Za-z._-]{0,63})"
    r":(?P<fen>0|[1-9][0-9]{0,11}):(?P<day>[0-9]{8})):(?P<mac>[0-9a-f]{32})"
)
MAC_DIGITS: Final = 32  # 128 bits
LOOK_SIDE: Final = 16
LOOK_DIGITS: Final = 64
ALIKE_BITS: Final = 20  # of 256


@dataclass(frozen=True)
class Printed:
    """What the code on a receipt says, and by which key it says so."""

    app_key: str
    order_no: str
    amount_fen: int
    bought_on: date
    signed: str
    mac: str

    def is_signed_with(self, secret: str) -> bool:
        """Whether the till with this secret printed it; takes equally long for any wrong one."""
        return hmac.compare_digest(self.mac, mac_of(self.signed, secret))


def printed(text: str) -> Printed | None:
    """What a receipt's code says, None for any other text."""
    found = PRINTED.fullmatch(text)
    if found is None:
        return None
    try:
        day = date.fromisoformat(found["day"])
    except ValueError:
        return None
    return Printed(found["app_key"], found["order_no"], int(found["fen"]), day, found[1], found["mac"])


def mac_of(signed: str, secret: str) -> str:
    """The last part of the code: the first 32 hex digits of HMAC-SHA256 over all before the last colon."""
    return hmac.new(secret.encode(), signed.encode(), sha256).hexdigest()[:MAC_DIGITS]


def is_recent(bought_on: date, today: date, within_days: int) -> bool:
    """Whether a purchase of that day may still be claimed."""
    return today - timedelta(days=within_days) <= bought_on <= today


def look_of(greys: Sequence[int]) -> str:
    """How a picture looks, by its greys in a square of 16: where each is brighter than they are on average (hex)."""
    bits = "".join("01"[grey * len(greys) > sum(greys)] for grey in greys)
    return f"{int(bits, 2):0{LOOK_DIGITS}x}"


def are_alike(one: str, other: str) -> bool:
    """Whether two pictures look like the same receipt."""
    return (int(one, 16) ^ int(other, 16)).bit_count() <= ALIKE_BITS
