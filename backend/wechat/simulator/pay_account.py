"""The merchant's account with the simulated WeChat Pay: whose signatures it knows, and what it signs with itself."""

import base64
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

SCHEMA: Final = "WECHATPAY2-SHA256-RSA2048"
PART: Final = re.compile(r'([a-z_]+)="([^"]*)"')
NEEDED: Final = frozenset({"mchid", "nonce_str", "signature", "timestamp", "serial_no"})
AS_PUBLISHED: Final = (15, 15, 30, 180, 600, 1200, *[1800] * 3, 3600, *[10800] * 3, *[21600] * 2)


@dataclass(frozen=True, slots=True)
class PayAccount:
    """Keys are PEM. With a `certificate` the platform signs by its serial number, else by `public_key_id`.

    `retries_s` is how long it waits after each notification that was not answered well; none is no further ones.
    """

    mchid: str
    serial_no: str
    merchant_key: str
    api_v3_key: str = field(repr=False)
    platform_key: str = field(repr=False)
    public_key_id: str = ""
    certificate: str = ""
    retries_s: tuple[float, ...] = AS_PUBLISHED

    @property
    def serial(self) -> str:
        """What its signatures name as their key."""
        if not self.certificate:
            return self.public_key_id
        return format(load_pem_x509_certificate(self.certificate.encode()).serial_number, "X")


class PayFailed(Exception):
    """A refusal of WeChat Pay: its HTTP status, code and words."""

    def __init__(self, status: int, code: str, words: str = "") -> None:
        super().__init__(status, code, words)
        self.status = status
        self.code = code
        self.words = words


def check_request(account: PayAccount, header: str, *, method: str, target: str, body: str) -> None:
    """Raises PayFailed unless the merchant has signed this request.

    Its time is not looked at: the library reads the machine's clock, and ours may be another one.
    """
    schema, _, rest = header.partition(" ")
    said = dict(PART.findall(rest))
    if schema != SCHEMA or not said.keys() >= NEEDED:
        raise PayFailed(401, "SIGN_ERROR", "没有签名")
    if (said["mchid"], said["serial_no"]) != (account.mchid, account.serial_no):
        raise PayFailed(401, "SIGN_ERROR", "商户号或证书序列号不符")
    signed = f"{method}\n{target}\n{said['timestamp']}\n{said['nonce_str']}\n{body}\n"
    try:
        _public(account.merchant_key).verify(base64.b64decode(said["signature"]), signed.encode(), PKCS1v15(), SHA256())
    except (InvalidSignature, ValueError) as error:
        raise PayFailed(401, "SIGN_ERROR", "签名错误") from error


def signed_headers(account: PayAccount, body: str, *, at: int) -> dict[str, str]:
    """What the platform signs a body with, at a unix second."""
    nonce = secrets.token_hex(16)
    signed = f"{at}\n{nonce}\n{body}\n"
    signature = _private(account.platform_key).sign(signed.encode(), PKCS1v15(), SHA256())
    return {
        "Wechatpay-Timestamp": str(at),
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": base64.b64encode(signature).decode(),
        "Wechatpay-Serial": account.serial,
        "Wechatpay-Signature-Type": SCHEMA,
    }


def sealed(account: PayAccount, content: Mapping[str, Any] | str, *, kind: str) -> dict[str, str]:
    """A content as only who has the APIv3 key can read it."""
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    nonce = secrets.token_hex(6)
    data = AESGCM(account.api_v3_key.encode()).encrypt(nonce.encode(), text.encode(), kind.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "nonce": nonce,
        "associated_data": kind,
        "ciphertext": base64.b64encode(data).decode(),
    }


@lru_cache(maxsize=8)
def _private(pem: str) -> RSAPrivateKey:
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("an RSA key is wanted")
    return key


@lru_cache(maxsize=8)
def _public(pem: str) -> RSAPublicKey:
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, RSAPublicKey):
        raise TypeError("an RSA key is wanted")
    return key
