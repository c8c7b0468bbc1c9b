"""SMS: one message of an approved template to one mainland number, through a provider; and what is answered to them.

`SmsSender` is what a provider does for us, `TencentSms` speaks to Tencent Cloud. Knows what each of its codes means,
and no domain of ours.
"""

from backend.sms.errors import (
    ContentRefused,
    Misconfigured,
    NumberUnreachable,
    QuotaSpent,
    SmsError,
    TooFast,
    TryLater,
    Unanswered,
    UnknownRefusal,
    Unsubscribed,
)
from backend.sms.replies import BadReply, Reply, read_reply
from backend.sms.sender import Sms, SmsSender, Taken
from backend.sms.tencent import NotInstalled, TencentAccount, TencentSms

__all__ = [
    "BadReply",
    "ContentRefused",
    "Misconfigured",
    "NotInstalled",
    "NumberUnreachable",
    "QuotaSpent",
    "Reply",
    "Sms",
    "SmsError",
    "SmsSender",
    "Taken",
    "TencentAccount",
    "TencentSms",
    "TooFast",
    "TryLater",
    "Unanswered",
    "UnknownRefusal",
    "Unsubscribed",
    "read_reply",
]
