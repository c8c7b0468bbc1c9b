"""The keys of WeChat Pay: by which serial numbers it signs, and whether a signature is its own."""

import json
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import load_pem_x509_certificate
from wechatpayv3.utils import aes_decrypt, load_public_key, rsa_verify

from backend.wechat.pay_values import BadNotice, Merchant, PayLater

PREFIX: Final = "Wechatpay-"
SIGNATURE_TYPE: Final = "WECHATPAY2-SHA256-RSA2048"
SHOWN: Final = 40
AGE: Final = timedelta(minutes=5)
"""How far the time of a signature may be from ours: what is older may be a recording."""

FETCH_EVERY_S: Final = 600.0
"""An unknown serial number is looked for no more often: whoever invents some must not make us ask WeChat each time."""


class PlatformKeys:
    """The public key that WeChat Pay gave us, or the certificates that it hands out, or both while it changes over."""

    def __init__(self, merchant: Merchant, fetch: Callable[[], Mapping[str, Any]]) -> None:
        self._merchant = merchant
        self._fetch = fetch
        self._keys: dict[str, RSAPublicKey] = {}
        self._fetched_at: float | None = None
        self._fetching = threading.Lock()
        if merchant.public_key:
            self._keys[merchant.public_key_id] = load_public_key(merchant.public_key)

    def check(self, headers: Mapping[str, str], body: str) -> None:
        """Raises BadNotice unless WeChat Pay has signed exactly this body, at whatever time."""
        said = {name: headers.get(PREFIX + name, "") for name in ("Timestamp", "Nonce", "Signature", "Serial")}
        if not all(said.values()):
            raise BadNotice("unsigned")
        if headers.get(f"{PREFIX}Signature-Type", SIGNATURE_TYPE) != SIGNATURE_TYPE:
            raise BadNotice("signature-type")
        key = self._find(said["Serial"])
        if key is None:
            raise BadNotice("serial")
        if not rsa_verify(said["Timestamp"], said["Nonce"], body, said["Signature"], key):
            raise BadNotice("signature")

    def open(self, sealed: object) -> str:
        """What was sealed with our APIv3 key. Raises BadNotice."""
        try:
            parts = dict(sealed) if isinstance(sealed, dict) else {}
            if parts.get("algorithm") != "AEAD_AES_256_GCM":
                raise BadNotice("algorithm")
            found = aes_decrypt(
                parts["nonce"], parts["ciphertext"], parts.get("associated_data") or "", self._merchant.api_v3_key
            )
        except (InvalidTag, KeyError, ValueError, TypeError, AttributeError) as error:
            raise BadNotice("sealed") from error
        if found is None:
            raise BadNotice("sealed")
        return str(found)

    def _find(self, serial: str) -> RSAPublicKey | None:
        if serial not in self._keys and len(serial) <= SHOWN and serial.isalnum():
            self._renew()
        return self._keys.get(serial)

    def _renew(self) -> None:
        """Fetch the certificates in use; those that we have stay, whatever comes of it."""
        with self._fetching:
            if self._fetched_at is not None and monotonic() - self._fetched_at < FETCH_EVERY_S:
                return
            self._fetched_at = monotonic()
            try:
                for entry in self._fetch().get("data", []):
                    certificate = load_pem_x509_certificate(self.open(entry["encrypt_certificate"]).encode())
                    key = certificate.public_key()
                    if isinstance(key, RSAPublicKey):
                        self._keys[str(entry["serial_no"])] = key
            except (PayLater, BadNotice, KeyError, TypeError, ValueError):
                return


def check_age(headers: Mapping[str, str], now: datetime) -> None:
    """Raises BadNotice for what was signed long ago, or in the future: it may have been recorded."""
    said = headers.get(f"{PREFIX}Timestamp", "")
    if not (said.isascii() and said.isdigit() and len(said) <= len("9999999999")):
        raise BadNotice("timestamp")
    if abs(now.timestamp() - int(said)) > AGE.total_seconds():
        raise BadNotice("age")


def json_object(text: str) -> dict[str, Any]:
    """The JSON object that a text is. Raises BadNotice."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadNotice("unreadable") from error
    if not isinstance(found, dict):
        raise BadNotice("unreadable")
    return found
