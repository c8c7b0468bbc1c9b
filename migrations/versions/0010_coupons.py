"""coupons

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "coupon_templates",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", _code(32), nullable=False),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", _instant(), nullable=False),
        sa.Column("ended_at", _instant(), nullable=True),
        sa.CheckConstraint(
            "status IN ('draft', 'approved', 'live', 'paused', 'ended')", name=op.f("ck_coupon_templates_status_known")
        ),
        sa.CheckConstraint(
            "issued >= 0 AND (stock IS NULL OR issued <= stock)", name=op.f("ck_coupon_templates_issued_within_stock")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_templates")),
        sa.UniqueConstraint("code", name=op.f("uq_coupon_templates_code")),
    )
    with op.batch_alter_table("coupon_templates", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_coupon_templates_status_position_id"), ["status", "position", "id"], unique=False
        )

    op.create_table(
        "coupon_template_days",
        sa.Column("template_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), autoincrement=False, nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.CheckConstraint("issued >= 0", name=op.f("ck_coupon_template_days_issued_not_negative")),
        sa.ForeignKeyConstraint(
            ["template_id"], ["coupon_templates.id"], name=op.f("fk_coupon_template_days_template_id")
        ),
        sa.PrimaryKeyConstraint("template_id", "day", name=op.f("pk_coupon_template_days")),
    )
    op.create_table(
        "coupon_template_versions",
        sa.Column("template_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("drafted_by", _code(32), nullable=False),
        sa.Column("drafted_at", _instant(), nullable=False),
        sa.Column("approved_by", _code(32), nullable=True),
        sa.Column("approved_at", _instant(), nullable=True),
        sa.Column("live_at", _instant(), nullable=True),
        sa.CheckConstraint(
            "status IN ('draft', 'approved', 'live', 'replaced', 'discarded')",
            name=op.f("ck_coupon_template_versions_status_known"),
        ),
        sa.ForeignKeyConstraint(
            ["template_id"], ["coupon_templates.id"], name=op.f("fk_coupon_template_versions_template_id")
        ),
        sa.PrimaryKeyConstraint("template_id", "version", name=op.f("pk_coupon_template_versions")),
    )
    op.create_table(
        "coupons",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", _code(16), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("template_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("valid_from", _instant(), nullable=False),
        sa.Column("valid_until", _instant(), nullable=False),
        sa.Column("source_kind", _code(32), nullable=False),
        sa.Column("source_id", _code(64), nullable=False),
        sa.Column("issued_at", _instant(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("held_store_id", sa.BigInteger(), nullable=True),
        sa.Column("held_order_no", _code(64), nullable=True),
        sa.Column("held_until", _instant(), nullable=True),
        sa.Column("redemptions", sa.Integer(), nullable=False),
        sa.Column("ended_at", _instant(), nullable=True),
        sa.CheckConstraint(
            "status IN ('ready', 'sent', 'redeemed', 'expired', 'revoked')", name=op.f("ck_coupons_status_known")
        ),
        sa.CheckConstraint("(held_order_no IS NULL) = (held_until IS NULL)", name=op.f("ck_coupons_held_for_an_order")),
        sa.CheckConstraint("valid_from < valid_until", name=op.f("ck_coupons_valid_for_a_while")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_coupons_member_id")),
        sa.ForeignKeyConstraint(
            ["template_id", "version"],
            ["coupon_template_versions.template_id", "coupon_template_versions.version"],
            name=op.f("fk_coupons_template_id_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupons")),
        sa.UniqueConstraint("code", name=op.f("uq_coupons_code")),
        sa.UniqueConstraint(
            "member_id",
            "template_id",
            "source_kind",
            "source_id",
            name=op.f("uq_coupons_member_id_template_id_source_kind_source_id"),
        ),
    )
    with op.batch_alter_table("coupons", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_coupons_member_id_status_valid_until"), ["member_id", "status", "valid_until"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_coupons_status_valid_until"), ["status", "valid_until"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_coupons_template_id_issued_on"), ["template_id", "issued_on"], unique=False
        )

    op.create_table(
        "coupon_redemptions",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("coupon_id", sa.BigInteger(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("template_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column("ref", _code(64), nullable=True),
        sa.Column("order_no", _code(64), nullable=True),
        sa.Column("discount_fen", sa.BigInteger(), nullable=False),
        sa.Column("goods_fen", sa.BigInteger(), nullable=False),
        sa.Column("settlement_fen", sa.BigInteger(), nullable=False),
        sa.Column("bearer", _code(16), nullable=False),
        sa.Column("brand", _code(64), nullable=True),
        sa.Column("offline", sa.Boolean(), nullable=False),
        sa.Column("redeemed_at", _instant(), nullable=False),
        sa.Column("redeemed_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", _instant(), nullable=False),
        sa.Column("reversed_at", _instant(), nullable=True),
        sa.Column("reversed_why", sa.String(length=200), nullable=True),
        sa.CheckConstraint("bearer IN ('mall', 'store', 'brand')", name=op.f("ck_coupon_redemptions_bearer_known")),
        sa.CheckConstraint(
            "discount_fen >= 0 AND discount_fen <= goods_fen", name=op.f("ck_coupon_redemptions_discount_within_goods")
        ),
        sa.ForeignKeyConstraint(["coupon_id"], ["coupons.id"], name=op.f("fk_coupon_redemptions_coupon_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_coupon_redemptions_member_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_coupon_redemptions_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_redemptions")),
        sa.UniqueConstraint("coupon_id", "turn", name=op.f("uq_coupon_redemptions_coupon_id_turn")),
        sa.UniqueConstraint("store_id", "ref", name=op.f("uq_coupon_redemptions_store_id_ref")),
    )
    with op.batch_alter_table("coupon_redemptions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_coupon_redemptions_member_id_redeemed_at"), ["member_id", "redeemed_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_coupon_redemptions_template_id_redeemed_on_store_id"),
            ["template_id", "redeemed_on", "store_id"],
            unique=False,
        )


def downgrade() -> None:
    op.drop_table("coupon_redemptions")
    op.drop_table("coupons")
    op.drop_table("coupon_template_versions")
    op.drop_table("coupon_template_days")
    op.drop_table("coupon_templates")


def _code(length: int) -> sa.String:
    return sa.String(length).with_variant(mysql.VARCHAR(length, collation="utf8mb4_bin"), "mysql", "mariadb")


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
