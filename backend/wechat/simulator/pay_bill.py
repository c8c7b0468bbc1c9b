"""The trade bill of a day, as WeChat Pay writes it."""

import sqlite3
from datetime import UTC, date, datetime
from typing import Any, Final

from backend.wechat.simulator.pay_account import PayAccount
from backend.wechat.simulator.pay_orders import CHINA

HEAD: Final = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,"
    "代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,"
    "申请退款金额,费率备注"
)
SUMS: Final = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"


def written(db: sqlite3.Connection, account: PayAccount, on: date) -> str:
    """The bill: a line for each payment and each refund of the day, and sums."""
    paid = db.execute("SELECT * FROM pay_orders WHERE paid_at IS NOT NULL")
    orders = {row["out_trade_no"]: dict(row) for row in paid}
    lines = [_line(account, order, order["paid_at"]) for order in orders.values() if _day(order["paid_at"]) == on]
    refunds = db.execute("SELECT * FROM pay_refunds ORDER BY at").fetchall()
    lines += [_line(account, orders[one["out_trade_no"]], one["at"], one) for one in refunds if _day(one["at"]) == on]
    zeros = ",".join(["`0.00"] * 6)
    return "\r\n".join([HEAD, *lines, SUMS, f"`{len(lines)},{zeros}"]) + "\r\n"


def _line(account: PayAccount, order: dict[str, Any], at: int, refund: sqlite3.Row | None = None) -> str:
    when = datetime.fromtimestamp(at / 1000, UTC).astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
    money = _yuan(order["fen"])
    back = [refund["refund_id"], refund["out_refund_no"], _yuan(refund["fen"])] if refund else ["0", "0", "0.00"]
    state = "REFUND" if refund else "SUCCESS"
    first = [when, order["appid"], account.mchid, "0", "", order["transaction_id"], order["out_trade_no"]]
    middle = [order["openid"], "JSAPI", state, "OTHERS", "CNY", "0.00" if refund else money, "0.00", *back, "0.00"]
    kind = ["ORIGINAL", "SUCCESS"] if refund else ["", ""]
    last = [order["description"].replace(",", " "), "", "0.00", "0.60%", money, back[-1], ""]
    return ",".join(f"`{part}" for part in [*first, *middle, *kind, *last])


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def _day(at: int) -> date:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(CHINA).date()
