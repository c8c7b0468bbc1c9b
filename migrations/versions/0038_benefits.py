"""a catalogue of benefits: quotas, uses, cars, free parking, gifts of birthdays

Revision ID: 0038
Revises: 0029
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0038"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vehicle_moves",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("vehicle_id", sa.BigInteger(), nullable=False),
        sa.Column("from_id", sa.BigInteger(), nullable=True),
        sa.Column("to_id", sa.BigInteger(), nullable=False),
        sa.Column("moved_by", _code(32), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle_moves")),
    )
    op.create_index(op.f("ix_vehicle_moves_from_id"), "vehicle_moves", ["from_id"])
    op.create_index(op.f("ix_vehicle_moves_to_id"), "vehicle_moves", ["to_id"])
    op.create_index(op.f("ix_vehicle_moves_vehicle_id"), "vehicle_moves", ["vehicle_id"])
    op.create_table(
        "benefit_quotas",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("benefit", _code(32), autoincrement=False, nullable=False),
        sa.Column("period", _code(80), autoincrement=False, nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.CheckConstraint("used >= 0", name=op.f("ck_benefit_quotas_used_not_negative")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_benefit_quotas_member_id")),
        sa.PrimaryKeyConstraint("member_id", "benefit", "period", name=op.f("pk_benefit_quotas")),
    )
    op.create_table(
        "benefit_stocks",
        sa.Column("benefit", _code(32), autoincrement=False, nullable=False),
        sa.Column("store_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stock", sa.Integer(), nullable=False),
        sa.Column("given", sa.Integer(), nullable=False),
        sa.CheckConstraint("given >= 0 AND given <= stock", name=op.f("ck_benefit_stocks_given_within_stock")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_benefit_stocks_store_id")),
        sa.PrimaryKeyConstraint("benefit", "store_id", name=op.f("pk_benefit_stocks")),
    )
    op.create_table(
        "benefit_uses",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("benefit", _code(32), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("period", _code(80), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("way", _code(16), nullable=False),
        sa.Column("ref", _code(64), nullable=False),
        sa.Column("tier_code", _code(16), nullable=False),
        sa.Column("book_version", sa.Integer(), nullable=False),
        sa.Column("used_on", sa.Date(), nullable=False),
        sa.Column("used_at", _instant(), nullable=False),
        sa.Column("reversed_at", _instant(), nullable=True),
        sa.Column("reversed_by", _code(40), nullable=True),
        sa.Column("reversed_for", sa.String(length=200), nullable=True),
        sa.CheckConstraint("way IN ('till', 'booking', 'parking', 'gift')", name=op.f("ck_benefit_uses_way_known")),
        sa.CheckConstraint(
            "(reversed_at IS NULL) = (reversed_by IS NULL)", name=op.f("ck_benefit_uses_reversed_by_somebody")
        ),
        sa.CheckConstraint("amount >= 1", name=op.f("ck_benefit_uses_amount_above_zero")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_benefit_uses_member_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_benefit_uses_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefit_uses")),
        sa.UniqueConstraint("store_id", "benefit", "ref", name=op.f("uq_benefit_uses_store_id_benefit_ref")),
    )
    op.create_index(op.f("ix_benefit_uses_member_id_id"), "benefit_uses", ["member_id", "id"])
    op.create_table(
        "vehicles",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("plate_index", _bytes(32), nullable=False),
        sa.Column("plate_sealed", _bytes(512), nullable=False),
        sa.Column("most_points", sa.Integer(), nullable=True),
        sa.Column("added_at", _instant(), nullable=False),
        sa.CheckConstraint("most_points >= 1", name=op.f("ck_vehicles_most_points_above_zero")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_vehicles_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicles")),
        sa.UniqueConstraint("plate_index", name=op.f("uq_vehicles_plate_index")),
    )
    op.create_index(op.f("ix_vehicles_member_id_id"), "vehicles", ["member_id", "id"])
    op.create_table(
        "benefit_gifts",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("benefit", _code(32), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("tier_code", _code(16), nullable=False),
        sa.Column("book_version", sa.Integer(), nullable=False),
        sa.Column("celebrated_on", sa.Date(), nullable=False),
        sa.Column("pickup_code", _code(20), nullable=False),
        sa.Column("asked_at", _instant(), nullable=False),
        sa.Column("pick_up_by", _instant(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=True),
        sa.Column("handed_at", _instant(), nullable=True),
        sa.Column("use_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(handed_at IS NULL) = (store_id IS NULL)", name=op.f("ck_benefit_gifts_handed_out_by_a_store")
        ),
        sa.CheckConstraint("(handed_at IS NULL) = (use_id IS NULL)", name=op.f("ck_benefit_gifts_handed_out_is_a_use")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_benefit_gifts_member_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_benefit_gifts_store_id")),
        sa.ForeignKeyConstraint(["use_id"], ["benefit_uses.id"], name=op.f("fk_benefit_gifts_use_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_benefit_gifts")),
        sa.UniqueConstraint("pickup_code", name=op.f("uq_benefit_gifts_pickup_code")),
    )
    op.create_index(
        op.f("ix_benefit_gifts_member_id_benefit_celebrated_on"),
        "benefit_gifts",
        ["member_id", "benefit", "celebrated_on"],
    )
    op.create_table(
        "parking_deductions",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("session_ref", _code(64), nullable=False),
        sa.Column("fingerprint", _bytes(32), nullable=False),
        sa.Column("benefit", _code(32), nullable=False),
        sa.Column("stay_on", sa.Date(), nullable=False),
        sa.Column("purchase_minutes", sa.Integer(), nullable=False),
        sa.Column("tier_minutes", sa.Integer(), nullable=False),
        sa.Column("points_minutes", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("use_id", sa.BigInteger(), nullable=True),
        sa.Column("book_version", sa.Integer(), nullable=False),
        sa.Column("deducted_at", _instant(), nullable=False),
        sa.Column("reversed_at", _instant(), nullable=True),
        sa.CheckConstraint(
            "(tier_minutes > 0) = (use_id IS NOT NULL)", name=op.f("ck_parking_deductions_tier_minutes_are_a_use")
        ),
        sa.CheckConstraint(
            "points >= 0 AND (points = 0) = (points_minutes = 0)", name=op.f("ck_parking_deductions_points_buy_minutes")
        ),
        sa.CheckConstraint(
            "purchase_minutes + tier_minutes + points_minutes >= 1", name=op.f("ck_parking_deductions_some_minutes")
        ),
        sa.CheckConstraint(
            "purchase_minutes >= 0 AND tier_minutes >= 0 AND points_minutes >= 0",
            name=op.f("ck_parking_deductions_minutes_not_negative"),
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_parking_deductions_member_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_parking_deductions_store_id")),
        sa.ForeignKeyConstraint(["use_id"], ["benefit_uses.id"], name=op.f("fk_parking_deductions_use_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parking_deductions")),
        sa.UniqueConstraint("store_id", "session_ref", name=op.f("uq_parking_deductions_store_id_session_ref")),
    )
    op.create_index(op.f("ix_parking_deductions_member_id_id"), "parking_deductions", ["member_id", "id"])
    _write_first_book()


def downgrade() -> None:
    op.execute("DELETE FROM rule_books WHERE kind = 'benefits'")
    for table in (
        "parking_deductions",
        "benefit_gifts",
        "vehicles",
        "benefit_uses",
        "benefit_stocks",
        "benefit_quotas",
        "vehicle_moves",
    ):
        op.drop_table(table)


def _write_first_book() -> None:
    """No benefit is on offer before the house says which."""
    ever = datetime(1970, 1, 1)
    books = sa.table(
        "rule_books",
        *(sa.column(name) for name in ("kind", "version", "status", "note", "drafted_by", "decided_by")),
        sa.column("definition", sa.JSON()),
        *(sa.column(name, sa.DateTime()) for name in ("live_from", "created_at", "decided_at")),
    )
    first = {
        "kind": "benefits",
        "version": 1,
        "status": "published",
        "definition": {"benefits": []},
        "note": "初始规则",
        "drafted_by": "baihui",
        "decided_by": "baihui",
        "live_from": ever,
        "created_at": ever,
        "decided_at": ever,
    }
    op.bulk_insert(books, [first])


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def _code(length: int) -> sa.String:
    return sa.String(length=length).with_variant(
        mysql.VARCHAR(length=length, collation="utf8mb4_bin"), "mysql", "mariadb"
    )


def _bytes(length: int) -> sa.LargeBinary:
    return sa.LargeBinary(length=length).with_variant(sa.VARBINARY(length=length), "mysql", "mariadb")
