"""The coupons that the demo store offers."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from backend import coupons, operators

OPERATOR: Final = "demo"
APPROVER: Final = "demo-approver"

TEMPLATES: Final[dict[str, dict[str, Any]]] = {
    "spring-50": {
        "name": "满300减50",
        "terms": "全场商品可用，每单一张；特价商品除外。",
        "worth": {"kind": "cash-off", "off_fen": 5_000, "threshold_fen": 30_000},
        "validity": {"days": 15, "after": 1},
        "supply": {"stock": 5_000, "claimable": True, "per_member": {"most": 1, "per": "month"}},
        "transferable": True,
    },
    "fashion-85": {
        "name": "服饰85折",
        "terms": "服饰专柜可用，最多优惠200元。",
        "worth": {"kind": "percent-off", "price": 8_500, "most_fen": 20_000},
        "scope": {"goods": {"categories": ["女装", "男装", "童装"]}},
        "validity": {"days": 30},
        "supply": {"stock": 2_000, "stock_per_day": 100, "claimable": True, "per_member": {"most": 1, "per": "week"}},
    },
    "tea-gift": {
        "name": "双人下午茶兑换",
        "worth": {"kind": "gift", "what": "双人下午茶"},
        "usable": {"hours": [["14:00", "17:00"]]},
        "validity": {"days": 60},
        "audience": {"tiers": ["gold", "diamond"]},
        "supply": {"stock": 300, "claimable": True},
    },
    "parking-2h": {
        "name": "两小时免费停车",
        "worth": {"kind": "parking", "minutes": 120},
        "validity": {"days": 7},
        "supply": {"claimable": True, "per_member": {"most": 1, "per": "week"}},
    },
}


def offer_coupons(session: Session, *, approver_password: str, now: datetime) -> None:
    """Let all of them be live, drafted by the demo's operator and approved by a second one, whom nobody can be."""
    session.flush()  # the demo's operator is looked up
    operators.create(session, login=APPROVER, password=approver_password, display_name="审批", role="operator", now=now)
    session.flush()
    for position, (code, definition) in enumerate(TEMPLATES.items(), start=1):
        coupons.draft(session, code, definition, by=OPERATOR, note="开业", now=now, position=position)
        coupons.approve(session, code, by=APPROVER, now=now)
        coupons.go_live(session, code, by=OPERATOR, now=now)
    operators.deactivate(session, login=APPROVER)
