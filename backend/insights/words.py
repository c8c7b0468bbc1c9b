"""What people read for the lines of the ledger: members on their statement, finance in its report."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

WORDS_BY_SOURCE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "join": "入会礼",
        "profile": "完善资料奖励",
        "check-in": "签到奖励",
        "check-in-step": "签到礼",
        "make-up": "补签",
        "purchase": "消费获得",
        "refund": "退货扣回",
        "receipt-undo": "小票积分撤销",
        "rule": "活动奖励",
        "share": "分享奖励",
        "share-visit": "好友到访奖励",
        "referral": "邀请奖励",
        "registration": "报名奖励",
        "attendance": "到场奖励",
        "survey": "问卷奖励",
        "birthday": "生日礼",
        "tier-gift": "等级礼",
        "grant": "积分赠送",
        "grant-reversal": "赠送撤销",
        "exchange": "积分兑换",
        "exchange-cancel": "兑换取消退回",
        "draw": "抽奖使用",
        "parking": "停车抵扣",
        "parking-reversed": "停车抵扣退回",
        "draw-prize": "抽奖奖品",
        "exchange-return": "兑换退货退回",
        "exchange-undo": "兑换提货撤销",
        "cash": "积分抵现",
        "cash-back": "抵现退回",
        "adjustment": "积分调整",
        "adjustment-reversal": "调整撤销",
        "transfer-out": "转赠积分",
        "transfer-in": "收到转赠",
        "partner-out": "兑换为合作商户积分",
        "partner-in": "合作商户积分转入",
        "merge-out": "账户合并转出",
        "merge-in": "账户合并转入",
        "merge-debt": "账户合并转移欠分",
        "closure": "账户注销",
        "closure-debt": "账户注销免除欠分",
        "expiry": "积分过期",
    }
)
WORDS_BY_KIND: Final[Mapping[str, str]] = MappingProxyType(
    {
        "earn": "积分获得",
        "spend": "积分使用",
        "take-back": "积分扣回",
        "cancel": "积分退回",
        "expire": "积分过期",
        "pay-debt": "冻结解除抵欠",
    }
)


def words_of(kind: str, source_kind: str) -> str:
    """The words for a movement: by what caused it, else by what it is."""
    return WORDS_BY_SOURCE.get(source_kind, WORDS_BY_KIND.get(kind, kind))
