from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import requests
import urllib3

from backend.sms.errors import TryLater, Unanswered, refusal
from backend.sms.sender import Sms, Taken

REGION: Final = "ap-guangzhou"  # where mainland SMS are sent from; the API asks for one
TIMEOUT: Final = (3, 5)  # connect, read; seconds
CHINA: Final = "+86"
OK: Final = "Ok"
NO_CONNECTION: Final = "ClientNetworkError"


class NotInstalled(ImportError):
    """The SDK of Tencent Cloud is not here: it comes with the extra `sms`."""

    def __init__(self) -> None:
        super().__init__("SMS_PROVIDER=tencent needs the SDK: pip install 'baihui[sms]' (tencentcloud-sdk-python-sms)")


@dataclass(frozen=True, slots=True)
class TencentAccount:
    """What the consoles of Tencent Cloud say: the API key, and the application and approved signature of the SMS."""

    secret_id: str
    secret_key: str = field(repr=False)
    app_id: str
    sign: str


class TencentSms:
    """SMS through Tencent Cloud, or what stands at `endpoint` in its place. NotInstalled without its SDK.

    No number and no text is kept in the errors.
    """

    def __init__(self, account: TencentAccount, *, endpoint: str, timeout: tuple[float, float] = TIMEOUT) -> None:
        try:
            from tencentcloud.sms.v20210111 import models  # noqa: PLC0415  an extra, which not every shop installs
        except ImportError as error:
            raise NotInstalled from error
        self._request = models.SendSmsRequest
        self._account = account
        self._client = _client(account, endpoint, timeout)

    def send(self, sms: Sms) -> Taken:
        """Send one message. Raises SmsError and nothing else."""
        status = self._status(self._request_for(sms))
        if status.Code != OK:
            raise refusal(str(status.Code), str(status.SerialNo or ""))
        return Taken(str(status.SerialNo or ""), int(status.Fee or 0))

    def _request_for(self, sms: Sms) -> Any:
        request = self._request()
        request.PhoneNumberSet = [f"{CHINA}{sms.phone}"]
        request.SmsSdkAppId, request.SignName = self._account.app_id, self._account.sign
        request.TemplateId, request.TemplateParamSet = sms.template_id, list(sms.words)
        request.SessionContext = sms.reference
        return request

    def _status(self, request: Any) -> Any:
        from tencentcloud.common.exception import TencentCloudSDKException  # noqa: PLC0415  as above

        try:
            answer = self._client.SendSms(request)
        except TencentCloudSDKException as error:
            code = str(error.get_code())
            if code == NO_CONNECTION and _never_connected(error.__context__):
                raise TryLater(code) from None
            raise refusal(code, str(error.get_request_id() or "")) from None
        if not answer.SendStatusSet:
            raise Unanswered("NoStatus", str(answer.RequestId or ""))
        return answer.SendStatusSet[0]


def _client(account: TencentAccount, endpoint: str, timeout: tuple[float, float]) -> Any:
    from tencentcloud.common.credential import Credential  # noqa: PLC0415  as above
    from tencentcloud.common.profile.client_profile import ClientProfile  # noqa: PLC0415  as above
    from tencentcloud.common.profile.http_profile import HttpProfile  # noqa: PLC0415  as above
    from tencentcloud.sms.v20210111.sms_client import SmsClient  # noqa: PLC0415  as above

    where = urlsplit(endpoint)
    http = HttpProfile(protocol=where.scheme, endpoint=where.netloc, reqTimeout=timeout, keepAlive=True)
    credential = Credential(account.secret_id, account.secret_key)
    return SmsClient(credential, REGION, ClientProfile(httpProfile=http))


def _never_connected(error: BaseException | None) -> bool:
    """Whether no connection was made: the message cannot have been taken."""
    reason = getattr(error.args[0], "reason", None) if error is not None and error.args else None
    return isinstance(error, requests.ConnectTimeout) or isinstance(reason, urllib3.exceptions.NewConnectionError)
