import pytest
from tencentcloud.sms.v20210111 import errorcodes

from backend.sms import errors
from backend.sms.errors import BY_CODE, refusal

OF_THE_SDK = sorted(value for name, value in vars(errorcodes).items() if name.isupper())
WORTH_A_LOOK = {
    "FailedOperation.ContainSensitiveWord": errors.ContentRefused,
    "FailedOperation.InsufficientBalanceInSmsPackage": errors.Misconfigured,
    "FailedOperation.MarketingSendTimeConstraint": errors.TryLater,
    "FailedOperation.PhoneNumberInBlacklist": errors.Unsubscribed,
    "FailedOperation.SignatureIncorrectOrUnapproved": errors.ContentRefused,
    "FailedOperation.TemplateIncorrectOrUnapproved": errors.ContentRefused,
    "FailedOperation.TemplateParamSetNotMatchApprovedTemplate": errors.ContentRefused,
    "InternalError.OtherError": errors.TryLater,
    "InternalError.RequestTimeException": errors.Misconfigured,
    "InternalError.Timeout": errors.Unanswered,
    "InvalidParameterValue.ContentLengthLimit": errors.ContentRefused,
    "InvalidParameterValue.IncorrectPhoneNumber": errors.NumberUnreachable,
    "InvalidParameterValue.SdkAppIdNotExist": errors.Misconfigured,
    "InvalidParameterValue.TemplateParameterLengthLimit": errors.ContentRefused,
    "LimitExceeded.AppDailyLimit": errors.QuotaSpent,
    "LimitExceeded.DeliveryFrequencyLimit": errors.TryLater,
    "LimitExceeded.PhoneNumberDailyLimit": errors.NumberUnreachable,
    "LimitExceeded.PhoneNumberOneHourLimit": errors.TryLater,
    "LimitExceeded.PhoneNumberThirtySecondLimit": errors.TryLater,
    "UnauthorizedOperation.RequestIpNotInWhitelist": errors.Misconfigured,
    "UnauthorizedOperation.ServiceSuspendDueToArrears": errors.Misconfigured,
    "UnsupportedOperation.UnsupportedRegion": errors.NumberUnreachable,
    "AuthFailure.SignatureFailure": errors.Misconfigured,
    "AuthFailure.SecretIdNotFound": errors.Misconfigured,
    "RequestLimitExceeded.UinLimitExceeded": errors.TooFast,
    "ClientNetworkError": errors.Unanswered,
    "ServerNetworkError": errors.Unanswered,
    "Whatever.New": errors.UnknownRefusal,
}


@pytest.mark.parametrize("code", WORTH_A_LOOK)
def test_each_code_means_what_is_to_be_done(code):
    assert type(refusal(code)) is WORTH_A_LOOK[code]


@pytest.mark.parametrize("code", OF_THE_SDK)
def test_the_table_knows_every_code_of_the_sdk(code):
    assert type(refusal(code)) is not errors.UnknownRefusal


def test_lines_of_the_sms_api_are_spelt_as_the_sdk_spells_them():
    own = {code for code in BY_CODE if "." in code}
    assert own <= set(OF_THE_SDK)


def test_an_error_tells_code_and_request_for_the_provider_s_support():
    assert str(refusal("InternalError.Timeout", "r-1")) == "Unanswered InternalError.Timeout request r-1"
