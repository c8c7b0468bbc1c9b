import os

import pytest
from pydantic import ValidationError

from config.channel_settings import ChannelSettings

SMS = {
    "SMS_PROVIDER": "tencent",
    "SMS_SECRET_ID": "AKIDx",
    "SMS_SECRET_KEY": "sms-secret",
    "SMS_APP_ID": "1400006666",
    "SMS_SIGN": "百汇百货",
}
MAIL = {"MAIL_HOST": "smtp.example.com", "MAIL_FROM": "hello@shop.example", "MAIL_PASSWORD": "mail-secret"}


@pytest.fixture
def start(monkeypatch):
    for name in ChannelSettings.model_fields:
        for spelling in {name, name.upper()} & set(os.environ):
            monkeypatch.delenv(spelling)

    def settings(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return ChannelSettings()

    return settings


def test_without_a_word_there_is_neither_sms_nor_mail(start):
    settings = start()
    assert (settings.sms_provider, settings.mail_host) == (None, "")
    assert settings.message_template_ids == settings.notice_template_ids == settings.subscribe_template_ids == {}


def test_what_is_whole_is_taken(start):
    settings = start(**SMS, **MAIL, SMS_TEMPLATE_IDS="campaign=1001", SMS_PRICE_FEN="4")
    assert settings.sms_template_ids == {"campaign": "1001"}
    assert (settings.sms_price_fen, settings.mail_port, settings.mail_encryption) == (4, 465, "tls")


@pytest.mark.parametrize("missing", ["SMS_SECRET_ID", "SMS_SECRET_KEY", "SMS_APP_ID", "SMS_SIGN"])
def test_a_provider_needs_an_account_and_each_part_that_is_missing_is_named(start, missing):
    with pytest.raises(ValidationError, match=missing):
        start(**{name: value for name, value in SMS.items() if name != missing})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMS_PROVIDER", "pigeon"),
        ("SMS_ENDPOINT", "sms.tencentcloudapi.com"),
        ("SMS_PRICE_FEN", "-1"),
        ("SMS_REPLIES_KEY", "short"),
        ("SMS_TEMPLATE_IDS", "campaign"),
        ("MAIL_FROM", "shop"),
        ("MAIL_PORT", "0"),
        ("MAIL_ENCRYPTION", "rot13"),
        ("WECHAT_MP_STATE", "released"),
        ("NOTICE_TEMPLATE_IDS", "=1"),
    ],
)
def test_what_cannot_be_worked_with_is_refused_by_name(start, name, value):
    with pytest.raises(ValidationError) as refused:
        start(**SMS | MAIL | {name: value})
    assert name in str(refused.value).upper()


def test_nothing_that_is_shown_holds_a_secret(start):
    shown = repr(start(**SMS, **MAIL, SMS_REPLIES_KEY="0123456789abcdef"))
    for secret in ("sms-secret", "mail-secret", "0123456789abcdef"):
        assert secret not in shown
