"""rule books

Revision ID: 0002
Revises: 0001
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Version 1 of each kind, in force since ever. These are literals and no imports: what a store began with stays what it
# was, whatever the code says later.
FIRST_BOOKS: dict[str, dict[str, Any]] = {}

# ---- tiers ----------------------------------------------------------------------------------------------------------


def _tier(code: str, name: str, growth: int | None, price: int, multiplier: int) -> dict[str, Any]:
    return {
        "code": code,
        "name": name,
        "qualify": None if growth is None else {"growth": growth},
        "keep": None,
        "validity": "forever",
        "grace_days": 0,
        "landing": "full",
        "benefits": {
            "price": price,
            "multiplier": multiplier,
            "birthday_gift_points": 0,
            "parking_minutes": 0,
            "free_shipping": False,
            "early_access_hours": 0,
            "priority_service": False,
            "shopper_visits": 0,
        },
        "gift": None,
    }


FIRST_BOOKS["tiers"] = {
    "growth": {"per_yuan": 10_000, "check_in": 0, "decay": None},
    "on_refund": "recheck",
    "change": "recompute",
    "tiers": [
        _tier("basic", "普通", None, 10_000, 10_000),
        _tier("silver", "银卡", 2_000, 9_800, 12_000),
        _tier("gold", "金卡", 10_000, 9_500, 15_000),
        _tier("diamond", "钻石", 50_000, 9_200, 20_000),
    ],
    "replaced": {},
}

# ---- points as cash -------------------------------------------------------------------------------------------------

FIRST_BOOKS["cash"] = {
    "enabled": True,
    "points_per_yuan": 100,
    "min_points": 100,
    "step": 100,
    "max_share": 5_000,
    "tiers": {},
}

# ---- what points are given for --------------------------------------------------------------------------------------

FIRST_BOOKS["earning"] = {
    "groups": [
        {"code": "base", "kind": "points", "stacking": "add", "scaled": True, "rounding": "down"},
        {"code": "activity", "kind": "points", "stacking": "add", "scaled": False, "rounding": "down"},
    ],
    "rules": [
        {
            "code": "purchase",
            "name": "消费积分",
            "group": "base",
            "trigger": "purchase",
            "effect": {"per_yuan": 10_000},
        },
        {
            "code": "check-in",
            "name": "签到积分",
            "group": "activity",
            "trigger": "check-in",
            "effect": {"base": 10_000},
        },
        {
            "code": "join",
            "name": "入会礼",
            "group": "activity",
            "trigger": "registration",
            "effect": {"fixed": 100},
        },
    ],
}

# ---- families and leaving -------------------------------------------------------------------------------------------

FIRST_BOOKS["families"] = {
    "transfers": False,
    "most_members": 6,
    "day_cap_points": 2_000,
    "min_points": 100,
    "settled_days": 7,
    "invitation_hours": 24,
}
FIRST_BOOKS["closure"] = {"cooling_off_days": 7}

# ---- adjustments and grants -----------------------------------------------------------------------------------------


def _allowance(each: int, day: int) -> dict[str, int]:
    return {"each": each, "day": day}


FIRST_BOOKS["adjustments"] = {
    "reasons": [
        {"code": "correction", "words": "差错更正", "direction": "both", "enabled": True},
        {"code": "missed-purchase", "words": "消费积分补登", "direction": "credit", "enabled": True},
        {"code": "complaint", "words": "客诉补偿", "direction": "credit", "enabled": True},
        {"code": "goodwill", "words": "会员关怀", "direction": "credit", "enabled": True},
        {"code": "campaign", "words": "活动赠送", "direction": "credit", "enabled": True},
        {"code": "abuse", "words": "违规扣回", "direction": "debit", "enabled": True},
    ],
    "roles": {
        "operator": {
            "adjust": _allowance(500, 5_000),
            "approve": _allowance(0, 0),
            "grant": _allowance(10_000, 20_000),
            "approve_grant": _allowance(0, 0),
        },
        "admin": {
            "adjust": _allowance(10_000, 100_000),
            "approve": _allowance(1_000_000, 5_000_000),
            "grant": _allowance(100_000, 500_000),
            "approve_grant": _allowance(100_000_000, 500_000_000),
        },
    },
    "logins": {},
    "waits_days": 7,
    "largest_gift": 100_000,
}

# ---- end of the first books -----------------------------------------------------------------------------------------


def upgrade() -> None:
    books = op.create_table(
        "rule_books",
        sa.Column("kind", _code(16), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("live_from", _instant(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("drafted_by", _code(32), nullable=False),
        sa.Column("created_at", _instant(), nullable=False),
        sa.Column("decided_by", _code(32), nullable=True),
        sa.Column("decided_at", _instant(), nullable=True),
        sa.CheckConstraint("status IN ('draft', 'published', 'discarded')", name=op.f("ck_rule_books_status_known")),
        sa.CheckConstraint(
            "(status = 'published') = (live_from IS NOT NULL)", name=op.f("ck_rule_books_live_when_published")
        ),
        sa.PrimaryKeyConstraint("kind", "version", name=op.f("pk_rule_books")),
    )
    with op.batch_alter_table("rule_books", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_rule_books_kind_status_live_from"), ["kind", "status", "live_from"], unique=False
        )
    op.bulk_insert(books, [_first(kind, definition) for kind, definition in FIRST_BOOKS.items()])


def downgrade() -> None:
    op.drop_table("rule_books")


def _first(kind: str, definition: dict[str, Any]) -> dict[str, Any]:
    ever = datetime(1970, 1, 1)
    return {
        "kind": kind,
        "version": 1,
        "definition": definition,
        "status": "published",
        "based_on": None,
        "live_from": ever,
        "note": "初始规则",
        "drafted_by": "baihui",
        "created_at": ever,
        "decided_by": "baihui",
        "decided_at": ever,
    }


def _code(length: int) -> sa.String:
    return (
        sa.String(length=length)
        .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=length), "mariadb")
        .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=length), "mysql")
    )


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
