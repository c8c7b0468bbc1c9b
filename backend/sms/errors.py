"""What a provider's refusals mean to the caller: one class an action, one table from code to class."""

from typing import Final


class SmsError(Exception):
    """The provider refused a message or did not answer. `request_id` is what its support asks for."""

    def __init__(self, code: str, request_id: str = "") -> None:
        super().__init__(code, request_id)
        self.code = code
        self.request_id = request_id

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.code} request {self.request_id or '-'}"


class TryLater(SmsError):
    """Busy, unreachable, or too much for this number at the moment: it was not sent, and may be sent later."""


class Unanswered(TryLater):
    """No answer was read, or one that does not say: the message may be on its way."""


class TooFast(SmsError):
    """The provider takes no more within the minute."""


class QuotaSpent(SmsError):
    """The provider takes no more today: a limit that is set in its console."""


class NumberUnreachable(SmsError):
    """The number gets no SMS from us: it is none, or has had all that it may have today."""


class Unsubscribed(NumberUnreachable):
    """The owner of the number has told the provider or the carrier to keep us away."""


class ContentRefused(SmsError):
    """Signature, template, word or length is not accepted; sending the same again is useless."""


class Misconfigured(SmsError):
    """Keys, application, whitelist, package or bill of the account are wrong: stop and call the operator."""


class UnknownRefusal(SmsError):
    """A code that the table does not know; not to be retried."""


# The codes of the SDK's own list (tencentcloud.sms.v20210111.errorcodes) and of the cloud's common ones.
BY_CODE: Final[dict[str, type[SmsError]]] = {
    **dict.fromkeys(
        (
            "FailedOperation.MarketingSendTimeConstraint",
            "InternalError",
            "LimitExceeded",
            "ResourceUnavailable",
        ),
        TryLater,
    ),
    **dict.fromkeys(
        (
            "ClientNetworkError",
            "ServerNetworkError",
            "InternalError.ParseBackendResponseFail",
            "InternalError.SendAndRecvFail",
            "InternalError.Timeout",
            "InternalError.UnknownError",
        ),
        Unanswered,
    ),
    **dict.fromkeys(("RequestLimitExceeded", "LimitExceeded.GlobalSmsSendingRateLimit"), TooFast),
    **dict.fromkeys(
        (
            "LimitExceeded.AppDailyLimit",
            "LimitExceeded.AppMainlandChinaDailyLimit",
            "LimitExceeded.DailyLimit",
        ),
        QuotaSpent,
    ),
    **dict.fromkeys(
        (
            "FailedOperation.PhoneNumberParseFail",
            "InvalidParameterValue.IncorrectPhoneNumber",
            "LimitExceeded.AppCountryOrRegionInBlacklist",
            "LimitExceeded.PhoneNumberDailyLimit",
            "LimitExceeded.PhoneNumberSameContentDailyLimit",
            "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone",
            "UnsupportedOperation.UnsupportedRegion",
        ),
        NumberUnreachable,
    ),
    "FailedOperation.PhoneNumberInBlacklist": Unsubscribed,
    **dict.fromkeys(
        (
            "FailedOperation",
            "InvalidParameter",
            "InvalidParameterValue",
            "LimitExceeded.PhoneNumberCountLimit",
            "MissingParameter",
            "UnknownParameter",
            "UnsupportedOperation",
        ),
        ContentRefused,
    ),
    **dict.fromkeys(
        (
            "ActionOffline",
            "AuthFailure",
            "FailedOperation.InsufficientBalanceInSmsPackage",
            "FailedOperation.NotEnterpriseCertification",
            "FailedOperation.ProhibitSubAccountUse",
            "FailedOperation.QualificationIdNotApproved",
            "InternalError.RequestTimeException",
            "InternalError.RestApiInterfaceNotExist",
            "InternalError.SigFieldMissing",
            "InternalError.SigVerificationFail",
            "InvalidAction",
            "InvalidParameter.AppidAndBizId",
            "InvalidParameterValue.SdkAppIdNotExist",
            "IpInBlacklist",
            "IpNotInWhitelist",
            "NoSuchProduct",
            "NoSuchVersion",
            "UnauthorizedOperation",
        ),
        Misconfigured,
    ),
}


def refusal(code: str, request_id: str = "") -> SmsError:
    """The typed error of a code: by its own line, else by that of its family, the part before the dot."""
    family = code.partition(".")[0]
    return BY_CODE.get(code, BY_CODE.get(family, UnknownRefusal))(code, request_id)
