"""first tables

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "brands",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "code",
            sa.String(length=20)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=20), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=20), "mysql"),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brands")),
        sa.UniqueConstraint("code", name=op.f("uq_brands_code")),
    )
    op.create_table(
        "growth_entries",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("growth_after", sa.BigInteger(), nullable=False),
        sa.Column(
            "source_kind",
            sa.String(length=32)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=32), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=32), "mysql"),
            nullable=False,
        ),
        sa.Column(
            "source_id",
            sa.String(length=64)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mysql"),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "seq", name=op.f("pk_growth_entries")),
        sa.UniqueConstraint(
            "member_id", "source_kind", "source_id", name=op.f("uq_growth_entries_member_id_source_kind_source_id")
        ),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column(
            "caller",
            sa.String(length=64)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mysql"),
            nullable=False,
        ),
        sa.Column(
            "key",
            sa.String(length=128)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=128), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=128), "mysql"),
            nullable=False,
        ),
        sa.Column(
            "fingerprint",
            sa.LargeBinary(length=32)
            .with_variant(sa.VARBINARY(length=32), "mariadb")
            .with_variant(sa.VARBINARY(length=32), "mysql"),
            nullable=False,
        ),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column(
            "mimetype",
            sa.String(length=64)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mysql"),
            nullable=True,
        ),
        sa.Column(
            "body",
            sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mariadb").with_variant(mysql.MEDIUMBLOB(), "mysql"),
            nullable=True,
        ),
        sa.Column("created_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("pk_idempotency_keys")),
    )
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_keys_created_at"), ["created_at"], unique=False)

    op.create_table(
        "job_runs",
        sa.Column(
            "job",
            sa.String(length=32)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=32), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=32), "mysql"),
            nullable=False,
        ),
        sa.Column("fire_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.Column(
            "owner",
            sa.String(length=32)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=32), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=32), "mysql"),
            nullable=False,
        ),
        sa.Column(
            "outcome",
            sa.String(length=16)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=16), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=16), "mysql"),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.Column("lease_until", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.Column("finished_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column(
            "error",
            sa.String(length=128)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=128), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=128), "mysql"),
            nullable=True,
        ),
        sa.CheckConstraint("outcome IN ('running', 'done', 'failed')", name=op.f("ck_job_runs_outcome_known")),
        sa.PrimaryKeyConstraint("job", "fire_at", name=op.f("pk_job_runs")),
    )
    with op.batch_alter_table("job_runs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_runs_fire_at"), ["fire_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_runs_outcome_lease_until"), ["outcome", "lease_until"], unique=False)

    op.create_table(
        "mall_items",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=64), nullable=False),
        sa.Column("subtitle", sa.String(length=128), nullable=False),
        sa.Column("description", sa.String(length=2000), nullable=False),
        sa.Column("picture_url", sa.String(length=300), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("stock", sa.Integer(), nullable=False),
        sa.Column("stocked", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.String(length=16)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=16), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=16), "mysql"),
            nullable=False,
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.CheckConstraint("status IN ('on', 'off')", name=op.f("ck_mall_items_status_known")),
        sa.CheckConstraint("points >= 1", name=op.f("ck_mall_items_costs_points")),
        sa.CheckConstraint("stock <= stocked", name=op.f("ck_mall_items_stock_was_stocked")),
        sa.CheckConstraint("stock >= 0", name=op.f("ck_mall_items_stock_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mall_items")),
    )
    with op.batch_alter_table("mall_items", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_mall_items_status_position_id"), ["status", "position", "id"], unique=False
        )

    op.create_table(
        "members",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "card_no",
            sa.String(length=12)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=12), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=12), "mysql"),
            nullable=False,
        ),
        sa.Column(
            "unionid",
            sa.String(length=64)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mysql"),
            nullable=True,
        ),
        sa.Column(
            "phone_sealed",
            sa.LargeBinary(length=512)
            .with_variant(sa.VARBINARY(length=512), "mariadb")
            .with_variant(sa.VARBINARY(length=512), "mysql"),
            nullable=False,
        ),
        sa.Column(
            "phone_index",
            sa.LargeBinary(length=32)
            .with_variant(sa.VARBINARY(length=32), "mariadb")
            .with_variant(sa.VARBINARY(length=32), "mysql"),
            nullable=False,
        ),
        sa.Column(
            "nickname_sealed",
            sa.LargeBinary(length=512)
            .with_variant(sa.VARBINARY(length=512), "mariadb")
            .with_variant(sa.VARBINARY(length=512), "mysql"),
            nullable=True,
        ),
        sa.Column(
            "birthday_sealed",
            sa.LargeBinary(length=512)
            .with_variant(sa.VARBINARY(length=512), "mariadb")
            .with_variant(sa.VARBINARY(length=512), "mysql"),
            nullable=True,
        ),
        sa.Column(
            "gender",
            sa.String(length=10)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=10), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=10), "mysql"),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.String(length=10)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=10), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=10), "mysql"),
            nullable=False,
        ),
        sa.Column("joined_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.Column(
            "join_channel",
            sa.String(length=20)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=20), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=20), "mysql"),
            nullable=False,
        ),
        sa.Column(
            "join_scene",
            sa.String(length=64)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mysql"),
            nullable=True,
        ),
        sa.Column(
            "consent_version",
            sa.String(length=20)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=20), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=20), "mysql"),
            nullable=False,
        ),
        sa.Column("consent_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.CheckConstraint("gender IN ('female', 'male', 'unknown')", name=op.f("ck_members_gender")),
        sa.CheckConstraint("status IN ('active', 'blocked', 'closed')", name=op.f("ck_members_status")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
        sa.UniqueConstraint("card_no", name=op.f("uq_members_card_no")),
        sa.UniqueConstraint("phone_index", name=op.f("uq_members_phone_index")),
        sa.UniqueConstraint("unionid", name=op.f("uq_members_unionid")),
    )
    op.create_table(
        "message_closures",
        sa.Column(
            "channel",
            sa.String(length=32)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=32), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=32), "mysql"),
            nullable=False,
        ),
        sa.Column("until_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.Column(
            "reason",
            sa.String(length=128)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=128), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=128), "mysql"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("channel", name=op.f("pk_message_closures")),
    )
    op.create_table(
        "oa_receipts",
        sa.Column(
            "key",
            sa.LargeBinary(length=32)
            .with_variant(sa.VARBINARY(length=32), "mariadb")
            .with_variant(sa.VARBINARY(length=32), "mysql"),
            nullable=False,
        ),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("received_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_oa_receipts")),
    )
    with op.batch_alter_table("oa_receipts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_oa_receipts_received_at"), ["received_at"], unique=False)

    op.create_table(
        "operators",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "login",
            sa.String(length=32)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=32), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=32), "mysql"),
            nullable=False,
        ),
        sa.Column(
            "password_hash",
            sa.String(length=200)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=200), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=200), "mysql"),
            nullable=False,
        ),
        sa.Column("display_name", sa.String(length=64), nullable=False),
        sa.Column(
            "role",
            sa.String(length=10)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=10), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=10), "mysql"),
            nullable=False,
        ),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.CheckConstraint("role IN ('admin', 'operator')", name=op.f("ck_operators_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operators")),
        sa.UniqueConstraint("login", name=op.f("uq_operators_login")),
    )
    op.create_table(
        "point_allocations",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lot_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("by_seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_point_allocations_amount_not_zero")),
        sa.PrimaryKeyConstraint("member_id", "entry_seq", "lot_no", "by_seq", name=op.f("pk_point_allocations")),
    )
    op.create_table(
        "point_debts",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "remaining >= 0 AND remaining <= amount", name=op.f("ck_point_debts_remaining_within_amount")
        ),
        sa.PrimaryKeyConstraint("member_id", "entry_seq", name=op.f("pk_point_debts")),
    )
    op.create_table(
        "point_lots",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lot_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=True),
        sa.CheckConstraint(
            "remaining >= 0 AND remaining <= amount", name=op.f("ck_point_lots_remaining_within_amount")
        ),
        sa.PrimaryKeyConstraint("member_id", "lot_no", name=op.f("pk_point_lots")),
    )
    op.create_table(
        "stores",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "code",
            sa.String(length=20)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=20), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=20), "mysql"),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stores")),
        sa.UniqueConstraint("code", name=op.f("uq_stores_code")),
    )
    op.create_table(
        "tier_changes",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("growth_seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "from_code",
            sa.String(length=16)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=16), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=16), "mysql"),
            nullable=False,
        ),
        sa.Column(
            "to_code",
            sa.String(length=16)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=16), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=16), "mysql"),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "growth_seq", name=op.f("pk_tier_changes")),
    )
    op.create_table(
        "used_card_codes",
        sa.Column(
            "code",
            sa.String(length=20)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=20), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=20), "mysql"),
            nullable=False,
        ),
        sa.Column("used_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_used_card_codes")),
    )
    with op.batch_alter_table("used_card_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_used_card_codes_used_at"), ["used_at"], unique=False)

    op.create_table(
        "check_ins",
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("streak", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.CheckConstraint("points >= 0", name=op.f("ck_check_ins_points_not_negative")),
        sa.CheckConstraint("streak >= 1", name=op.f("ck_check_ins_streak_counts_today")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_check_ins_member_id")),
        sa.PrimaryKeyConstraint("member_id", "day", name=op.f("pk_check_ins")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "counters",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "code",
            sa.String(length=20)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=20), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=20), "mysql"),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["brand_id"], ["brands.id"], name=op.f("fk_counters_brand_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_counters_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counters")),
        sa.UniqueConstraint("store_id", "code", name=op.f("uq_counters_store_id_code")),
    )
    op.create_table(
        "identities",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "kind",
            sa.String(length=20)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=20), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=20), "mysql"),
            nullable=False,
        ),
        sa.Column(
            "appid",
            sa.String(length=64)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mysql"),
            nullable=False,
        ),
        sa.Column(
            "openid",
            sa.String(length=64)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mysql"),
            nullable=False,
        ),
        sa.Column(
            "unionid",
            sa.String(length=64)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mysql"),
            nullable=True,
        ),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("follows", sa.Boolean(), nullable=True),
        sa.Column("followed_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=True),
        sa.Column(
            "unfollowed_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=True
        ),
        sa.Column("seen_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.CheckConstraint("kind IN ('mini-program', 'official-account')", name=op.f("ck_identities_kind")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_identities_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("appid", "openid", name=op.f("uq_identities_appid_openid")),
    )
    with op.batch_alter_table("identities", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identities_member_id"), ["member_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_identities_unionid_follows"), ["unionid", "follows"], unique=False)

    op.create_table(
        "mall_orders",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "no",
            sa.String(length=20)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=20), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=20), "mysql"),
            nullable=False,
        ),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("item_title", sa.String(length=64), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.String(length=16)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=16), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=16), "mysql"),
            nullable=False,
        ),
        sa.Column(
            "pickup_code",
            sa.String(length=20)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=20), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=20), "mysql"),
            nullable=False,
        ),
        sa.Column("placed_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.Column("pick_up_by", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.Column("closed_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=True),
        sa.CheckConstraint("(status = 'placed') = (closed_at IS NULL)", name=op.f("ck_mall_orders_closed_once")),
        sa.CheckConstraint(
            "status IN ('placed', 'picked-up', 'cancelled', 'lapsed')", name=op.f("ck_mall_orders_status_known")
        ),
        sa.CheckConstraint("points >= 1", name=op.f("ck_mall_orders_costs_points")),
        sa.CheckConstraint("quantity >= 1", name=op.f("ck_mall_orders_quantity_positive")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_mall_orders_member_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_mall_orders_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mall_orders")),
        sa.UniqueConstraint("no", name=op.f("uq_mall_orders_no")),
        sa.UniqueConstraint("pickup_code", name=op.f("uq_mall_orders_pickup_code")),
    )
    with op.batch_alter_table("mall_orders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mall_orders_item_id_status"), ["item_id", "status"], unique=False)
        batch_op.create_index(batch_op.f("ix_mall_orders_member_id_id"), ["member_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mall_orders_status_pick_up_by"), ["status", "pick_up_by"], unique=False)

    op.create_table(
        "messages",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "template",
            sa.String(length=32)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=32), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=32), "mysql"),
            nullable=False,
        ),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column(
            "cause",
            sa.LargeBinary(length=32)
            .with_variant(sa.VARBINARY(length=32), "mariadb")
            .with_variant(sa.VARBINARY(length=32), "mysql"),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.String(length=16)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=16), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=16), "mysql"),
            nullable=False,
        ),
        sa.Column("decided_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.Column("due_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column(
            "token",
            sa.String(length=32)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=32), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=32), "mysql"),
            nullable=True,
        ),
        sa.Column("unsure_since", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=True),
        sa.Column("ended_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=True),
        sa.Column(
            "msgid",
            sa.String(length=32)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=32), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=32), "mysql"),
            nullable=True,
        ),
        sa.Column(
            "error",
            sa.String(length=128)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=128), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=128), "mysql"),
            nullable=True,
        ),
        sa.CheckConstraint(
            "status IN ('waiting', 'sent', 'unreachable', 'skipped', 'doubtful', 'dead')",
            name=op.f("ck_messages_status_known"),
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_messages_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("cause", name=op.f("uq_messages_cause")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_messages_member_id_status_id"), ["member_id", "status", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_messages_status_due_at_id"), ["status", "due_at", "id"], unique=False)

    op.create_table(
        "point_accounts",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("debt", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column(
            "last_hash",
            sa.LargeBinary(length=32)
            .with_variant(sa.VARBINARY(length=32), "mariadb")
            .with_variant(sa.VARBINARY(length=32), "mysql"),
            nullable=False,
        ),
        sa.Column("last_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.Column(
            "next_expiry_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=True
        ),
        sa.Column("opened_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.CheckConstraint("debt >= 0", name=op.f("ck_point_accounts_debt_not_negative")),
        sa.CheckConstraint("held >= 0", name=op.f("ck_point_accounts_held_not_negative")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_point_accounts_member_id")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_point_accounts")),
    )
    with op.batch_alter_table("point_accounts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_point_accounts_next_expiry_at"), ["next_expiry_at"], unique=False)

    op.create_table(
        "purchases",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "order_no",
            sa.String(length=64)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mysql"),
            nullable=False,
        ),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("paid_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("total_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("refunded_fen", sa.BigInteger(), nullable=False),
        sa.Column(
            "fingerprint",
            sa.LargeBinary(length=32)
            .with_variant(sa.VARBINARY(length=32), "mariadb")
            .with_variant(sa.VARBINARY(length=32), "mysql"),
            nullable=False,
        ),
        sa.Column("per_yuan", sa.Integer(), nullable=False),
        sa.Column("multiplier", sa.Integer(), nullable=False),
        sa.Column("points_earned", sa.BigInteger(), nullable=False),
        sa.Column("growth_earned", sa.BigInteger(), nullable=False),
        sa.Column(
            "tier_code",
            sa.String(length=16)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=16), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=16), "mysql"),
            nullable=True,
        ),
        sa.Column("balance_after", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.CheckConstraint(
            "member_id IS NOT NULL OR points_earned + growth_earned = 0", name=op.f("ck_purchases_only_members_earn")
        ),
        sa.CheckConstraint("paid_fen >= 0 AND paid_fen <= total_fen", name=op.f("ck_purchases_paid_within_total")),
        sa.CheckConstraint("points_earned >= 0 AND growth_earned >= 0", name=op.f("ck_purchases_earned_not_negative")),
        sa.CheckConstraint(
            "refunded_fen >= 0 AND refunded_fen <= paid_fen", name=op.f("ck_purchases_refunded_within_paid")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_purchases_member_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_purchases_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchases")),
        sa.UniqueConstraint("store_id", "order_no", name=op.f("uq_purchases_store_id_order_no")),
    )
    with op.batch_alter_table("purchases", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_purchases_member_id_paid_at"), ["member_id", "paid_at"], unique=False)

    op.create_table(
        "staff",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "role",
            sa.String(length=10)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=10), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=10), "mysql"),
            nullable=False,
        ),
        sa.Column(
            "name_sealed",
            sa.LargeBinary(length=512)
            .with_variant(sa.VARBINARY(length=512), "mariadb")
            .with_variant(sa.VARBINARY(length=512), "mysql"),
            nullable=False,
        ),
        sa.Column(
            "code",
            sa.String(length=20)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=20), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=20), "mysql"),
            nullable=False,
        ),
        sa.CheckConstraint("role IN ('cashier', 'guide')", name=op.f("ck_staff_role")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_staff_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("store_id", "code", name=op.f("uq_staff_store_id_code")),
    )
    op.create_table(
        "tier_standings",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "tier_code",
            sa.String(length=16)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=16), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=16), "mysql"),
            nullable=False,
        ),
        sa.Column("growth", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("since_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_tier_standings_member_id")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_tier_standings")),
    )
    op.create_table(
        "till_keys",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "app_key",
            sa.String(length=32)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=32), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=32), "mysql"),
            nullable=False,
        ),
        sa.Column(
            "secret_sealed",
            sa.LargeBinary(length=512)
            .with_variant(sa.VARBINARY(length=512), "mariadb")
            .with_variant(sa.VARBINARY(length=512), "mysql"),
            nullable=False,
        ),
        sa.Column("store_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "scopes",
            sa.String(length=200)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=200), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=200), "mysql"),
            nullable=False,
        ),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.Column("revoked_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=True),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_till_keys_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_till_keys")),
        sa.UniqueConstraint("app_key", name=op.f("uq_till_keys_app_key")),
    )
    op.create_table(
        "point_entries",
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "kind",
            sa.String(length=16)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=16), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=16), "mysql"),
            nullable=False,
        ),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("balance_after", sa.BigInteger(), nullable=False),
        sa.Column(
            "source_kind",
            sa.String(length=32)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=32), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=32), "mysql"),
            nullable=False,
        ),
        sa.Column(
            "source_id",
            sa.String(length=64)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mysql"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=True),
        sa.Column("at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.Column(
            "hash",
            sa.LargeBinary(length=32)
            .with_variant(sa.VARBINARY(length=32), "mariadb")
            .with_variant(sa.VARBINARY(length=32), "mysql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["member_id"], ["point_accounts.member_id"], name=op.f("fk_point_entries_member_id")),
        sa.PrimaryKeyConstraint("member_id", "seq", name=op.f("pk_point_entries")),
        sa.UniqueConstraint(
            "member_id", "source_kind", "source_id", name=op.f("uq_point_entries_member_id_source_kind_source_id")
        ),
    )
    op.create_table(
        "purchase_lines",
        sa.Column("purchase_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "sku",
            sa.String(length=64)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mysql"),
            nullable=False,
        ),
        sa.Column(
            "name",
            sa.String(length=128)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=128), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=128), "mysql"),
            nullable=False,
        ),
        sa.Column(
            "category",
            sa.String(length=64)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mysql"),
            nullable=True,
        ),
        sa.Column(
            "brand",
            sa.String(length=64)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mysql"),
            nullable=True,
        ),
        sa.Column("qty", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("refunded_fen", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_fen >= 0 AND points >= 0", name=op.f("ck_purchase_lines_amount_not_negative")),
        sa.CheckConstraint("qty >= 1", name=op.f("ck_purchase_lines_qty_at_least_one")),
        sa.CheckConstraint(
            "refunded_fen >= 0 AND refunded_fen <= paid_fen", name=op.f("ck_purchase_lines_refunded_within_paid")
        ),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchases.id"], name=op.f("fk_purchase_lines_purchase_id")),
        sa.PrimaryKeyConstraint("purchase_id", "line_no", name=op.f("pk_purchase_lines")),
    )
    op.create_table(
        "refunds",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("purchase_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "refund_no",
            sa.String(length=64)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=64), "mysql"),
            nullable=False,
        ),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column(
            "fingerprint",
            sa.LargeBinary(length=32)
            .with_variant(sa.VARBINARY(length=32), "mariadb")
            .with_variant(sa.VARBINARY(length=32), "mysql"),
            nullable=False,
        ),
        sa.Column("points_taken", sa.BigInteger(), nullable=False),
        sa.Column("growth_taken", sa.BigInteger(), nullable=False),
        sa.Column("debt", sa.BigInteger(), nullable=False),
        sa.Column(
            "tier_code",
            sa.String(length=16)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=16), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=16), "mysql"),
            nullable=True,
        ),
        sa.Column("balance_after", sa.BigInteger(), nullable=True),
        sa.Column("refunded_at", sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb"), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_refunds_amount_above_zero")),
        sa.CheckConstraint("points_taken >= 0 AND growth_taken >= 0", name=op.f("ck_refunds_taken_not_negative")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_refunds_member_id")),
        sa.ForeignKeyConstraint(["purchase_id"], ["purchases.id"], name=op.f("fk_refunds_purchase_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refunds")),
        sa.UniqueConstraint("purchase_id", "refund_no", name=op.f("uq_refunds_purchase_id_refund_no")),
    )
    with op.batch_alter_table("refunds", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_refunds_member_id_refunded_at"), ["member_id", "refunded_at"], unique=False
        )

    op.create_table(
        "refund_lines",
        sa.Column("refund_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("line_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("purchase_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_refund_lines_amount_above_zero")),
        sa.ForeignKeyConstraint(
            ["purchase_id", "line_no"],
            ["purchase_lines.purchase_id", "purchase_lines.line_no"],
            name=op.f("fk_refund_lines_purchase_id_line_no"),
        ),
        sa.ForeignKeyConstraint(["refund_id"], ["refunds.id"], name=op.f("fk_refund_lines_refund_id")),
        sa.PrimaryKeyConstraint("refund_id", "line_no", name=op.f("pk_refund_lines")),
    )


def downgrade() -> None:

    op.drop_table("refund_lines")
    op.drop_table("refunds")
    op.drop_table("purchase_lines")
    op.drop_table("point_entries")
    op.drop_table("till_keys")
    op.drop_table("tier_standings")
    op.drop_table("staff")
    op.drop_table("purchases")
    op.drop_table("point_accounts")
    op.drop_table("messages")
    op.drop_table("mall_orders")
    op.drop_table("identities")
    op.drop_table("counters")
    op.drop_table("check_ins")
    op.drop_table("used_card_codes")
    op.drop_table("tier_changes")
    op.drop_table("stores")
    op.drop_table("point_lots")
    op.drop_table("point_debts")
    op.drop_table("point_allocations")
    op.drop_table("operators")
    op.drop_table("oa_receipts")
    op.drop_table("message_closures")
    op.drop_table("members")
    op.drop_table("mall_items")
    op.drop_table("job_runs")
    op.drop_table("idempotency_keys")
    op.drop_table("growth_entries")
    op.drop_table("brands")
