"""The keys of a demo shop and of its simulated WeChat Pay: made once, kept beside its data, never in the source."""

import secrets
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

MCHID: Final = "1900000001"
SERIAL: Final = "5157F09EFDC096DE15EBE81A47057A7200000001"
PUBLIC_KEY_ID: Final = "PUB_KEY_ID_0119000000012026010100000000000001"
BITS: Final = 2048
API_V3_KEY_BYTES: Final = 16
PARTS: Final = ("merchant", "merchant-public", "platform", "platform-public", "api-v3-key")


def made_keys(folder: Path) -> dict[str, str]:
    """The keys in a folder by name, made at the first time; for this user only."""
    if not all(_file(folder, name).exists() for name in PARTS):
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in _new().items():
            _file(folder, name).touch(mode=0o600)
            _file(folder, name).write_text(content, "ascii")
    return {name: _file(folder, name).read_text("ascii") for name in PARTS}


def pay_environment(folder: Path, endpoint: str) -> dict[str, str]:
    """What a shop is told that is paid through the simulator."""
    keys = made_keys(folder)
    return {
        "WECHAT_PAY_BASE_URL": endpoint,
        "WECHAT_PAY_MCHID": MCHID,
        "WECHAT_PAY_SERIAL": SERIAL,
        "WECHAT_PAY_PRIVATE_KEY": str(_file(folder, "merchant")),
        "WECHAT_PAY_API_V3_KEY": keys["api-v3-key"],
        "WECHAT_PAY_PUBLIC_KEY_ID": PUBLIC_KEY_ID,
        "WECHAT_PAY_PUBLIC_KEY": str(_file(folder, "platform-public")),
    }


def pay_account(folder: Path) -> dict[str, Any]:
    """What the simulator is told of the shop."""
    keys = made_keys(folder)
    return {
        "mchid": MCHID,
        "serial_no": SERIAL,
        "merchant_key": keys["merchant-public"],
        "api_v3_key": keys["api-v3-key"],
        "platform_key": keys["platform"],
        "public_key_id": PUBLIC_KEY_ID,
    }


def _new() -> dict[str, str]:
    found = {"api-v3-key": secrets.token_hex(API_V3_KEY_BYTES)}
    for name in ("merchant", "platform"):
        key = generate_private_key(65537, BITS)
        found[name] = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        found[f"{name}-public"] = public.decode()
    return found


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.txt" if name == "api-v3-key" else folder / f"{name}.pem"
