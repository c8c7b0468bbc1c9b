"""What is said to WeChat Pay and what it says, and how it refuses."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, get_args

TradeState = Literal["SUCCESS", "REFUND", "NOTPAY", "CLOSED", "REVOKED", "USERPAYING", "PAYERROR"]
RefundState = Literal["SUCCESS", "CLOSED", "PROCESSING", "ABNORMAL"]
TRADE_STATES = frozenset(get_args(TradeState))
REFUND_STATES = frozenset(get_args(RefundState))


class PayError(Exception):
    """WeChat Pay refused a call or did not answer it. `code` is its own (SIGN_ERROR), or what happened."""

    def __init__(self, code: str, words: str, api: str) -> None:
        super().__init__(code, words, api)
        self.code = code
        self.words = words
        self.api = api

    def __str__(self) -> str:
        return f"{self.api}: {self.code} {self.words}"


class PayLater(PayError):
    """Busy, unreachable or unreadable. It may have had its effect: the same call with the same number is safe."""


class PayRefused(PayError):
    """A refusal that the same call meets again."""


class BadKey(ValueError):
    """A key cannot be read; its argument names it."""


class BadNotice(Exception):
    """What was posted is no notification that WeChat Pay has just signed for us; its argument says why."""


@dataclass(frozen=True)
class Merchant:
    """The account with WeChat Pay. Keys are PEM; without `public_key` WeChat's certificates are fetched."""

    mchid: str
    appid: str
    serial_no: str
    private_key: str = field(repr=False)
    api_v3_key: str = field(repr=False)
    public_key_id: str = ""
    public_key: str = field(default="", repr=False)


@dataclass(frozen=True)
class PayOrder:
    """What somebody is asked to pay, until when."""

    out_trade_no: str
    description: str
    fen: int
    openid: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True)
class Trade:
    """An order as WeChat Pay knows it; what is not paid has no transaction, and perhaps no amount."""

    out_trade_no: str
    state: TradeState
    mchid: str
    appid: str
    fen: int | None = None
    currency: str | None = None
    transaction_id: str | None = None
    paid_at: datetime | None = None


@dataclass(frozen=True)
class RefundAsked:
    """Money to be given back out of a transaction; the number makes a repeat harmless."""

    out_refund_no: str
    transaction_id: str
    fen: int
    total_fen: int
    reason: str


@dataclass(frozen=True)
class RefundSaid:
    """A refund as WeChat Pay knows it."""

    out_refund_no: str
    state: RefundState
    fen: int
    refund_id: str | None = None
    mchid: str | None = None
    done_at: datetime | None = None


@dataclass(frozen=True)
class PayParameters:
    """What the mini-program hands to `wx.requestPayment`."""

    time_stamp: str
    nonce: str
    package: str
    sign_type: Literal["RSA"]
    pay_sign: str


@dataclass(frozen=True)
class BillLine:
    """A line of WeChat's bill of a day: a payment, or a refund where it has a refund number."""

    on: date
    transaction_id: str
    out_trade_no: str
    state: str
    fen: int
    out_refund_no: str = ""
    refund_fen: int = 0
