"""The envelope of WeChat's message push: signatures and AES as on the page "消息加解密说明"."""

import base64
import hashlib
import hmac
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

KEY_LENGTH: Final = 32
RANDOM_LENGTH: Final = 16
BLOCK: Final = 32  # WeChat pads to 32 although AES has blocks of 16
AES_BLOCK: Final = 16


class NotSealed(ValueError):
    """The text was not sealed with this key for this appid."""


def aes_key(encoding_aes_key: str) -> bytes:
    """The key behind the 43 characters of the console. Raises ValueError."""
    key = base64.b64decode(encoding_aes_key + "=", validate=True)
    if len(key) != KEY_LENGTH:
        raise ValueError("an EncodingAESKey has 43 characters")
    return key


def signature(*parts: str) -> str:
    """SHA-1 over the sorted parts, hex."""
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def same(expected: str, given: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))


def seal(plain: str, key: bytes, appid: str, *, random: bytes) -> str:
    """Encrypt for `appid`; `random` is 16 bytes nobody can guess."""
    if len(random) != RANDOM_LENGTH:
        raise ValueError("the random head has 16 bytes")
    body = plain.encode()
    packed = random + len(body).to_bytes(4) + body + appid.encode()
    padding = BLOCK - len(packed) % BLOCK
    encryptor = _cipher(key).encryptor()
    sealed = encryptor.update(packed + bytes([padding]) * padding) + encryptor.finalize()
    return base64.b64encode(sealed).decode()


def unseal(sealed: str, key: bytes, appid: str) -> str:
    """The plain text. Raises NotSealed for whatever is wrong with it: base64, key, padding, length, appid, UTF-8."""
    try:
        raw = base64.b64decode(sealed, validate=True)
        packed = _without_padding(_decrypt(raw, key))
        start = RANDOM_LENGTH + 4
        end = start + int.from_bytes(packed[RANDOM_LENGTH:start])
        body, owner = packed[start:end], packed[end:]
        if len(packed) < start or end > len(packed) or not hmac.compare_digest(owner, appid.encode()):
            raise NotSealed("not for this appid")
        return body.decode()
    except ValueError as error:
        raise NotSealed("cannot be opened") from error


def _decrypt(raw: bytes, key: bytes) -> bytes:
    if not raw or len(raw) % AES_BLOCK:
        raise NotSealed("not whole blocks")
    decryptor = _cipher(key).decryptor()
    return decryptor.update(raw) + decryptor.finalize()


def _without_padding(packed: bytes) -> bytes:
    count = packed[-1]
    if not 1 <= count <= BLOCK or packed[-count:] != bytes([count]) * count:
        raise NotSealed("padding")
    return packed[:-count]


def _cipher(key: bytes) -> Cipher[modes.CBC]:
    return Cipher(algorithms.AES(key), modes.CBC(key[:AES_BLOCK]))
