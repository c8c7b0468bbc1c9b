import hmac
from collections.abc import Mapping
from hashlib import sha256
from secrets import token_bytes
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.orm import Session

FORMAT: Final = 1
HEADER_BYTES: Final = 2
NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32
PHONE_DIGITS: Final = 11


class Unreadable(Exception):
    """A sealed value was changed, moved to another place, or sealed with a key that this process does not hold."""


class Vault:
    """Seals personal data with AES-256-GCM and makes keyed blind indexes to search it by.

    A sealed value is `format(1) | key id(1) | nonce(12) | ciphertext | tag(16)`, bound to its place
    (`table.column:row id`): moved to another row it does not open. New values use the newest key, any key opens.
    """

    def __init__(self, keys: Mapping[int, bytes], *, index_key: bytes) -> None:
        if not keys or any(len(key) != KEY_BYTES for key in (*keys.values(), index_key)):
            raise ValueError("the vault needs keys of 32 bytes")
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._active = max(keys)
        self._index_key = index_key

    def seal(self, text: str, place: str) -> bytes:
        """Encrypt `text` for `place`."""
        header = bytes((FORMAT, self._active))
        nonce = token_bytes(NONCE_BYTES)
        return header + nonce + self._ciphers[self._active].encrypt(nonce, text.encode(), header + place.encode())

    def open(self, sealed: bytes, place: str) -> str:
        """Decrypt what was sealed for `place`. Raises Unreadable."""
        header, rest = sealed[:HEADER_BYTES], sealed[HEADER_BYTES:]
        nonce, body = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
        cipher = self._ciphers.get(header[1]) if len(header) == HEADER_BYTES and header[0] == FORMAT else None
        if cipher is None:
            raise Unreadable(place)
        try:
            return cipher.decrypt(nonce, body, header + place.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise Unreadable(place) from error

    def index(self, kind: str, value: str) -> bytes:
        """The 32-byte blind index of a normalised value: equal for equal values, useless without the key."""
        return hmac.digest(self._index_key, f"{kind}\0{value}".encode(), sha256)


def vault(session: Session) -> Vault:
    """The vault that the session's process was started with."""
    found: Vault = session.info["vault"]
    return found


def mask_phone(phone: str) -> str:
    """A phone number as others may see it: 138****1234; of what is too short to mask, nothing."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= PHONE_DIGITS else "****"


def mask_name(name: str) -> str:
    """A name as others may see it: its first character and one star, '会*' for an empty one."""
    return f"{name[:1] or '会'}*"


def mask_mail(address: str) -> str:
    """A mail address as others may see it: the first letter of the name and the domain, l***@example.com."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}***@{domain}"
