"""WeChat: the API of official account and mini-program, WeChat Pay, and what WeChat pushes back to us.

Owns the access tokens, the meaning of each errcode, the signatures of WeChat Pay, the envelope of pushes and the limits
of template fields. Knows no domain of ours. `backend.wechat.simulator` is a WeChat of one's own to talk to, a program
of its own.
"""

from backend.wechat.callback import Callback, Push
from backend.wechat.client import Follower, MiniProgram, MiniProgramPage, OfficialAccount, ProgramState, Session
from backend.wechat.credentials import AppCredentials
from backend.wechat.errors import (
    ContentRefused,
    ForeignPhone,
    JumpRefused,
    LoginRefused,
    Misconfigured,
    OutOfWindow,
    QuotaSpent,
    RecipientUnreachable,
    TokenRefused,
    TooFast,
    TryLater,
    UnknownRefusal,
    Unreached,
    WeChatError,
    WrongRecipient,
)
from backend.wechat.fields import fit, fits, kind_of
from backend.wechat.messages import BadCallback, Event, Message, TextMessage, Unknown
from backend.wechat.pay import WechatPay
from backend.wechat.pay_values import (
    BadKey,
    BadNotice,
    BillLine,
    Merchant,
    PayError,
    PayLater,
    PayOrder,
    PayParameters,
    PayRefused,
    RefundAsked,
    RefundSaid,
    Trade,
)
from backend.wechat.qr_codes import QrCode
from backend.wechat.saying import LONGEST_TEXT, Article, Picture, Said, fits_text, passive_reply
from backend.wechat.subscription_events import (
    SubscriptionAnswer,
    SubscriptionOutcome,
    subscription_answers,
    subscription_outcomes,
)
from backend.wechat.tokens import FreshToken
from backend.wechat.web import WebUser, js_signature

__all__ = [
    "LONGEST_TEXT",
    "AppCredentials",
    "Article",
    "BadCallback",
    "BadKey",
    "BadNotice",
    "BillLine",
    "Callback",
    "ContentRefused",
    "Event",
    "Follower",
    "ForeignPhone",
    "FreshToken",
    "JumpRefused",
    "LoginRefused",
    "Merchant",
    "Message",
    "MiniProgram",
    "MiniProgramPage",
    "Misconfigured",
    "OfficialAccount",
    "OutOfWindow",
    "PayError",
    "PayLater",
    "PayOrder",
    "PayParameters",
    "PayRefused",
    "Picture",
    "ProgramState",
    "Push",
    "QrCode",
    "QuotaSpent",
    "RecipientUnreachable",
    "RefundAsked",
    "RefundSaid",
    "Said",
    "Session",
    "SubscriptionAnswer",
    "SubscriptionOutcome",
    "TextMessage",
    "TokenRefused",
    "TooFast",
    "Trade",
    "TryLater",
    "Unknown",
    "UnknownRefusal",
    "Unreached",
    "WeChatError",
    "WebUser",
    "WechatPay",
    "WrongRecipient",
    "fit",
    "fits",
    "fits_text",
    "js_signature",
    "kind_of",
    "passive_reply",
    "subscription_answers",
    "subscription_outcomes",
]
