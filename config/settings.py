import base64
import re
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from config.channel_settings import ChannelSettings
from config.parts import WebAddress
from config.pay_settings import PaySettings

# Published with the source, so they protect nothing: production refuses each of them by name.
DEVELOPMENT_SECRETS: Final = {
    "secret_key": "development-only-secret-key-0123456789",
    "pii_keys": "1:ZGV2ZWxvcG1lbnQtb25seS1waWkta2V5LTAwMDAwMDE=",
    "pii_index_key": "ZGV2ZWxvcG1lbnQtb25seS1waWktaW5kZXgtMDAwMDE=",
    "wechat_oa_secret": "development-oa-secret",
    "wechat_oa_token": "developmenttoken",
    "wechat_oa_aes_key": "developmentonlydevelopmentonlydevelopment01",
    "wechat_mp_secret": "development-mp-secret",
    "wechat_mp_token": "developmenttoken",
    "wechat_mp_aes_key": "developmentonlydevelopmentonlydevelopment02",
}
SHORTEST_SECRET_KEY: Final = 32
KEY_BYTES: Final = 32
LARGEST_KEY_NUMBER: Final = 255
AES_KEY: Final = re.compile(r"[0-9A-Za-z]{43}")  # EncodingAESKey, as the platform makes it
AES_KEYS: Final = ("wechat_oa_aes_key", "wechat_mp_aes_key")
DATABASES: Final = {"sqlite", "sqlite+pysqlite", "mysql+pymysql", "mariadb+pymysql"}
WECHAT: Final = "https://api.weixin.qq.com"
WECHAT_OPEN: Final = "https://open.weixin.qq.com"


class UnsafeSettings(ValueError):
    """Production was asked to start with settings that protect nothing."""


def _database_url(value: str) -> str:
    try:
        driver = make_url(value).drivername
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        driver = ""
    if driver not in DATABASES:
        raise ValueError("an address that begins with sqlite:/// or mysql+pymysql:// is wanted")
    return value


def _redis_url(value: str | None) -> str | None:
    parts = urlsplit(value or "redis:")
    if parts.scheme not in ("redis", "rediss", "unix") or parts.port == 0:  # asking for the port checks it
        raise ValueError("an address that begins with redis://, rediss:// or unix:// is wanted")
    return value


class Settings(ChannelSettings, PaySettings):
    """What a process is told by its environment. Read by the wiring only; `.env.example` explains each."""

    model_config = SettingsConfigDict(
        env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    environment: Literal["production", "development"] = "production"
    database_url: Annotated[str, AfterValidator(_database_url), Field(repr=False)] = "sqlite:///var/baihui.db"
    database_pool_size: Annotated[int, Field(ge=1, le=64)] = 4
    media_dir: Path = Path("var/media")
    redis_url: Annotated[str | None, AfterValidator(_redis_url), Field(repr=False)] = None
    dispatcher: Literal["threads", "cluster"] = "threads"
    cluster_threads: Annotated[int, Field(ge=1, le=16)] = 2
    cluster_namespace: Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,64}$")] = "baihui-cluster"
    public_base_url: WebAddress = "http://127.0.0.1:8000"
    trusted_proxies: Annotated[int, Field(ge=0, le=5)] = 0
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"

    secret_key: SecretStr = SecretStr(DEVELOPMENT_SECRETS["secret_key"])
    pii_keys: SecretStr = SecretStr(DEVELOPMENT_SECRETS["pii_keys"])
    pii_index_key: SecretStr = SecretStr(DEVELOPMENT_SECRETS["pii_index_key"])

    wechat_api_base_url: WebAddress = WECHAT
    wechat_open_base_url: WebAddress = WECHAT_OPEN
    wechat_oa_appid: str = "wx0000000000000a0a"
    wechat_oa_secret: SecretStr = SecretStr(DEVELOPMENT_SECRETS["wechat_oa_secret"])
    wechat_oa_token: SecretStr = SecretStr(DEVELOPMENT_SECRETS["wechat_oa_token"])
    wechat_oa_aes_key: SecretStr = SecretStr(DEVELOPMENT_SECRETS["wechat_oa_aes_key"])
    wechat_mp_appid: str = "wx0000000000000b0b"
    wechat_mp_secret: SecretStr = SecretStr(DEVELOPMENT_SECRETS["wechat_mp_secret"])
    wechat_mp_token: SecretStr = SecretStr(DEVELOPMENT_SECRETS["wechat_mp_token"])
    wechat_mp_aes_key: SecretStr = SecretStr(DEVELOPMENT_SECRETS["wechat_mp_aes_key"])

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        self.pii_keyring()
        self.pii_index()
        if self.environment == "production":
            self._refuse_defaults()
        if self.dispatcher == "cluster" and not self.redis_url:
            raise ValueError("DISPATCHER=cluster needs REDIS_URL: worker groups are asked through Redis")
        if bad := [name.upper() for name in AES_KEYS if self._secret(name) and not self._is_aes_key(name)]:
            raise ValueError(f"not the 43 letters and digits of an EncodingAESKey: {', '.join(bad)}")
        return self

    def pii_keyring(self) -> dict[int, bytes]:
        """The keys that seal personal data by their number (1 to 255). Raises ValueError naming PII_KEYS."""
        ring = {}
        for entry in self.pii_keys.get_secret_value().split(","):
            number, _, key = entry.strip().partition(":")
            if not _is_key_number(number) or int(number) in ring:
                raise ValueError("PII_KEYS is a list NUMBER:BASE64KEY,… with different numbers from 1 to 255")
            ring[int(number)] = _key_of_32_bytes(key, "PII_KEYS")
        return ring

    def pii_index(self) -> bytes:
        """The key of the blind indexes. Raises ValueError naming PII_INDEX_KEY."""
        return _key_of_32_bytes(self.pii_index_key.get_secret_value(), "PII_INDEX_KEY")

    def _refuse_defaults(self) -> None:
        unsafe = [name for name, known in DEVELOPMENT_SECRETS.items() if self._secret(name) in ("", known)]
        if len(self._secret("secret_key")) < SHORTEST_SECRET_KEY:
            unsafe.append("secret_key")
        unsafe += [name for name in AES_KEYS if not self._is_aes_key(name)]
        if unsafe:
            names = ", ".join(dict.fromkeys(name.upper() for name in unsafe))
            raise UnsafeSettings(
                f"production needs its own value (not missing, default or short) for: {names}. "
                "To try things out, set ENVIRONMENT=development"
            )

    def _secret(self, name: str) -> str:
        secret: SecretStr = getattr(self, name)
        return secret.get_secret_value()

    def _is_aes_key(self, name: str) -> bool:
        return AES_KEY.fullmatch(self._secret(name)) is not None


def _is_key_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and 1 <= int(text) <= LARGEST_KEY_NUMBER


def _key_of_32_bytes(text: str, name: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError as error:  # binascii.Error, or text that is not ASCII
        raise ValueError(f"{name} holds a key that is not base64") from error
    if len(key) != KEY_BYTES:
        raise ValueError(f"{name} needs keys of 32 bytes, base64 encoded")
    return key
