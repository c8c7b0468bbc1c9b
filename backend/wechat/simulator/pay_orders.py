"""Orders and refunds as the simulated WeChat Pay keeps them, and what it says of them."""

import secrets
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from backend.wechat.simulator.pay_account import PayAccount, PayFailed

CHINA: Final = ZoneInfo("Asia/Shanghai")
BANK: Final = "OTHERS"


def place(db: sqlite3.Connection, account: PayAccount, asked: Mapping[str, Any], *, now: int) -> str:
    """Expect a payment; the same order again is answered the same. Raises PayFailed."""
    if asked.get("mchid") != account.mchid:
        raise PayFailed(400, "PARAM_ERROR", "商户号不符")
    known = db.execute(
        "SELECT 1 FROM identities WHERE appid = ? AND openid = ?", (asked["appid"], asked["payer"]["openid"])
    ).fetchone()
    if known is None:
        raise PayFailed(400, "PARAM_ERROR", "appid 与 openid 不匹配")
    fen, expires_at = int(asked["amount"]["total"]), _milliseconds(asked["time_expire"])
    if fen < 1 or expires_at <= now:
        raise PayFailed(400, "PARAM_ERROR", "金额或过期时间有误")
    before = db.execute("SELECT * FROM pay_orders WHERE out_trade_no = ?", (asked["out_trade_no"],)).fetchone()
    if before is not None:
        return _again(before, asked, fen)
    prepay_id = f"wx{secrets.token_hex(17)}"
    db.execute(
        "INSERT INTO pay_orders VALUES (?, ?, ?, ?, ?, ?, ?, 'NOTPAY', NULL, ?, NULL, ?)",
        (
            asked["out_trade_no"],
            asked["appid"],
            asked["payer"]["openid"],
            str(asked["description"]),
            fen,
            asked["notify_url"],
            prepay_id,
            expires_at,
            now,
        ),
    )
    return prepay_id


def of_number(db: sqlite3.Connection, out_trade_no: str) -> dict[str, Any]:
    """An order. Raises PayFailed."""
    row = db.execute("SELECT * FROM pay_orders WHERE out_trade_no = ?", (out_trade_no,)).fetchone()
    if row is None:
        raise PayFailed(404, "ORDER_NOT_EXIST", "订单不存在")
    return dict(row)


def close(db: sqlite3.Connection, out_trade_no: str) -> None:
    """Let an order be paid no more. Raises PayFailed."""
    if of_number(db, out_trade_no)["state"] in {"SUCCESS", "REFUND"}:
        raise PayFailed(400, "ORDERPAID", "该订单已支付")
    db.execute("UPDATE pay_orders SET state = 'CLOSED' WHERE out_trade_no = ?", (out_trade_no,))


def pay(db: sqlite3.Connection, prepay_id: str, user_id: int, *, now: int) -> dict[str, Any]:
    """The user pays what the mini-program asked for by its prepay id. Raises PayFailed."""
    row = db.execute(
        "SELECT o.* FROM pay_orders o JOIN identities i ON i.appid = o.appid AND i.openid = o.openid "
        "WHERE prepay_id = ? AND user_id = ?",
        (prepay_id, user_id),
    ).fetchone()
    if row is None:
        raise PayFailed(404, "ORDER_NOT_EXIST", "订单不存在")
    if row["state"] != "NOTPAY" or row["expires_at"] <= now:
        raise PayFailed(409, "ORDER_CLOSED", "订单已支付或已关闭")
    number = f"4200{secrets.randbelow(10**24):024d}"
    db.execute(
        "UPDATE pay_orders SET state = 'SUCCESS', transaction_id = ?, paid_at = ? WHERE prepay_id = ?",
        (number, now, prepay_id),
    )
    return of_number(db, row["out_trade_no"])


