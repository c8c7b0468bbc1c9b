"""check-ins by rules as data: steps, special days, make-ups, check-ins at a store

Revision ID: 0030
Revises: 0039
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0030"
down_revision = "0039"
branch_labels = None
depends_on = None

# what config/policy.py said before
FIRST_BOOK = {
    "daily": {"points": 5, "streak_bonus": 1, "longest_paid_streak": 7},
    "streak": [],
    "week": [],
    "month": [],
    "special_days": [],
    "make_ups": {"days_back": 0, "per_month": 0, "points": 0, "free": {}},
    "places": {"required": False, "points": 0, "radius_m": None, "by_scene": False, "sites": []},
}


def upgrade() -> None:
    """Visits of before were ordinary ones, judged by the first book."""
    with op.batch_alter_table("check_ins", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", _code(16), server_default="ordinary", nullable=False))
        batch_op.add_column(sa.Column("store_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("near", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("made_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("price", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("by_chance", sa.Boolean(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("book_version", sa.Integer(), server_default="1", nullable=False))
        batch_op.create_foreign_key(batch_op.f("fk_check_ins_store_id"), "stores", ["store_id"], ["id"])
        batch_op.create_check_constraint(batch_op.f("ck_check_ins_price_not_negative"), "price >= 0")
        batch_op.create_check_constraint(
            batch_op.f("ck_check_ins_kind_known"), "kind IN ('ordinary', 'place', 'made-up')"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_check_ins_made_up_on_a_day"), "(kind = 'made-up') = (made_on IS NOT NULL)"
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_check_ins_place_is_a_store"), "(kind = 'place') = (store_id IS NOT NULL)"
        )
    op.create_table(
        "check_in_rewards",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("given_to", sa.BigInteger(), nullable=False),
        sa.Column("kind", _code(16), nullable=False),
        sa.Column("cycle", sa.Date(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("reached_on", sa.Date(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("coupons", sa.JSON(), nullable=False),
        sa.Column("tickets", sa.JSON(), nullable=False),
        sa.Column("book_version", sa.Integer(), nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.CheckConstraint("kind IN ('streak', 'week', 'month', 'special')", name=op.f("ck_check_in_rewards_kind_known")),
        sa.CheckConstraint("points >= 0", name=op.f("ck_check_in_rewards_points_not_negative")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_check_in_rewards_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in_rewards")),
        sa.UniqueConstraint(
            "given_to", "kind", "cycle", "step", name=op.f("uq_check_in_rewards_given_to_kind_cycle_step")
        ),
    )
    op.create_index(
        op.f("ix_check_in_rewards_member_id_reached_on"), "check_in_rewards", ["member_id", "reached_on"]
    )
    _write_first_book()


def downgrade() -> None:
    """Make-ups stay days of their streaks; which they were is forgotten."""
    op.execute("DELETE FROM rule_books WHERE kind = 'check-in'")
    op.drop_table("check_in_rewards")
    with op.batch_alter_table("check_ins", schema=None) as batch_op:
        for name in ("price_not_negative", "kind_known", "made_up_on_a_day", "place_is_a_store"):
            batch_op.drop_constraint(batch_op.f(f"ck_check_ins_{name}"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_check_ins_store_id"), type_="foreignkey")
        for name in ("book_version", "by_chance", "price", "made_on", "near", "store_id", "kind"):
            batch_op.drop_column(name)


def _write_first_book() -> None:
    ever = datetime(1970, 1, 1)
    books = sa.table(
        "rule_books",
        *(sa.column(name) for name in ("kind", "version", "status", "note", "drafted_by", "decided_by")),
        sa.column("definition", sa.JSON()),
        *(sa.column(name, sa.DateTime()) for name in ("live_from", "created_at", "decided_at")),
    )
    first = {"kind": "check-in", "version": 1, "status": "published", "note": "初始规则"}
    people = {"drafted_by": "baihui", "decided_by": "baihui"}
    times = {"live_from": ever, "created_at": ever, "decided_at": ever}
    op.bulk_insert(books, [{**first, **people, **times, "definition": FIRST_BOOK}])


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def _code(length: int) -> sa.String:
    return sa.String(length=length).with_variant(mysql.VARCHAR(length=length, collation="utf8mb4_bin"), "mysql", "mariadb")
