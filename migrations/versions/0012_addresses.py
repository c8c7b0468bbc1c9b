"""addresses

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "member_addresses",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("default_of", sa.BigInteger(), nullable=True),
        sa.Column("content_sealed", _binary(1024), nullable=False),
        sa.Column("created_at", _instant(), nullable=False),
        sa.Column("updated_at", _instant(), nullable=False),
        sa.CheckConstraint(
            "default_of IS NULL OR default_of = member_id", name=op.f("ck_member_addresses_default_of_its_member")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_member_addresses_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_addresses")),
        sa.UniqueConstraint("default_of", name=op.f("uq_member_addresses_default_of")),
    )
    with op.batch_alter_table("member_addresses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_member_addresses_member_id_id"), ["member_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("member_addresses")


def _binary(length: int) -> sa.LargeBinary:
    return sa.LargeBinary(length=length).with_variant(mysql.VARBINARY(length=length), "mysql", "mariadb")


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
