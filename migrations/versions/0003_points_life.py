"""the whole life of points

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NEW_TABLES = (
    "point_extensions",
    "point_give_backs",
    "point_hold_parts",
    "point_holds",
    "point_pending_cuts",
    "point_pendings",
)
INSTANT = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "point_extensions",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lot_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("from_at", INSTANT, nullable=False),
        sa.Column("to_at", INSTANT, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column(
            "extended_by",
            sa.String(length=32)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=32), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=32), "mysql"),
            nullable=False,
        ),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("member_id", "lot_no", "no", name=op.f("pk_point_extensions")),
    )
    op.create_table(
        "point_give_backs",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("spent_seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("by_seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("member_id", "spent_seq", "by_seq", name=op.f("pk_point_give_backs")),
    )
    op.create_table(
        "point_hold_parts",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hold_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lot_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_point_hold_parts_amount_above_zero")),
        sa.PrimaryKeyConstraint("member_id", "hold_id", "lot_no", name=op.f("pk_point_hold_parts")),
    )
    op.create_table(
        "point_holds",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
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
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("captured", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.String(length=16)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=16), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=16), "mysql"),
            nullable=False,
        ),
        sa.Column("ends_at", INSTANT, nullable=True),
        sa.Column("reserved_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("(status = 'held') = (ended_at IS NULL)", name=op.f("ck_point_holds_ended_once")),
        sa.CheckConstraint(
            "status IN ('held', 'captured', 'released', 'lapsed')", name=op.f("ck_point_holds_status_known")
        ),
        sa.CheckConstraint("captured >= 0 AND captured <= amount", name=op.f("ck_point_holds_captured_within_amount")),
        sa.PrimaryKeyConstraint("member_id", "id", name=op.f("pk_point_holds")),
        sa.UniqueConstraint(
            "member_id", "source_kind", "source_id", name=op.f("uq_point_holds_member_id_source_kind_source_id")
        ),
    )
    op.create_table(
        "point_pending_cuts",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pending_id", sa.BigInteger(), autoincrement=False, nullable=False),
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
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_point_pending_cuts_amount_above_zero")),
        sa.PrimaryKeyConstraint(
            "member_id", "pending_id", "source_kind", "source_id", name=op.f("pk_point_pending_cuts")
        ),
    )
    op.create_table(
        "point_pendings",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
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
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.String(length=16)
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=16), "mariadb")
            .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=16), "mysql"),
            nullable=False,
        ),
        sa.Column("earned_at", INSTANT, nullable=False),
        sa.Column("settles_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.CheckConstraint("status IN ('waiting', 'settled', 'void')", name=op.f("ck_point_pendings_status_known")),
        sa.CheckConstraint(
            "remaining >= 0 AND remaining <= amount", name=op.f("ck_point_pendings_remaining_within_amount")
        ),
        sa.PrimaryKeyConstraint("member_id", "id", name=op.f("pk_point_pendings")),
        sa.UniqueConstraint(
            "member_id", "source_kind", "source_id", name=op.f("uq_point_pendings_member_id_source_kind_source_id")
        ),
    )
    with op.batch_alter_table("point_accounts") as batch:
        batch.add_column(sa.Column("pending", sa.BigInteger(), nullable=False, server_default="0"))
        for moment in ("next_settle_at", "next_release_at", "next_due_at", "frozen_at", "closed_at"):
            batch.add_column(sa.Column(moment, INSTANT, nullable=True))
        batch.add_column(sa.Column("frozen_for", sa.String(length=200), nullable=True))
        batch.drop_index("ix_point_accounts_next_expiry_at")
        batch.create_index("ix_point_accounts_next_due_at", ["next_due_at"])
        batch.create_index("ix_point_accounts_frozen_at", ["frozen_at"])
        batch.create_check_constraint("pending_not_negative", "pending >= 0")
    with op.batch_alter_table("point_accounts") as batch:
        batch.alter_column("pending", existing_type=sa.BigInteger(), existing_nullable=False, server_default=None)
    with op.batch_alter_table("point_lots") as batch:
        batch.add_column(sa.Column("held", sa.BigInteger(), nullable=False, server_default="0"))
        batch.create_index("ix_point_lots_expires_at_member_id", ["expires_at", "member_id"])
        batch.create_check_constraint("held_within_remaining", "held >= 0 AND held <= remaining")
    with op.batch_alter_table("point_lots") as batch:
        batch.alter_column("held", existing_type=sa.BigInteger(), existing_nullable=False, server_default=None)
    op.execute("UPDATE point_accounts SET next_due_at = next_expiry_at")
    # until now only exchanges were ever given back
    op.execute(
        "INSERT INTO point_give_backs (member_id, spent_seq, by_seq)"
        " SELECT spent.member_id, spent.seq, given.seq FROM point_entries AS spent JOIN point_entries AS given"
        " ON given.member_id = spent.member_id AND given.source_id = spent.source_id"
        " WHERE spent.source_kind = 'exchange' AND given.source_kind = 'exchange-cancel'"
    )


def downgrade() -> None:
    with op.batch_alter_table("point_lots") as batch:
        batch.drop_constraint("held_within_remaining", type_="check")
        batch.drop_index("ix_point_lots_expires_at_member_id")
        batch.drop_column("held")
    with op.batch_alter_table("point_accounts") as batch:
        batch.drop_constraint("pending_not_negative", type_="check")
        batch.drop_index("ix_point_accounts_frozen_at")
        batch.drop_index("ix_point_accounts_next_due_at")
        for column in (
            "pending",
            "next_settle_at",
            "next_release_at",
            "next_due_at",
            "frozen_at",
            "frozen_for",
            "closed_at",
        ):
            batch.drop_column(column)
        batch.create_index("ix_point_accounts_next_expiry_at", ["next_expiry_at"])
    for table in NEW_TABLES:
        op.drop_table(table)
