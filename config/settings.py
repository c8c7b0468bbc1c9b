import base64
import binascii
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

# Published with the source, so they protect nothing: production refuses each of them by name.
DEVELOPMENT_SECRETS = {
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
SHORTEST_SECRET_KEY = 32
WECHAT = "https://api.weixin.qq.com"


class UnsafeSettings(ValueError):
    """Production was asked to start with settings that protect nothing."""


def _template_ids(value: object) -> object:
    if not isinstance(value, str):
        return value
    pairs = (pair.partition("=") for pair in value.split(",") if pair.strip())
    return {name.strip(): template_id.strip() for name, _, template_id in pairs}


class Settings(BaseSettings):
    """What a process is told by its environment. Read by the wiring only; `.env.example` explains each."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True)

    environment: Literal["production", "development"] = "production"
    database_url: str = "sqlite:///var/baihui.db"
    database_pool_size: Annotated[int, Field(ge=1, le=64)] = 4
    redis_url: str | None = None
    public_base_url: str = "http://127.0.0.1:8000"
    trusted_proxies: Annotated[int, Field(ge=0, le=5)] = 0
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"

    secret_key: SecretStr = SecretStr(DEVELOPMENT_SECRETS["secret_key"])
    pii_keys: SecretStr = SecretStr(DEVELOPMENT_SECRETS["pii_keys"])
    pii_index_key: SecretStr = SecretStr(DEVELOPMENT_SECRETS["pii_index_key"])

    wechat_api_base_url: str = WECHAT
    wechat_oa_appid: str = "wx0000000000000a0a"
    wechat_oa_secret: SecretStr = SecretStr(DEVELOPMENT_SECRETS["wechat_oa_secret"])
    wechat_oa_token: SecretStr = SecretStr(DEVELOPMENT_SECRETS["wechat_oa_token"])
    wechat_oa_aes_key: SecretStr = SecretStr(DEVELOPMENT_SECRETS["wechat_oa_aes_key"])
    wechat_mp_appid: str = "wx0000000000000b0b"
    wechat_mp_secret: SecretStr = SecretStr(DEVELOPMENT_SECRETS["wechat_mp_secret"])
    wechat_mp_token: SecretStr = SecretStr(DEVELOPMENT_SECRETS["wechat_mp_token"])
    wechat_mp_aes_key: SecretStr = SecretStr(DEVELOPMENT_SECRETS["wechat_mp_aes_key"])
    message_template_ids: Annotated[dict[str, str], NoDecode, BeforeValidator(_template_ids)] = {}

    @model_validator(mode="after")
    def _is_safe(self) -> Self:
        self.pii_keyring()
        self.pii_index()
        if self.environment == "production":
            self._refuse_defaults()
        return self

    def pii_keyring(self) -> dict[int, bytes]:
        """The keys that seal personal data by their number (1 to 255). Raises ValueError naming PII_KEYS."""
        ring = {}
        for entry in self.pii_keys.get_secret_value().split(","):
            number, _, key = entry.strip().partition(":")
            if not number.isdigit() or not 1 <= int(number) <= 255:
                raise ValueError("PII_KEYS is a list NUMBER:BASE64KEY,… with numbers from 1 to 255")
            ring[int(number)] = _key_of_32_bytes(key, "PII_KEYS")
        return ring

    def pii_index(self) -> bytes:
        """The key of the blind indexes. Raises ValueError naming PII_INDEX_KEY."""
        return _key_of_32_bytes(self.pii_index_key.get_secret_value(), "PII_INDEX_KEY")

    def _refuse_defaults(self) -> None:
        unsafe = [name.upper() for name, known in DEVELOPMENT_SECRETS.items() if self._secret(name) in ("", known)]
        if len(self._secret("secret_key")) < SHORTEST_SECRET_KEY:
            unsafe.append("SECRET_KEY")
        if unsafe:
            names = ", ".join(dict.fromkeys(unsafe))
            raise UnsafeSettings(f"production needs its own value (not missing, default or short) for: {names}")

    def _secret(self, name: str) -> str:
        secret: SecretStr = getattr(self, name)
        return secret.get_secret_value()


def _key_of_32_bytes(text: str, name: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"{name} holds a key that is not base64") from error
    if len(key) != 32:
        raise ValueError(f"{name} needs keys of 32 bytes, base64 encoded")
    return key