def trade(account: PayAccount, order: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of an order."""
    said = {
        "appid": order["appid"],
        "mchid": account.mchid,
        "out_trade_no": order["out_trade_no"],
        "trade_state": order["state"],
        "trade_state_desc": "支付成功" if order["transaction_id"] else "订单未支付",
        "amount": {"total": order["fen"], "payer_total": order["fen"], "currency": "CNY", "payer_currency": "CNY"},
        "payer": {"openid": order["openid"]},
    }
    if order["transaction_id"]:
        said |= {
            "transaction_id": order["transaction_id"],
            "trade_type": "JSAPI",
            "bank_type": BANK,
            "success_time": instant(order["paid_at"]),
        }
    return said


def give_back(db: sqlite3.Connection, asked: Mapping[str, Any], *, now: int) -> tuple[dict[str, Any], bool]:
    """Refund; the same number again is answered the same, and told as not new. Raises PayFailed."""
    order = db.execute(
        "SELECT * FROM pay_orders WHERE transaction_id = ? OR out_trade_no = ?",
        (asked.get("transaction_id"), asked.get("out_trade_no")),
    ).fetchone()
    if order is None or order["transaction_id"] is None:
        raise PayFailed(404, "RESOURCE_NOT_EXISTS", "订单不存在")
    fen, number = int(asked["amount"]["refund"]), asked["out_refund_no"]
    before = db.execute("SELECT * FROM pay_refunds WHERE out_refund_no = ?", (number,)).fetchone()
    if before is not None:
        if (before["out_trade_no"], before["fen"]) != (order["out_trade_no"], fen):
            raise PayFailed(400, "PARAM_ERROR", "订单号不一致")
        return dict(before), False
    back = db.execute("SELECT COALESCE(SUM(fen), 0) FROM pay_refunds WHERE out_trade_no = ?", (order["out_trade_no"],))
    if int(asked["amount"]["total"]) != order["fen"] or fen < 1 or back.fetchone()[0] + fen > order["fen"]:
        raise PayFailed(400, "INVALID_REQUEST", "订单金额或退款金额与之前请求不一致")
    db.execute(
        "INSERT INTO pay_refunds VALUES (?, ?, ?, 'SUCCESS', ?, ?, ?)",
        (number, order["out_trade_no"], fen, f"5030{secrets.randbelow(10**24):024d}", asked.get("notify_url"), now),
    )
    db.execute("UPDATE pay_orders SET state = 'REFUND' WHERE out_trade_no = ?", (order["out_trade_no"],))
    return refund_of(db, number), True


def refund_of(db: sqlite3.Connection, out_refund_no: str) -> dict[str, Any]:
    """A refund. Raises PayFailed."""
    row = db.execute("SELECT * FROM pay_refunds WHERE out_refund_no = ?", (out_refund_no,)).fetchone()
    if row is None:
        raise PayFailed(404, "RESOURCE_NOT_EXISTS", "退款单不存在")
    return dict(row)


def refund(db: sqlite3.Connection, account: PayAccount, found: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of a refund: `status` to who asks, `refund_status` in a notification."""
    order = of_number(db, found["out_trade_no"])
    return {
        "mchid": account.mchid,
        "refund_id": found["refund_id"],
        "out_refund_no": found["out_refund_no"],
        "transaction_id": order["transaction_id"],
        "out_trade_no": order["out_trade_no"],
        "user_received_account": "支付用户零钱",
        "success_time": instant(found["at"]),
        "create_time": instant(found["at"]),
        "status": found["state"],
        "refund_status": found["state"],
        "amount": {"total": order["fen"], "refund": found["fen"], "payer_total": order["fen"], "currency": "CNY"},
    }


def of_user(db: sqlite3.Connection, user_id: int) -> list[dict[str, Any]]:
    """What a user was asked to pay, newest first, 100 at most."""
    rows = db.execute(
        "SELECT o.* FROM pay_orders o JOIN identities i ON i.appid = o.appid AND i.openid = o.openid "
        "WHERE i.user_id = ? ORDER BY o.created_at DESC, o.rowid DESC LIMIT 100",
        (user_id,),
    )
    return [{**dict(row), "openid": None} for row in rows]


def instant(at: int) -> str:
    """Unix milliseconds as WeChat Pay writes them."""
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(CHINA).isoformat(timespec="seconds")


def _again(before: sqlite3.Row, asked: Mapping[str, Any], fen: int) -> str:
    if before["state"] in {"SUCCESS", "REFUND"}:
        raise PayFailed(400, "ORDERPAID", "该订单已支付")
    if before["state"] == "CLOSED":
        raise PayFailed(400, "ORDER_CLOSED", "订单已关闭")
    if (before["fen"], before["openid"]) != (fen, asked["payer"]["openid"]):
        raise PayFailed(403, "OUT_TRADE_NO_USED", "商户订单号重复")
    return str(before["prepay_id"])


def _milliseconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)
