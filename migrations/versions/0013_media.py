"""media

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "media_pictures",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", _code(64), nullable=False),
        sa.Column("extension", _code(4), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("added_by", _code(32), nullable=False),
        sa.Column("added_at", _instant(), nullable=False),
        sa.CheckConstraint("extension IN ('jpg', 'png')", name=op.f("ck_media_pictures_extension_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_pictures")),
        sa.UniqueConstraint("hash", name=op.f("uq_media_pictures_hash")),
    )
    op.create_table(
        "media_uses",
        sa.Column("kind", _code(16), nullable=False),
        sa.Column("user_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("picture_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["picture_id"], ["media_pictures.id"], name=op.f("fk_media_uses_picture_id")),
        sa.PrimaryKeyConstraint("kind", "user_id", "picture_id", name=op.f("pk_media_uses")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("media_uses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_media_uses_picture_id"), ["picture_id"], unique=False)


def downgrade() -> None:
    op.drop_table("media_uses")
    op.drop_table("media_pictures")


def _code(length: int) -> sa.String:
    binary = mysql.VARCHAR(collation="utf8mb4_bin", length=length)
    return sa.String(length=length).with_variant(binary, "mariadb").with_variant(binary, "mysql")


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
