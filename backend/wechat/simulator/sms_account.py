"""An account with the SMS provider (Tencent Cloud), as its consoles know it, and what the provider checks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest, digest
from typing import Any, Final

from werkzeug.datastructures import Headers

LONGEST_WORD: Final = 12
ONE_MESSAGE: Final = 70  # characters; a longer one is charged by pieces of 67
PIECE: Final = 67
PHONE: Final = re.compile(r"\+86(1[3-9][0-9]{9})")
BLANK: Final = re.compile(r"\{[0-9]+\}")
SIGNED: Final = re.compile(
    r"TC3-HMAC-SHA256 Credential=(?P<id>[^/]+)/(?P<day>[^/]+)/sms/tc3_request, "
    r"SignedHeaders=content-type;host, Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True)
class SmsAccount:
    """Key, application and approved signature; `templates` maps each approved id to its text with {1}, {2}.

    What users answer is posted to `replies_url`.
    """

    secret_id: str
    secret_key: str = field(repr=False)
    app_id: str = ""
    sign: str = "百汇百货"
    templates: Mapping[str, str] = field(default_factory=dict)
    replies_url: str | None = None


class SmsRefused(Exception):
    """The simulated provider says no, with a code of its list."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def check_signature(account: SmsAccount, headers: Headers, body: bytes) -> None:
    """Whether a request is signed as version 3 of the cloud's signatures says. Raises SmsRefused."""
    found = SIGNED.fullmatch(headers.get("Authorization", ""))
    if found is None:
        raise SmsRefused("AuthFailure.InvalidAuthorization")
    if found["id"] != account.secret_id:
        raise SmsRefused("AuthFailure.SecretIdNotFound")
    timestamp = headers.get("X-TC-Timestamp", "")
    if not timestamp.isdigit() or datetime.fromtimestamp(int(timestamp), UTC).strftime("%Y-%m-%d") != found["day"]:
        raise SmsRefused("AuthFailure.SignatureExpire")
    if not compare_digest(_signature(account, headers, body, found["day"]), found["signature"]):
        raise SmsRefused("AuthFailure.SignatureFailure")


def written(account: SmsAccount, given: Mapping[str, Any]) -> str:
    """The text that a request writes, with the signature before it. Raises SmsRefused."""
    if given.get("SmsSdkAppId") != account.app_id:
        raise SmsRefused("UnauthorizedOperation.SmsSdkAppIdVerifyFail")
    if given.get("SignName") != account.sign:
        raise SmsRefused("FailedOperation.SignatureIncorrectOrUnapproved")
    text, words = account.templates.get(str(given.get("TemplateId"))), list(given.get("TemplateParamSet") or ())
    if text is None:
        raise SmsRefused("FailedOperation.TemplateIncorrectOrUnapproved")
    if len(BLANK.findall(text)) != len(words):
        raise SmsRefused("FailedOperation.TemplateParamSetNotMatchApprovedTemplate")
    if any(len(word) > LONGEST_WORD for word in words):
        raise SmsRefused("InvalidParameterValue.TemplateParameterLengthLimit")
    for number, word in enumerate(words, 1):
        text = text.replace(f"{{{number}}}", word)
    return f"【{account.sign}】{text}"


def number(given: Mapping[str, Any]) -> str:
    """The one mainland number of a request, without the country's code. Raises SmsRefused."""
    numbers = given.get("PhoneNumberSet") or [""]
    found = PHONE.fullmatch(str(numbers[0]))
    if found is None or len(numbers) != 1:
        raise SmsRefused("InvalidParameterValue.IncorrectPhoneNumber")
    return found[1]


def charged(text: str) -> int:
    """How many messages a text is charged for."""
    return 1 if len(text) <= ONE_MESSAGE else -(-len(text) // PIECE)


def _signature(account: SmsAccount, headers: Headers, body: bytes, day: str) -> str:
    canonical = "\n".join(
        (
            "POST",
            "/",
            "",
            f"content-type:{headers.get('Content-Type', '')}\nhost:{headers.get('Host', '')}\n",
            "content-type;host",
            sha256(body).hexdigest(),
        )
    )
    scope = f"{day}/sms/tc3_request"
    signed = f"TC3-HMAC-SHA256\n{headers.get('X-TC-Timestamp')}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
    key = f"TC3{account.secret_key}".encode()
    for part in (day, "sms", "tc3_request", signed):
        key = digest(key, part.encode(), sha256)
    return key.hex()
