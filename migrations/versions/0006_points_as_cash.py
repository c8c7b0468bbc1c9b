"""pending points and points as cash at the till

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

PAID_WITHIN_TOTAL = "ck_purchases_paid_within_total"
REFUNDED_WITHIN_PAID = "ck_purchases_refunded_within_paid"
ONLY_MEMBERS_EARN = "ck_purchases_only_members_earn"
WORTH_SOMETHING = "ck_purchases_points_are_worth_something"
LINE_AMOUNT = "ck_purchase_lines_amount_not_negative"
LINE_REFUNDED = "ck_purchase_lines_refunded_within_paid"


def upgrade() -> None:
    _add_with_value("stores", {"return_days": (sa.Integer(), "7")})
    with op.batch_alter_table("stores", schema=None) as batch:
        batch.create_check_constraint(op.f("ck_stores_return_days_not_negative"), "return_days >= 0")
    _add_with_value("purchases", {"points_used": (sa.BigInteger(), "0"), "points_fen": (sa.BigInteger(), "0")})
    with op.batch_alter_table("purchases", schema=None) as batch:
        batch.add_column(sa.Column("settles_at", _instant(), nullable=True))
        batch.alter_column("per_yuan", existing_type=sa.Integer(), nullable=True)
        batch.alter_column("multiplier", existing_type=sa.Integer(), nullable=True)
        for name in (PAID_WITHIN_TOTAL, REFUNDED_WITHIN_PAID, ONLY_MEMBERS_EARN):
            batch.drop_constraint(op.f(name), type_="check")
    with op.batch_alter_table("purchases", schema=None) as batch:
        batch.create_check_constraint(
            op.f(PAID_WITHIN_TOTAL), "paid_fen >= 0 AND points_fen >= 0 AND paid_fen + points_fen <= total_fen"
        )
        batch.create_check_constraint(
            op.f(REFUNDED_WITHIN_PAID), "refunded_fen >= 0 AND refunded_fen <= paid_fen + points_fen"
        )
        batch.create_check_constraint(
            op.f(WORTH_SOMETHING), "points_used >= 0 AND (points_used = 0) = (points_fen = 0)"
        )
        batch.create_check_constraint(
            op.f(ONLY_MEMBERS_EARN), "member_id IS NOT NULL OR points_earned + growth_earned + points_used = 0"
        )
    _upgrade_lines()
    _upgrade_refunds()
    _create_holds()


def downgrade() -> None:
    op.drop_table("cash_holds")
    with op.batch_alter_table("refunds", schema=None) as batch:
        batch.drop_constraint(op.f("ck_refunds_money_within_amount"), type_="check")
        batch.drop_constraint(op.f("ck_refunds_returned_not_negative"), type_="check")
    with op.batch_alter_table("refunds", schema=None) as batch:
        batch.drop_column("money_fen")
        batch.drop_column("points_returned")
    _downgrade_lines()
    _downgrade_purchases()
    with op.batch_alter_table("stores", schema=None) as batch:
        batch.drop_constraint(op.f("ck_stores_return_days_not_negative"), type_="check")
    with op.batch_alter_table("stores", schema=None) as batch:
        batch.drop_column("return_days")


def _upgrade_lines() -> None:
    _add_with_value("purchase_lines", {"points_fen": (sa.BigInteger(), "0")})
    with op.batch_alter_table("purchase_lines", schema=None) as batch:
        batch.add_column(sa.Column("counter", _code(20), nullable=True))
        batch.drop_constraint(op.f(LINE_AMOUNT), type_="check")
        batch.drop_constraint(op.f(LINE_REFUNDED), type_="check")
    with op.batch_alter_table("purchase_lines", schema=None) as batch:
        batch.create_check_constraint(op.f(LINE_AMOUNT), "amount_fen >= 0 AND points >= 0 AND points_fen >= 0")
        batch.create_check_constraint(
            op.f(LINE_REFUNDED), "refunded_fen >= 0 AND refunded_fen <= paid_fen + points_fen"
        )


def _downgrade_lines() -> None:
    with op.batch_alter_table("purchase_lines", schema=None) as batch:
        batch.drop_constraint(op.f(LINE_AMOUNT), type_="check")
        batch.drop_constraint(op.f(LINE_REFUNDED), type_="check")
    # what was paid with points cannot be told any more: a line gives back at most its money
    op.execute("UPDATE purchase_lines SET refunded_fen = paid_fen WHERE refunded_fen > paid_fen")
    with op.batch_alter_table("purchase_lines", schema=None) as batch:
        batch.drop_column("counter")
        batch.drop_column("points_fen")
        batch.create_check_constraint(op.f(LINE_AMOUNT), "amount_fen >= 0 AND points >= 0")
        batch.create_check_constraint(op.f(LINE_REFUNDED), "refunded_fen >= 0 AND refunded_fen <= paid_fen")


def _downgrade_purchases() -> None:
    with op.batch_alter_table("purchases", schema=None) as batch:
        for name in (PAID_WITHIN_TOTAL, REFUNDED_WITHIN_PAID, WORTH_SOMETHING, ONLY_MEMBERS_EARN):
            batch.drop_constraint(op.f(name), type_="check")
    op.execute("UPDATE purchases SET refunded_fen = paid_fen WHERE refunded_fen > paid_fen")
    # sales by the books of rules are refunded by the plain rate of their day from now on
    op.execute("UPDATE purchases SET per_yuan = 10000, multiplier = 10000 WHERE per_yuan IS NULL")
    with op.batch_alter_table("purchases", schema=None) as batch:
        batch.alter_column("per_yuan", existing_type=sa.Integer(), nullable=False)
        batch.alter_column("multiplier", existing_type=sa.Integer(), nullable=False)
        batch.drop_column("settles_at")
        batch.drop_column("points_used")
        batch.drop_column("points_fen")
        batch.create_check_constraint(op.f(PAID_WITHIN_TOTAL), "paid_fen >= 0 AND paid_fen <= total_fen")
        batch.create_check_constraint(op.f(REFUNDED_WITHIN_PAID), "refunded_fen >= 0 AND refunded_fen <= paid_fen")
        batch.create_check_constraint(
            op.f(ONLY_MEMBERS_EARN), "member_id IS NOT NULL OR points_earned + growth_earned = 0"
        )


def _upgrade_refunds() -> None:
    _add_with_value("refunds", {"money_fen": (sa.BigInteger(), "0"), "points_returned": (sa.BigInteger(), "0")})
    op.execute("UPDATE refunds SET money_fen = amount_fen")
    with op.batch_alter_table("refunds", schema=None) as batch:
        batch.create_check_constraint(
            op.f("ck_refunds_money_within_amount"), "money_fen >= 0 AND money_fen <= amount_fen"
        )
        batch.create_check_constraint(op.f("ck_refunds_returned_not_negative"), "points_returned >= 0")


def _create_holds() -> None:
    op.create_table(
        "cash_holds",
        sa.Column("store_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("order_no", _code(64), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("until_at", _instant(), nullable=False),
        sa.Column("held_at", _instant(), nullable=False),
        sa.CheckConstraint("points > 0", name=op.f("ck_cash_holds_points_above_zero")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_cash_holds_member_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_cash_holds_store_id")),
        sa.PrimaryKeyConstraint("store_id", "order_no", name=op.f("pk_cash_holds")),
    )
    with op.batch_alter_table("cash_holds", schema=None) as batch:
        batch.create_index(batch.f("ix_cash_holds_member_id"), ["member_id"], unique=False)


def _add_with_value(table: str, columns: dict[str, tuple[sa.types.TypeEngine, str]]) -> None:
    """Columns that the rows which are there get a value in, and that have no default afterwards."""
    with op.batch_alter_table(table, schema=None) as batch:
        for name, (kind, value) in columns.items():
            batch.add_column(sa.Column(name, kind, nullable=False, server_default=value))
    with op.batch_alter_table(table, schema=None) as batch:
        for name, (kind, _) in columns.items():
            batch.alter_column(name, existing_type=kind, existing_nullable=False, server_default=None)


def _code(length: int) -> sa.String:
    return (
        sa.String(length=length)
        .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=length), "mariadb")
        .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=length), "mysql")
    )


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
