"""WeChat Pay, version 3, for payments in the mini-program (JSAPI): the one adapter around wechatpayv3.

The library signs, decrypts and verifies; calls are ours, because its own have no pool, no verified errors, fetch
certificates when a stranger names a serial number, and do not look at the age of a notification.
"""

import csv
import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from io import StringIO
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from backend.wechat.pay_keys import check_age, json_object
from backend.wechat.pay_transport import PayTransport
from backend.wechat.pay_values import (
    REFUND_STATES,
    TRADE_STATES,
    BadNotice,
    BillLine,
    Merchant,
    PayLater,
    PayOrder,
    PayParameters,
    PayRefused,
    RefundAsked,
    RefundSaid,
    RefundState,
    Trade,
    TradeState,
)

JSAPI: Final = "/v3/pay/transactions/jsapi"
ORDERS: Final = "/v3/pay/transactions/out-trade-no"
REFUNDS: Final = "/v3/refund/domestic/refunds"
BILL: Final = "/v3/bill/tradebill"
UNKNOWN: Final = frozenset({"ORDER_NOT_EXIST", "ORDERNOTEXIST", "RESOURCE_NOT_EXISTS"})
CHINA: Final = ZoneInfo("Asia/Shanghai")  # WeChat's own, whatever the shop's is
LONGEST_DESCRIPTION: Final = 127
LONGEST_REASON: Final = 80
PAID: Final = "TRANSACTION."
REFUNDED: Final = "REFUND."


