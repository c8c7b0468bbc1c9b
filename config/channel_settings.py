"""What the environment says of the ways to members beside template messages."""

import re
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode

from config.parts import WebAddress, quotas, template_ids

TENCENT_SMS: Final = "https://sms.tencentcloudapi.com"
SHORTEST_REPLIES_KEY: Final = 16
SENDER: Final = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+")

TemplateIds = Annotated[dict[str, str], NoDecode, BeforeValidator(template_ids)]


class ChannelSettings(BaseSettings):
    """Templates by channel, the provider of SMS, the mail server; without provider or server no such channel."""

    message_daily_quotas: Annotated[dict[str, int], NoDecode, BeforeValidator(quotas)] = {"official-account": 100_000}
    message_template_ids: TemplateIds = {}
    notice_template_ids: TemplateIds = {}
    subscribe_template_ids: TemplateIds = {}
    wechat_mp_state: Literal["developer", "trial", "formal"] = "formal"

    sms_provider: Literal["tencent"] | None = None
    sms_endpoint: WebAddress = TENCENT_SMS
    sms_secret_id: str = ""
    sms_secret_key: SecretStr = SecretStr("")
    sms_app_id: str = ""
    sms_sign: str = ""
    sms_template_ids: TemplateIds = {}
    sms_price_fen: Annotated[int, Field(ge=0, le=1000)] = 5
    sms_longest_word: Annotated[int, Field(ge=2, le=500)] = 12
    sms_replies_key: SecretStr = SecretStr("")

    mail_host: str = ""
    mail_port: Annotated[int, Field(ge=1, le=65535)] = 465
    mail_encryption: Literal["tls", "starttls", "none"] = "tls"
    mail_user: str = ""
    mail_password: SecretStr = SecretStr("")
    mail_from: str = ""
    mail_from_name: str = "百汇百货"

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        wanted = ("sms_secret_id", "sms_secret_key", "sms_app_id", "sms_sign") if self.sms_provider else ()
        missing = [name.upper() for name in wanted if not _said(getattr(self, name))]
        if missing:
            raise ValueError(f"SMS_PROVIDER={self.sms_provider} needs: {', '.join(missing)}")
        if 0 < len(_said(self.sms_replies_key)) < SHORTEST_REPLIES_KEY:
            raise ValueError(f"SMS_REPLIES_KEY needs at least {SHORTEST_REPLIES_KEY} characters")
        if self.mail_host and not SENDER.fullmatch(self.mail_from):
            raise ValueError("MAIL_HOST needs MAIL_FROM, the address that mails are from")
        return self


def _said(value: str | SecretStr) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else value
