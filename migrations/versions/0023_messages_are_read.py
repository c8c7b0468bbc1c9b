"""messages are read in the inbox

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

INDEXES = (["member_id", "id"], ["member_id", "read_at", "id"])


def upgrade() -> None:
    """What has ended counts as read when it ended: nobody finds all of the past as news on the first day of the inbox."""
    op.add_column("messages", sa.Column("read_at", _instant(), nullable=True))
    op.execute("UPDATE messages SET read_at = ended_at WHERE ended_at IS NOT NULL")
    for columns in INDEXES:
        op.create_index(op.f(f"ix_messages_{'_'.join(columns)}"), "messages", columns)


def downgrade() -> None:
    for columns in INDEXES:
        op.drop_index(op.f(f"ix_messages_{'_'.join(columns)}"), "messages")
    op.drop_column("messages", "read_at")


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
