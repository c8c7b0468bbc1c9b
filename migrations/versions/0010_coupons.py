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
        "coupon_codes",
        sa.Column("code", _code(32), autoincrement=False, nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("coupon_id", sa.BigInteger(), nullable=True),
        sa.Column("used_at", _instant(), nullable=True),
        sa.CheckConstraint("(member_id IS NULL) = (coupon_id IS NULL)", name=op.f("ck_coupon_codes_used_at_once")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_coupon_codes")),
    )
    with op.batch_alter_table("coupon_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coupon_codes_batch_id_code"), ["batch_id", "code"], unique=False)
        batch_op.create_index(batch_op.f("ix_coupon_codes_member_id"), ["member_id"], unique=False)

    op.create_table(
        "coupon_refusals",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("template_code", _code(32), nullable=False),
        sa.Column("source_kind", _code(32), nullable=False),
        sa.Column("source_id", _code(64), nullable=False),
        sa.Column("failure", _code(64), nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_refusals")),
        sa.UniqueConstraint(
            "member_id",
            "template_code",
            "source_kind",
            "source_id",
            name=op.f("uq_coupon_refusals_member_id_template_code_source_kind_source_id"),
        ),
    )
    op.create_table(
        "coupon_templates",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", _code(32), nullable=False),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("stock", sa.Integer(), nullable=True),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("claimable", sa.Boolean(), nullable=False),
        sa.Column("claim_until", _instant(), nullable=True),
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
            batch_op.f("ix_coupon_templates_status_claimable_position_id"),
            ["status", "claimable", "position", "id"],
            unique=False,
        )

    op.create_table(
        "coupon_used_codes",
        sa.Column("code", _code(32), autoincrement=False, nullable=False),
        sa.Column("used_at", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_coupon_used_codes")),
    )
    with op.batch_alter_table("coupon_used_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coupon_used_codes_used_at"), ["used_at"], unique=False)

    op.create_table(
        "coupon_code_batches",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("template_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", _code(16), nullable=False),
        sa.Column("word", _code(32), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("per_member", sa.Integer(), nullable=False),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("made_by", _code(32), nullable=False),
        sa.Column("made_at", _instant(), nullable=False),
        sa.Column("voided_by", _code(32), nullable=True),
        sa.Column("voided_at", _instant(), nullable=True),
        sa.CheckConstraint("(kind = 'word') = (word IS NOT NULL)", name=op.f("ck_coupon_code_batches_word_told")),
        sa.CheckConstraint("kind IN ('codes', 'word')", name=op.f("ck_coupon_code_batches_kind_known")),
        sa.CheckConstraint("status IN ('making', 'ready', 'voided')", name=op.f("ck_coupon_code_batches_status_known")),
        sa.CheckConstraint(
            "made >= 0 AND made <= total AND used >= 0 AND used <= total",
            name=op.f("ck_coupon_code_batches_within_total"),
        ),
        sa.ForeignKeyConstraint(
            ["template_id"], ["coupon_templates.id"], name=op.f("fk_coupon_code_batches_template_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_code_batches")),
        sa.UniqueConstraint("word", name=op.f("uq_coupon_code_batches_word")),
    )
    with op.batch_alter_table("coupon_code_batches", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coupon_code_batches_status_id"), ["status", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_coupon_code_batches_template_id_id"), ["template_id", "id"], unique=False)

    op.create_table(
        "coupon_handouts",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("template_id", sa.BigInteger(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("request_key", _code(64), nullable=False),
        sa.Column("planned_by", _code(32), nullable=False),
        sa.Column("planned_at", _instant(), nullable=False),
        sa.Column("approved_by", _code(32), nullable=True),
        sa.Column("approved_at", _instant(), nullable=True),
        sa.Column("ended_at", _instant(), nullable=True),
        sa.CheckConstraint(
            "status IN ('planned', 'running', 'paused', 'done', 'cancelled')",
            name=op.f("ck_coupon_handouts_status_known"),
        ),
        sa.ForeignKeyConstraint(["template_id"], ["coupon_templates.id"], name=op.f("fk_coupon_handouts_template_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_handouts")),
        sa.UniqueConstraint("planned_by", "request_key", name=op.f("uq_coupon_handouts_planned_by_request_key")),
    )
    with op.batch_alter_table("coupon_handouts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coupon_handouts_status_id"), ["status", "id"], unique=False)

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
        "coupon_template_decisions",
        sa.Column("template_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("what", _code(16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("by", _code(32), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"], ["coupon_templates.id"], name=op.f("fk_coupon_template_decisions_template_id")
        ),
        sa.PrimaryKeyConstraint("template_id", "no", name=op.f("pk_coupon_template_decisions")),
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
        sa.Column("got_on", sa.Date(), nullable=False),
        sa.Column("sent_until", _instant(), nullable=True),
        sa.Column("held_store_id", sa.BigInteger(), nullable=True),
        sa.Column("held_order_no", _code(64), nullable=True),
        sa.Column("held_until", _instant(), nullable=True),
        sa.Column("redemptions", sa.Integer(), nullable=False),
        sa.Column("ended_at", _instant(), nullable=True),
        sa.CheckConstraint("status <> 'sent' OR sent_until IS NOT NULL", name=op.f("ck_coupons_sent_for_a_while")),
        sa.CheckConstraint(
            "status IN ('ready', 'sent', 'redeemed', 'expired', 'revoked')", name=op.f("ck_coupons_status_known")
        ),
        sa.CheckConstraint("(held_order_no IS NULL) = (held_until IS NULL)", name=op.f("ck_coupons_held_for_an_order")),
        sa.CheckConstraint("valid_from < valid_until", name=op.f("ck_coupons_valid_for_a_while")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_coupons_member_id")),
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
        batch_op.create_index(
            batch_op.f("ix_coupons_status_valid_until_member_id"),
            ["status", "valid_until", "member_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_coupons_template_id_issued_on"), ["template_id", "issued_on"], unique=False
        )

    op.create_table(
        "coupon_gifts",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("token_digest", _digest(), nullable=False),
        sa.Column("coupon_id", sa.BigInteger(), nullable=False),
        sa.Column("template_id", sa.BigInteger(), nullable=False),
        sa.Column("giver_id", sa.BigInteger(), nullable=False),
        sa.Column("taker_id", sa.BigInteger(), nullable=True),
        sa.Column("got_on", sa.Date(), nullable=False),
        sa.Column("source_kind", _code(32), nullable=False),
        sa.Column("source_id", _code(64), nullable=False),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("sent_at", _instant(), nullable=False),
        sa.Column("lapses_at", _instant(), nullable=False),
        sa.Column("ended_at", _instant(), nullable=True),
        sa.CheckConstraint(
            "(status = 'accepted') = (taker_id IS NOT NULL)", name=op.f("ck_coupon_gifts_taken_by_somebody")
        ),
        sa.CheckConstraint(
            "status IN ('open', 'accepted', 'taken-back', 'lapsed')", name=op.f("ck_coupon_gifts_status_known")
        ),
        sa.ForeignKeyConstraint(["coupon_id"], ["coupons.id"], name=op.f("fk_coupon_gifts_coupon_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coupon_gifts")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_coupon_gifts_token_digest")),
    )
    with op.batch_alter_table("coupon_gifts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coupon_gifts_coupon_id_id"), ["coupon_id", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_coupon_gifts_giver_id_template_id_status"),
            ["giver_id", "template_id", "status"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_coupon_gifts_status_lapses_at"), ["status", "lapses_at"], unique=False)

    op.create_table(
        "coupon_handout_rows",
        sa.Column("handout_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("failure", _code(64), nullable=True),
        sa.CheckConstraint("status IN ('waiting', 'done', 'failed')", name=op.f("ck_coupon_handout_rows_status_known")),
        sa.ForeignKeyConstraint(["handout_id"], ["coupon_handouts.id"], name=op.f("fk_coupon_handout_rows_handout_id")),
        sa.PrimaryKeyConstraint("handout_id", "member_id", name=op.f("pk_coupon_handout_rows")),
    )
    with op.batch_alter_table("coupon_handout_rows", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_coupon_handout_rows_handout_id_status_member_id"),
            ["handout_id", "status", "member_id"],
            unique=False,
        )
        batch_op.create_index(batch_op.f("ix_coupon_handout_rows_member_id"), ["member_id"], unique=False)

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
    op.drop_table("coupon_handout_rows")
    op.drop_table("coupon_gifts")
    op.drop_table("coupons")
    op.drop_table("coupon_template_versions")
    op.drop_table("coupon_template_decisions")
    op.drop_table("coupon_template_days")
    op.drop_table("coupon_handouts")
    op.drop_table("coupon_code_batches")
    op.drop_table("coupon_used_codes")
    op.drop_table("coupon_templates")
    op.drop_table("coupon_refusals")
    op.drop_table("coupon_codes")


def _code(length: int) -> sa.String:
    return sa.String(length).with_variant(mysql.VARCHAR(length, collation="utf8mb4_bin"), "mysql", "mariadb")


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def _digest() -> sa.LargeBinary:
    return sa.LargeBinary(32).with_variant(mysql.VARBINARY(32), "mysql", "mariadb")
