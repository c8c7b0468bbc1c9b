"""conversations with followers

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_windows",
        sa.Column("identity_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("wrote_at", _instant(), nullable=True),
        sa.Column("left_of_words", sa.Integer(), nullable=False),
        sa.Column("acted_at", _instant(), nullable=True),
        sa.Column("left_of_gesture", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "left_of_words >= 0 AND left_of_gesture >= 0", name=op.f("ck_service_windows_left_not_negative")
        ),
        sa.ForeignKeyConstraint(["identity_id"], ["identities.id"], name=op.f("fk_service_windows_identity_id")),
        sa.PrimaryKeyConstraint("identity_id", name=op.f("pk_service_windows")),
    )


def downgrade() -> None:
    op.drop_table("service_windows")


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
