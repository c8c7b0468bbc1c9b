"""families, merges and closures

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATUS = "ck_members_status"
MERGED = "ck_members_merged_into_somebody"


def upgrade() -> None:
    _let_members_merge_and_leave()
    _make_merges()
    _make_closures()
    _make_families()
    _make_transfers()


def downgrade() -> None:
    for table in (
        "family_transfers",
        "family_invitations",
        "family_seats",
        "families",
        "membership_closures",
        "member_merges",
    ):
        op.drop_table(table)
    _let_members_only_leave()


def _let_members_merge_and_leave() -> None:
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.add_column(sa.Column("merged_into", sa.BigInteger(), nullable=True))
        batch_op.alter_column("phone_sealed", existing_type=_bytes(512), nullable=True)
        batch_op.alter_column("phone_index", existing_type=_bytes(32), nullable=True)
        batch_op.drop_constraint(batch_op.f(STATUS), type_="check")
        batch_op.create_check_constraint(batch_op.f(STATUS), "status IN ('active', 'blocked', 'closed', 'merged')")
        batch_op.create_check_constraint(batch_op.f(MERGED), "(status = 'merged') = (merged_into IS NOT NULL)")
        batch_op.create_index(batch_op.f("ix_members_merged_into"), ["merged_into"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_members_merged_into"), "members", ["merged_into"], ["id"])


def _let_members_only_leave() -> None:
    """A merged member counts as one who left. What was erased stays erased: the columns hold what opens nowhere."""
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_members_merged_into"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_members_merged_into"))
        batch_op.drop_constraint(batch_op.f(MERGED), type_="check")
        batch_op.drop_constraint(batch_op.f(STATUS), type_="check")
        batch_op.drop_column("merged_into")
    connection = op.get_bind()
    connection.execute(sa.text("UPDATE members SET status = 'closed' WHERE status = 'merged'"))
    for member_id in connection.scalars(sa.text("SELECT id FROM members WHERE phone_index IS NULL")).all():
        connection.execute(
            sa.text("UPDATE members SET phone_sealed = :erased, phone_index = :erased WHERE id = :id"),
            {"erased": f"erased:{member_id}".encode(), "id": member_id},
        )
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.create_check_constraint(batch_op.f(STATUS), "status IN ('active', 'blocked', 'closed')")
        batch_op.alter_column("phone_sealed", existing_type=_bytes(512), nullable=False)
        batch_op.alter_column("phone_index", existing_type=_bytes(32), nullable=False)


def _make_merges() -> None:
    op.create_table(
        "member_merges",
        sa.Column("gone_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("into_id", sa.BigInteger(), nullable=False),
        sa.Column("merged_by", _code(32), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("debt", sa.BigInteger(), nullable=False),
        sa.Column("pending", sa.BigInteger(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.CheckConstraint("gone_id <> into_id", name=op.f("ck_member_merges_two_members")),
        sa.CheckConstraint(
            "points >= 0 AND debt >= 0 AND pending >= 0", name=op.f("ck_member_merges_moved_not_negative")
        ),
        sa.ForeignKeyConstraint(["gone_id"], ["members.id"], name=op.f("fk_member_merges_gone_id")),
        sa.ForeignKeyConstraint(["into_id"], ["members.id"], name=op.f("fk_member_merges_into_id")),
        sa.PrimaryKeyConstraint("gone_id", name=op.f("pk_member_merges")),
    )
    with op.batch_alter_table("member_merges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_member_merges_into_id"), ["into_id"], unique=False)


def _make_closures() -> None:
    op.create_table(
        "membership_closures",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("running_for", sa.BigInteger(), nullable=True),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("asked_by", _code(32), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("asked_at", _instant(), nullable=False),
        sa.Column("closes_at", _instant(), nullable=False),
        sa.Column("ended_at", _instant(), nullable=True),
        sa.Column("points", sa.BigInteger(), nullable=True),
        sa.Column("pending", sa.BigInteger(), nullable=True),
        sa.Column("debt", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(status = 'running') = (ended_at IS NULL)", name=op.f("ck_membership_closures_ended_once")),
        sa.CheckConstraint(
            "(status = 'running') = (running_for IS NOT NULL)", name=op.f("ck_membership_closures_one_runs")
        ),
        sa.CheckConstraint(
            "status IN ('running', 'taken-back', 'done')", name=op.f("ck_membership_closures_status_known")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_membership_closures_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_closures")),
        sa.UniqueConstraint("running_for", name=op.f("uq_membership_closures_running_for")),
    )
    with op.batch_alter_table("membership_closures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_membership_closures_member_id"), ["member_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_membership_closures_status_closes_at"), ["status", "closes_at"], unique=False
        )


def _make_families() -> None:
    op.create_table(
        "families",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", _instant(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["members.id"], name=op.f("fk_families_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_families")),
    )
    op.create_table(
        "family_seats",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("family_id", sa.BigInteger(), nullable=False),
        sa.Column("joined_at", _instant(), nullable=False),
        sa.ForeignKeyConstraint(["family_id"], ["families.id"], name=op.f("fk_family_seats_family_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_family_seats_member_id")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_family_seats")),
    )
    op.create_table(
        "family_invitations",
        sa.Column("code", _code(12), nullable=False),
        sa.Column("family_id", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", _instant(), nullable=False),
        sa.ForeignKeyConstraint(["family_id"], ["families.id"], name=op.f("fk_family_invitations_family_id")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_family_invitations")),
    )
    with op.batch_alter_table("families", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_families_owner_id"), ["owner_id"], unique=False)
    with op.batch_alter_table("family_seats", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_family_seats_family_id_joined_at"), ["family_id", "joined_at"], unique=False
        )
    with op.batch_alter_table("family_invitations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_family_invitations_family_id"), ["family_id"], unique=False)


def _make_transfers() -> None:
    op.create_table(
        "family_transfers",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("giver_id", sa.BigInteger(), nullable=False),
        sa.Column("taker_id", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("given_at", _instant(), nullable=False),
        sa.CheckConstraint("points > 0", name=op.f("ck_family_transfers_points_above_zero")),
        sa.ForeignKeyConstraint(["giver_id"], ["members.id"], name=op.f("fk_family_transfers_giver_id")),
        sa.ForeignKeyConstraint(["taker_id"], ["members.id"], name=op.f("fk_family_transfers_taker_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family_transfers")),
    )
    with op.batch_alter_table("family_transfers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_family_transfers_giver_id_given_on"), ["giver_id", "given_on"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_family_transfers_giver_id_id"), ["giver_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_family_transfers_taker_id_id"), ["taker_id", "id"], unique=False)


def _bytes(length: int) -> sa.LargeBinary:
    return (
        sa.LargeBinary(length=length)
        .with_variant(sa.VARBINARY(length=length), "mariadb")
        .with_variant(sa.VARBINARY(length=length), "mysql")
    )


def _code(length: int) -> sa.String:
    return (
        sa.String(length=length)
        .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=length), "mariadb")
        .with_variant(mysql.VARCHAR(collation="utf8mb4_bin", length=length), "mysql")
    )


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
