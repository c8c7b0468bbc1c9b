"""What the environment says of the account with WeChat Pay. A shop without one sells at the till only."""

import re
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import BeforeValidator, SecretStr, model_validator
from pydantic_settings import BaseSettings

from config.parts import WebAddress

WECHAT_PAY: Final = "https://api.mch.weixin.qq.com"
BEGIN: Final = "-----BEGIN "
API_V3_KEY: Final = re.compile(r"[0-9A-Za-z]{32}")
NEEDED: Final = ("wechat_pay_mchid", "wechat_pay_serial", "wechat_pay_private_key", "wechat_pay_api_v3_key")


def _pem(value: str | SecretStr) -> str:
    """A key is given itself, on one line if need be (line ends written as in JSON), or as the path of its file."""
    text = _said(value).strip()
    if not text or text.startswith(BEGIN):
        return text.replace("\\n", "\n")
    try:
        found = Path(text).read_text("ascii").strip()
    except (OSError, ValueError) as error:
        raise ValueError("neither a PEM key nor the path of one") from error
    if not found.startswith(BEGIN):
        raise ValueError("the file holds no PEM key")
    return found


class PaySettings(BaseSettings):
    """The merchant's number, key and certificate, and WeChat Pay's public key (else certificates are fetched)."""

    wechat_pay_base_url: WebAddress = WECHAT_PAY
    wechat_pay_mchid: str = ""
    wechat_pay_serial: str = ""
    wechat_pay_private_key: Annotated[SecretStr, BeforeValidator(_pem)] = SecretStr("")
    wechat_pay_api_v3_key: SecretStr = SecretStr("")
    wechat_pay_public_key_id: str = ""
    wechat_pay_public_key: Annotated[str, BeforeValidator(_pem)] = ""

    @model_validator(mode="after")
    def _pay_is_whole(self) -> Self:
        missing = [name.upper() for name in NEEDED if not _said(getattr(self, name))]
        if 0 < len(missing) < len(NEEDED):
            raise ValueError(f"WeChat Pay also needs: {', '.join(missing)}")
        if bool(self.wechat_pay_public_key) != bool(self.wechat_pay_public_key_id):
            raise ValueError("WECHAT_PAY_PUBLIC_KEY and WECHAT_PAY_PUBLIC_KEY_ID belong together")
        if not missing and not API_V3_KEY.fullmatch(self.wechat_pay_api_v3_key.get_secret_value()):
            raise ValueError("WECHAT_PAY_API_V3_KEY is the 32 letters and digits of the APIv3 key")
        return self


def _said(value: str | SecretStr) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else value
