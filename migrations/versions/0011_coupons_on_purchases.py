"""coupons on purchases: what they take off the lines, what goes back of it, conflicts of offline tills

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

PAID_WITHIN_TOTAL = "ck_purchases_paid_within_total"
ONLY_MEMBERS_EARN = "ck_purchases_only_members_earn"
LINE_AMOUNT = "ck_purchase_lines_amount_not_negative"
SHARES = "returned_fen >= 0 AND returned_fen <= discount_fen"
SETTLED = "returned_settlement_fen >= 0 AND returned_settlement_fen <= settlement_fen"


def upgrade() -> None:
    _add_zero("purchases", "coupon_fen")
    _check("purchases", PAID_WITHIN_TOTAL, _paid("coupon_fen"))
    _check("purchases", ONLY_MEMBERS_EARN, _earned(" + coupon_fen"))
    _add_zero("purchase_lines", "coupon_fen")
    with op.batch_alter_table("purchase_lines", schema=None) as batch:
        batch.add_column(sa.Column("came_back", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("purchase_lines", schema=None) as batch:
        batch.alter_column("came_back", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
    _check("purchase_lines", LINE_AMOUNT, _amount(" AND coupon_fen >= 0"))
    for table in ("refunds", "refund_lines"):
        _check(table, f"ck_{table}_amount_above_zero", None)
        _check(table, f"ck_{table}_amount_not_negative", "amount_fen >= 0", there_is=False)
    _upgrade_redemptions()
    _create_shares()
    _create_returns()
    _create_conflicts()


def downgrade() -> None:
    op.drop_table("coupon_redemption_conflicts")
    op.drop_table("coupon_returns")
    op.drop_table("purchase_coupons")
    _check("coupon_redemptions", "ck_coupon_redemptions_returned_within_discount", None)
    _check("coupon_redemptions", "ck_coupon_redemptions_returned_within_settlement", None)
    with op.batch_alter_table("coupon_redemptions", schema=None) as batch:
        batch.drop_index(batch.f("ix_coupon_redemptions_redeemed_on"))
        batch.drop_column("returned_settlement_fen")
        batch.drop_column("returned_fen")
    # the old shape knows no returns of goods for which nothing was given back
    op.execute("DELETE FROM refund_lines WHERE amount_fen = 0")
    op.execute("DELETE FROM refunds WHERE amount_fen = 0")
    for table in ("refund_lines", "refunds"):
        _check(table, f"ck_{table}_amount_not_negative", None)
        _check(table, f"ck_{table}_amount_above_zero", "amount_fen > 0", there_is=False)
    _check("purchase_lines", LINE_AMOUNT, _amount(""))
    with op.batch_alter_table("purchase_lines", schema=None) as batch:
        batch.drop_column("came_back")
        batch.drop_column("coupon_fen")
    _check("purchases", PAID_WITHIN_TOTAL, _paid(""))
    _check("purchases", ONLY_MEMBERS_EARN, _earned(""))
    with op.batch_alter_table("purchases", schema=None) as batch:
        batch.drop_column("coupon_fen")


def _upgrade_redemptions() -> None:
    _add_zero("coupon_redemptions", "returned_fen")
    _add_zero("coupon_redemptions", "returned_settlement_fen")
    with op.batch_alter_table("coupon_redemptions", schema=None) as batch:
        batch.create_check_constraint(op.f("ck_coupon_redemptions_returned_within_discount"), SHARES)
        batch.create_check_constraint(op.f("ck_coupon_redemptions_returned_within_settlement"), SETTLED)
        batch.create_index(batch.f("ix_coupon_redemptions_redeemed_on"), ["redeemed_on"], unique=False)


def _create_shares() -> None:
    op.create_table(
        "purchase_coupons",
        sa.Column("purchase_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("redemption_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("discount_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("discount_fen > 0", name=op.f("ck_purchase_coupons_discount_above_zero")),
        sa.ForeignKeyConstraint(
            ["purchase_id", "line_no"],
            ["purchase_lines.purchase_id", "purchase_lines.line_no"],
            name=op.f("fk_purchase_coupons_purchase_id_line_no"),
        ),
        sa.ForeignKeyConstraint(
            ["redemption_id"], ["coupon_redemptions.id"], name=op.f("fk_purchase_coupons_redemption_id")
        ),
        sa.PrimaryKeyConstraint("purchase_id", "line_no", "redemption_id", name=op.f("pk_purchase_coupons")),
    )
    with op.batch_alter_table("purchase_coupons", schema=None) as batch:
        batch.create_index(batch.f("ix_purchase_coupons_redemption_id"), ["redemption_id"], unique=False)


def _create_returns() -> None:
    op.create_table(
        "coupon_returns",
        sa.Column("redemption_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("source_kind", _code(16), nullable=False),
        sa.Column("source_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("discount_fen", sa.BigInteger(), nullable=False),
        sa.Column("settlement_fen", sa.BigInteger(), nullable=False),
        sa.Column("left_it", _code(16), nullable=False),
        sa.Column("returned_at", _instant(), nullable=False),
        sa.Column("returned_on", sa.Date(), nullable=False),
        sa.CheckConstraint("source_kind IN ('refund', 'reversal')", name=op.f("ck_coupon_returns_source_known")),
        sa.CheckConstraint(
            "discount_fen >= 0 AND settlement_fen >= 0", name=op.f("ck_coupon_returns_amounts_not_negative")
        ),
        sa.CheckConstraint(
            "left_it IN ('ready', 'expired', 'redeemed')", name=op.f("ck_coupon_returns_status_known")
        ),
        sa.ForeignKeyConstraint(
            ["redemption_id"], ["coupon_redemptions.id"], name=op.f("fk_coupon_returns_redemption_id")
        ),
        sa.PrimaryKeyConstraint("redemption_id", "source_kind", "source_id", name=op.f("pk_coupon_returns")),
    )
    with op.batch_alter_table("coupon_returns", schema=None) as batch:
        batch.create_index(
            batch.f("ix_coupon_returns_source_kind_source_id"), ["source_kind", "source_id"], unique=False
        )
        batch.create_index(batch.f("ix_coupon_returns_returned_on"), ["returned_on"], unique=False)


def _create_conflicts() -> None:
    op.create_table(
        "coupon_redemption_conflicts",
        sa.Column("store_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ref", _code(64), nullable=False),
        sa.Column("coupon_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", _code(64), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("redeemed_at", _instant(), nullable=False),
        sa.Column("reported_at", _instant(), nullable=False),
        sa.ForeignKeyConstraint(["coupon_id"], ["coupons.id"], name=op.f("fk_coupon_redemption_conflicts_coupon_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_coupon_redemption_conflicts_store_id")),
        sa.PrimaryKeyConstraint("store_id", "ref", name=op.f("pk_coupon_redemption_conflicts")),
    )
    with op.batch_alter_table("coupon_redemption_conflicts", schema=None) as batch:
        batch.create_index(batch.f("ix_coupon_redemption_conflicts_reported_at"), ["reported_at"], unique=False)


def _paid(coupons: str) -> str:
    if not coupons:
        return "paid_fen >= 0 AND points_fen >= 0 AND paid_fen + points_fen <= total_fen"
    return (
        f"paid_fen >= 0 AND points_fen >= 0 AND {coupons} >= 0 AND paid_fen + points_fen + {coupons} <= total_fen"
    )


def _earned(coupons: str) -> str:
    return f"member_id IS NOT NULL OR points_earned + growth_earned + points_used{coupons} = 0"


def _amount(coupons: str) -> str:
    return f"amount_fen >= 0 AND points >= 0 AND points_fen >= 0{coupons}"


def _check(table: str, name: str, condition: str | None, *, there_is: bool = True) -> None:
    """Let a constraint say something else, or nothing any more."""
    if there_is:
        with op.batch_alter_table(table, schema=None) as batch:
            batch.drop_constraint(op.f(name), type_="check")
    if condition:
        with op.batch_alter_table(table, schema=None) as batch:
            batch.create_check_constraint(op.f(name), condition)


def _add_zero(table: str, column: str) -> None:
    """A column that the rows which are there get 0 in, and that has no default afterwards."""
    with op.batch_alter_table(table, schema=None) as batch:
        batch.add_column(sa.Column(column, sa.BigInteger(), nullable=False, server_default="0"))
    with op.batch_alter_table(table, schema=None) as batch:
        batch.alter_column(column, existing_type=sa.BigInteger(), existing_nullable=False, server_default=None)


def _code(length: int) -> sa.String:
    return sa.String(length).with_variant(mysql.VARCHAR(length, collation="utf8mb4_bin"), "mysql", "mariadb")


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
