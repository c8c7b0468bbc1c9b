import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import NameOID

from backend.wechat import BadNotice, PayLater
from backend.wechat.pay_keys import PlatformKeys, check_age, json_object
from backend.wechat.simulator.pay_account import sealed, signed_headers
from tests.support.clocks import MORNING
from tests.support.paying import account, key_pair, merchant

AT = int(MORNING.timestamp())


def certificate():
    key = load_pem_private_key(key_pair("platform")[0].encode(), None)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tenpay.com Root CA")])
    made = x509.CertificateBuilder(
        name, name, key.public_key(), 0x2A00, datetime(2026, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
    )
    return made.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()


def refused(keys, headers, body):
    with pytest.raises(BadNotice) as bad:
        keys.check(headers, body)
    return str(bad.value)


def test_a_signature_is_good_for_its_body_only():
    keys, headers = PlatformKeys(merchant(), dict), signed_headers(account(), "正文", at=AT)
    keys.check(headers, "正文")
    assert refused(keys, headers, "正文 ") == "signature"
    assert refused(keys, headers | {"Wechatpay-Nonce": "n"}, "正文") == "signature"
    assert refused(keys, headers | {"Wechatpay-Signature": "WECHATPAY/SIGNTEST/x"}, "正文") == "signature"
    assert refused(keys, headers | {"Wechatpay-Serial": "PUB_KEY_ID_02"}, "正文") == "serial"
    assert refused(keys, headers | {"Wechatpay-Signature-Type": "SM2"}, "正文") == "signature-type"
    assert refused(keys, {}, "正文") == "unsigned"


def test_certificates_are_fetched_when_they_are_needed_and_not_for_everybody_who_asks():
    ours = account(certificate=certificate(), public_key_id="")
    fetched = []

    def fetch():
        fetched.append(1)
        box = sealed(ours, ours.certificate, kind="certificate")
        return {"data": [{"serial_no": ours.serial, "encrypt_certificate": box}]}

    keys = PlatformKeys(merchant(public_key="", public_key_id=""), fetch)
    headers = signed_headers(ours, "x", at=AT)
    for _ in range(2):
        keys.check(headers, "x")
    for number in range(5):
        assert refused(keys, headers | {"Wechatpay-Serial": f"{number}AB"}, "x") == "serial"
    assert fetched == [1]


@pytest.mark.parametrize("answer", [{}, {"data": [{}]}, {"data": None}, PayLater("x", "", "")])
def test_certificates_that_cannot_be_had_are_no_bug(answer):
    def fetch():
        if isinstance(answer, Exception):
            raise answer
        return answer

    headers = signed_headers(account(certificate=certificate()), "x", at=AT)
    assert refused(PlatformKeys(merchant(), fetch), headers, "x") == "serial"


def test_only_our_key_opens_what_is_sealed():
    keys, box = PlatformKeys(merchant(), dict), sealed(account(), {"a": 1}, kind="transaction")
    assert json.loads(keys.open(box)) == {"a": 1}
    for wrong in (None, {}, "text", box | {"nonce": 1}, box | {"ciphertext": "!"}, box | {"associated_data": "b"}):
        with pytest.raises(BadNotice):
            keys.open(wrong)
    with pytest.raises(BadNotice):
        PlatformKeys(merchant(api_v3_key="f" * 32), dict).open(box)


@pytest.mark.parametrize(("off", "good"), [(300, True), (-300, True), (301, False), (-301, False)])
def test_a_signature_is_good_for_five_minutes(off, good):
    headers = {"Wechatpay-Timestamp": str(AT - off)}
    if good:
        check_age(headers, MORNING)
    else:
        with pytest.raises(BadNotice):
            check_age(headers, MORNING)


@pytest.mark.parametrize("said", ["", "1e9", "-1", "９９９", "1" * 11])
def test_a_time_is_digits(said):
    with pytest.raises(BadNotice):
        check_age({"Wechatpay-Timestamp": said}, MORNING + timedelta(0))


@pytest.mark.parametrize("text", ["", "[]", "1", "{", "[" * 99_999])
def test_a_body_is_an_object(text):
    with pytest.raises(BadNotice):
        json_object(text)
