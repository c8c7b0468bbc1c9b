"""birthdays

Revision ID: 0017
Revises: 0016
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KIND = "birthdays"


def upgrade() -> None:
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.add_column(sa.Column("birthday_index", _digest(), nullable=True))
        batch_op.create_index(batch_op.f("ix_members_birthday_index_id"), ["birthday_index", "id"], unique=False)
    ever = datetime(1970, 1, 1)
    books = sa.table(
        "rule_books",
        *(sa.column(name) for name in ("kind", "version", "status", "note", "drafted_by", "decided_by")),
        sa.column("definition", sa.JSON()),
        *(sa.column(name, sa.DateTime()) for name in ("live_from", "created_at", "decided_at")),
    )
    first = {
        "kind": KIND,
        "version": 1,
        "status": "published",
        "note": "初始规则",
        "drafted_by": "baihui",
        "decided_by": "baihui",
        "definition": {"coupons": [], "days_ahead": 3},
        "live_from": ever,
        "created_at": ever,
        "decided_at": ever,
    }
    op.bulk_insert(books, [first])


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM rule_books WHERE kind = 'birthdays'"))
    with op.batch_alter_table("members", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_members_birthday_index_id"))
        batch_op.drop_column("birthday_index")


def _digest() -> sa.LargeBinary:
    return sa.LargeBinary(32).with_variant(mysql.VARBINARY(32), "mysql", "mariadb")
