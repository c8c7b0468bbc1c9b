import os

import pytest
from pydantic import ValidationError

from config.pay_settings import PaySettings
from tests.support.paying import API_V3_KEY, key_pair

PAY = {
    "WECHAT_PAY_MCHID": "1900000001",
    "WECHAT_PAY_SERIAL": "5157",
    "WECHAT_PAY_PRIVATE_KEY": key_pair("merchant")[0],
    "WECHAT_PAY_API_V3_KEY": API_V3_KEY,
}


@pytest.fixture
def start(monkeypatch):
    for name in PaySettings.model_fields:
        for spelling in {name, name.upper()} & set(os.environ):
            monkeypatch.delenv(spelling)

    def settings(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return PaySettings()

    return settings


def test_a_shop_need_have_no_account(start):
    assert start().wechat_pay_mchid == ""


def test_keys_come_as_they_are_on_one_line_or_from_a_file(start, tmp_path):
    pem = PAY["WECHAT_PAY_PRIVATE_KEY"].strip()
    file = tmp_path / "key.pem"
    file.write_text(pem)
    for given in (pem, pem.replace("\n", "\\n"), str(file)):
        assert start(**PAY | {"WECHAT_PAY_PRIVATE_KEY": given}).wechat_pay_private_key.get_secret_value() == pem


@pytest.mark.parametrize("name", list(PAY))
def test_all_of_it_or_nothing(start, name):
    with pytest.raises(ValidationError, match=name):
        start(**PAY | {name: ""})


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"WECHAT_PAY_API_V3_KEY": "short"}, "WECHAT_PAY_API_V3_KEY"),
        ({"WECHAT_PAY_PUBLIC_KEY_ID": "PUB_KEY_ID_1"}, "belong together"),
        ({"WECHAT_PAY_PRIVATE_KEY": "/nowhere.pem"}, "neither a PEM key"),
        ({"WECHAT_PAY_PRIVATE_KEY": __file__}, "no PEM key"),
    ],
)
def test_what_cannot_work_is_named(start, wrong, said):
    with pytest.raises(ValidationError, match=said):
        start(**PAY | wrong)