class WechatPay:
    """The payments of one merchant to one mini-program. Every verb may be called again with the same numbers."""

    def __init__(self, merchant: Merchant, *, base_url: str, notify_url: str) -> None:
        self._merchant = merchant
        self._notify_url = notify_url
        self._transport = PayTransport(merchant, base_url=base_url)

    @property
    def mchid(self) -> str:
        return self._merchant.mchid

    @property
    def appid(self) -> str:
        return self._merchant.appid

    def prepay(self, order: PayOrder) -> str:
        """Let WeChat Pay expect a payment; the prepay id is good for two hours. Raises PayLater, PayRefused."""
        asked = {
            "appid": self.appid,
            "mchid": self.mchid,
            "description": order.description[:LONGEST_DESCRIPTION],
            "out_trade_no": order.out_trade_no,
            "time_expire": order.expires_at.astimezone(CHINA).isoformat(timespec="seconds"),
            "notify_url": self._notify_url,
            "amount": {"total": order.fen, "currency": "CNY"},
            "payer": {"openid": order.openid},
        }
        return _text(self._transport.post(JSAPI, asked), "prepay_id", JSAPI)

    def parameters(self, prepay_id: str, *, nonce: str, now: datetime) -> PayParameters:
        """What the phone needs to ask for the payment."""
        stamp, package = str(int(now.timestamp())), f"prepay_id={prepay_id}"
        signature = self._transport.sign(self.appid, stamp, nonce, package)
        return PayParameters(stamp, nonce, package, "RSA", signature)

    def query(self, out_trade_no: str) -> Trade | None:
        """An order as WeChat Pay knows it now, None where it does not. Raises PayLater, PayRefused."""
        try:
            found = self._transport.get(f"{ORDERS}/{out_trade_no}?mchid={self.mchid}")
        except PayRefused as refused:
            if refused.code in UNKNOWN:
                return None
            raise
        return _trade(found)

    def close(self, out_trade_no: str) -> None:
        """Let an order be paid no more. Raises PayRefused for one that is paid, PayLater."""
        try:
            self._transport.post(f"{ORDERS}/{out_trade_no}/close", {"mchid": self.mchid})
        except PayRefused as refused:
            if refused.code not in {*UNKNOWN, "ORDER_CLOSED", "ORDERCLOSED"}:
                raise

    def refund(self, asked: RefundAsked) -> RefundSaid:
        """Ask for money to go back. Raises PayLater, PayRefused."""
        body = {
            "transaction_id": asked.transaction_id,
            "out_refund_no": asked.out_refund_no,
            "reason": asked.reason[:LONGEST_REASON],
            "notify_url": self._notify_url,
            "amount": {"refund": asked.fen, "total": asked.total_fen, "currency": "CNY"},
        }
        return _refund(self._transport.post(REFUNDS, body), "status")

    def query_refund(self, out_refund_no: str) -> RefundSaid | None:
        """A refund as WeChat Pay knows it now, None where it does not. Raises PayLater, PayRefused."""
        try:
            return _refund(self._transport.get(f"{REFUNDS}/{out_refund_no}"), "status")
        except PayRefused as refused:
            if refused.code in UNKNOWN:
                return None
            raise

    def notified(self, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Trade | RefundSaid:
        """What a notification says. Raises BadNotice unless WeChat Pay signed it within the last five minutes."""
        try:
            text = body.decode()
        except UnicodeDecodeError as error:
            raise BadNotice("unreadable") from error
        check_age(headers, now)
        self._transport.keys.check(headers, text)
        said = json_object(text)
        kind, opened = str(said.get("event_type")), json_object(self._transport.keys.open(said.get("resource")))
        try:
            if kind.startswith(PAID):
                return _trade(opened)
            if kind.startswith(REFUNDED):
                return _refund(opened, "refund_status")
        except PayLater as unreadable:
            raise BadNotice(unreadable.words) from unreadable
        raise BadNotice("event-type")

    def bill(self, on: date) -> list[BillLine]:
        """WeChat's bill of a day, which is there from the next morning on. Raises PayLater, PayRefused."""
        named = self._transport.get(f"{BILL}?bill_date={on.isoformat()}&bill_type=ALL")
        data = self._transport.download(_text(named, "download_url", BILL))
        if hashlib.sha1(data).hexdigest() != _text(named, "hash_value", BILL).lower():  # noqa: S324  WeChat's own choice
            raise PayLater("HASH", "the bill is damaged", BILL)
        return list(_lines(data.decode("utf-8-sig"), on))


def _trade(found: Mapping[str, Any]) -> Trade:
    state, amount = found.get("trade_state"), found.get("amount") or {}
    if state not in TRADE_STATES:
        raise PayLater("UNREADABLE", "answer without trade_state", ORDERS)
    return Trade(
        out_trade_no=_text(found, "out_trade_no", ORDERS),
        state=cast("TradeState", state),
        mchid=str(found.get("mchid", "")),
        appid=str(found.get("appid", "")),
        fen=amount.get("total"),
        currency=amount.get("currency"),
        transaction_id=found.get("transaction_id") or None,
        paid_at=_instant(found.get("success_time")),
    )


def _refund(found: Mapping[str, Any], state_named: str) -> RefundSaid:
    state, amount = found.get(state_named), found.get("amount") or {}
    if state not in REFUND_STATES or not isinstance(amount.get("refund"), int):
        raise PayLater("UNREADABLE", "answer without status or amount", REFUNDS)
    return RefundSaid(
        out_refund_no=_text(found, "out_refund_no", REFUNDS),
        state=cast("RefundState", state),
        fen=amount["refund"],
        refund_id=found.get("refund_id") or None,
        mchid=found.get("mchid") or None,
        done_at=_instant(found.get("success_time")),
    )


def _lines(text: str, on: date) -> Iterator[BillLine]:
    rows = list(csv.reader(StringIO(text)))
    names = [name.strip() for name in rows[0]] if rows else []
    for row in rows[1:]:
        if not row or not row[0].startswith("`"):  # the sums at the end
            break
        one = dict(zip(names, (part.lstrip("`") for part in row), strict=False))
        yield BillLine(
            on=on,
            transaction_id=one.get("微信订单号", ""),
            out_trade_no=one.get("商户订单号", ""),
            state=one.get("交易状态", ""),
            fen=_fen(one.get("订单金额", "0")),
            out_refund_no=one.get("商户退款单号", "").strip("0") and one.get("商户退款单号", ""),
            refund_fen=_fen(one.get("退款金额", "0")),
        )


def _fen(text: str) -> int:
    try:
        return int((Decimal(text) * 100).to_integral_exact())
    except InvalidOperation as error:
        raise PayLater("UNREADABLE", "an amount of the bill", BILL) from error


def _instant(said: object) -> datetime | None:
    if not isinstance(said, str) or not said:
        return None
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _text(found: Mapping[str, Any], key: str, api: str) -> str:
    value = found.get(key)
    if isinstance(value, str) and value:
        return value
    raise PayLater("UNREADABLE", f"answer without {key}", api)
