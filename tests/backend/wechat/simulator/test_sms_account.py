import pytest
from werkzeug.datastructures import Headers

from backend.wechat.simulator.sms_account import SmsAccount, SmsRefused, charged, check_signature, number, written

ACCOUNT = SmsAccount(
    "AKIDz8krbsJ5yKBZQpn74WFkmLPx3", "Gu5t9xGARNpq86cd98joQYCN3", "1400006666", "百汇", {"T": "{1}在{2}"}
)
BODY = b'{"Limit": 1}'
SIGNED = "TC3-HMAC-SHA256 Credential={id}/2019-02-25/sms/tc3_request, SignedHeaders=content-type;host, Signature={sig}"
OURS = "b7d76b65b0d7a9f01c0abb8a2a0ab2ef62f5a4c1c0f6b1a5d8a2a8f0e1a1b2c3"


def headers(**change):
    known = {
        "Content-Type": "application/json",
        "Host": "sms.tencentcloudapi.com",
        "X-TC-Timestamp": "1551113065",
        "Authorization": SIGNED.format(id=ACCOUNT.secret_id, sig=OURS),
    }
    return Headers(known | change)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"Authorization": "Bearer x"}, "AuthFailure.InvalidAuthorization"),
        ({"Authorization": SIGNED.format(id="AKIDother", sig=OURS)}, "AuthFailure.SecretIdNotFound"),
        ({"X-TC-Timestamp": "1551200000"}, "AuthFailure.SignatureExpire"),
        ({"X-TC-Timestamp": "soon"}, "AuthFailure.SignatureExpire"),
        ({}, "AuthFailure.SignatureFailure"),
    ],
)
def test_what_is_not_signed_by_the_account_is_refused(change, code):
    with pytest.raises(SmsRefused) as caught:
        check_signature(ACCOUNT, headers(**change), BODY)
    assert caught.value.code == code


def test_a_text_is_written_with_the_signature_before_it():
    given = {"SmsSdkAppId": "1400006666", "SignName": "百汇", "TemplateId": "T", "TemplateParamSet": ["{2}", "店"]}
    assert written(ACCOUNT, given) == "【百汇】店在店"


@pytest.mark.parametrize(
    "given",
    [{}, {"PhoneNumberSet": []}, {"PhoneNumberSet": ["13800001234"]}, {"PhoneNumberSet": ["+8613800001234"] * 2}],
)
def test_one_mainland_number_is_wanted(given):
    with pytest.raises(SmsRefused):
        number(given)


@pytest.mark.parametrize(("length", "pieces"), [(1, 1), (70, 1), (71, 2), (134, 2), (135, 3)])
def test_a_long_text_is_charged_by_pieces(length, pieces):
    assert charged("字" * length) == pieces
