"""What an address is, and what is acceptable in it. Pure."""

import json
from dataclasses import astuple, dataclass
from typing import Final, Self

from backend.addresses.errors import RecipientRefused, StreetRefused
from backend.addresses.regions import names_of
from backend.members import is_plain, normal_phone

MOST_ADDRESSES: Final = 20
LONGEST_RECIPIENT: Final = 25
LONGEST_STREET: Final = 120
NO_CITY: Final = "直辖"  # what stands for the city where a county is governed by its province


@dataclass(frozen=True, repr=False)
class Draft:
    """An address as it is written down; regions by their codes."""

    recipient: str
    phone: str
    province_code: str
    city_code: str
    district_code: str
    street: str


@dataclass(frozen=True, repr=False)
class Delivery:
    """To whom and where a parcel goes; regions by code and by the name they had when it was written down.

    Personal: it has no repr, and is kept only as what `packed` gives, sealed (`kit.columns.SealedText` is wide enough).
    """

    recipient: str
    phone: str
    province_code: str
    city_code: str
    district_code: str
    province: str
    city: str
    district: str
    street: str

    @property
    def line(self) -> str:
        """Where it goes, in one line, as written on a parcel."""
        city = "" if self.city == self.province or NO_CITY in self.city else self.city
        return f"{self.province}{city}{self.district}{self.street}"

    def packed(self) -> str:
        """All of it in one text, to be sealed."""
        return json.dumps(astuple(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def unpacked(cls, text: str) -> Self:
        """What `packed` gave. Raises ValueError or TypeError for any other text."""
        return cls(*json.loads(text))


def checked(draft: Draft) -> Delivery:
    """The address in its normal form.

    Raises RecipientRefused, StreetRefused, RegionRefused, members.PhoneRefused.
    """
    recipient, street = draft.recipient.strip(), draft.street.strip()
    if not is_plain(recipient) or not 1 <= len(recipient) <= LONGEST_RECIPIENT:
        raise RecipientRefused
    if not is_plain(street) or not 1 <= len(street) <= LONGEST_STREET:
        raise StreetRefused
    codes = draft.province_code, draft.city_code, draft.district_code
    return Delivery(recipient, normal_phone(draft.phone), *codes, *names_of(*codes), street)
