"""how often who registered for events may stay away

Revision ID: 0037
Revises: 0031
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0031"
branch_labels = None
depends_on = None

FIRST_BOOK = {"count": 3, "within_days": 90, "barred_days": 30}


def upgrade() -> None:
    ever = datetime(1970, 1, 1)
    books = sa.table(
        "rule_books",
        *(sa.column(name) for name in ("kind", "version", "status", "note", "drafted_by", "decided_by")),
        sa.column("definition", sa.JSON()),
        *(sa.column(name, sa.DateTime()) for name in ("live_from", "created_at", "decided_at")),
    )
    first = {"kind": "event-absences", "version": 1, "status": "published", "note": "初始规则"}
    people = {"drafted_by": "baihui", "decided_by": "baihui"}
    times = {"live_from": ever, "created_at": ever, "decided_at": ever}
    op.bulk_insert(books, [{**first, **people, **times, "definition": FIRST_BOOK}])


def downgrade() -> None:
    op.execute("DELETE FROM rule_books WHERE kind = 'event-absences'")
