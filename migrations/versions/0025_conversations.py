"""conversations with followers

Revision ID: 0025
Revises: 0024
"""

import datetime as dt

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("identity_id", sa.BigInteger(), nullable=False),
        sa.Column("open_for", sa.BigInteger(), nullable=True),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("why", _code(16), nullable=False),
        sa.Column("opened_at", _instant(), nullable=False),
        sa.Column("waiting_since", _instant(), nullable=False),
        sa.Column("follower_at", _instant(), nullable=False),
        sa.Column("desk_at", _instant(), nullable=True),
        sa.Column("taken_by", _code(32), nullable=True),
        sa.Column("taken_at", _instant(), nullable=True),
        sa.Column("closed_at", _instant(), nullable=True),
        sa.Column("closed_by", _code(32), nullable=True),
        sa.Column("ending", _code(16), nullable=True),
        sa.CheckConstraint(
            "(status = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_conversations_closed_at_an_instant")
        ),
        sa.CheckConstraint(
            "(status = 'closed') = (ending IS NOT NULL)", name=op.f("ck_conversations_closed_with_an_ending")
        ),
        sa.CheckConstraint(
            "(status = 'closed') = (open_for IS NULL)", name=op.f("ck_conversations_open_for_its_follower")
        ),
        sa.CheckConstraint(
            "ending IS NULL OR ending IN ('done', 'silent', 'lapsed')", name=op.f("ck_conversations_ending_known")
        ),
        sa.CheckConstraint(
            "status <> 'taken' OR taken_by IS NOT NULL", name=op.f("ck_conversations_taken_by_somebody")
        ),
        sa.CheckConstraint("status IN ('waiting', 'taken', 'closed')", name=op.f("ck_conversations_status_known")),
        sa.CheckConstraint("why IN ('asked', 'unanswered')", name=op.f("ck_conversations_why_known")),
        sa.ForeignKeyConstraint(["identity_id"], ["identities.id"], name=op.f("fk_conversations_identity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("open_for", name=op.f("uq_conversations_open_for")),
    )
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conversations_identity_id_id"), ["identity_id", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_conversations_status_waiting_since_id"), ["status", "waiting_since", "id"], unique=False
        )

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
    op.create_table(
        "chat_lines",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("identity_id", sa.BigInteger(), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=True),
        sa.Column("sender", _code(16), nullable=False),
        sa.Column("kind", _code(16), nullable=False),
        sa.Column("text_sealed", _document(), nullable=True),
        sa.Column("written_by", _code(32), nullable=True),
        sa.Column("at", _instant(), nullable=False),
        sa.CheckConstraint("sender IN ('follower', 'robot', 'operator')", name=op.f("ck_chat_lines_sender_known")),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_chat_lines_conversation_id")),
        sa.ForeignKeyConstraint(["identity_id"], ["identities.id"], name=op.f("fk_chat_lines_identity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_lines")),
    )
    with op.batch_alter_table("chat_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chat_lines_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_chat_lines_conversation_id_id"), ["conversation_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_chat_lines_identity_id_id"), ["identity_id", "id"], unique=False)

    op.create_table(
        "desk_replies",
        sa.Column("line_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("identity_id", sa.BigInteger(), nullable=False),
        sa.Column("status", _code(16), nullable=False),
        sa.Column("written_at", _instant(), nullable=False),
        sa.Column("send_before", _instant(), nullable=False),
        sa.Column("due_at", _instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("token", _code(32), nullable=True),
        sa.Column("ended_at", _instant(), nullable=True),
        sa.Column("error", _code(128), nullable=True),
        sa.CheckConstraint(
            "(status = 'sending') = (token IS NOT NULL)", name=op.f("ck_desk_replies_token_while_sending")
        ),
        sa.CheckConstraint(
            "status IN ('waiting', 'sending', 'sent', 'failed', 'doubtful')", name=op.f("ck_desk_replies_status_known")
        ),
        sa.ForeignKeyConstraint(["identity_id"], ["identities.id"], name=op.f("fk_desk_replies_identity_id")),
        sa.ForeignKeyConstraint(["line_id"], ["chat_lines.id"], name=op.f("fk_desk_replies_line_id")),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_desk_replies")),
    )
    with op.batch_alter_table("desk_replies", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_desk_replies_identity_id_status_line_id"), ["identity_id", "status", "line_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_desk_replies_status_due_at_line_id"), ["status", "due_at", "line_id"], unique=False
        )
    op.create_table(
        "faq_questions",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", _code(32), nullable=False),
        sa.Column("question", sa.String(length=200), nullable=False),
        sa.Column("variants", sa.JSON(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("page", _code(128), nullable=True),
        sa.Column("link", sa.String(length=20), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("last_hit_at", _instant(), nullable=True),
        sa.Column("changed_by", _code(32), nullable=False),
        sa.Column("changed_at", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_questions")),
        sa.UniqueConstraint("code", name=op.f("uq_faq_questions_code")),
    )
    op.create_index(op.f("ix_faq_questions_active_id"), "faq_questions", ["active", "id"])
    op.create_table(
        "faq_lists",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("edition", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_lists")),
    )
    op.execute("INSERT INTO faq_lists (id, edition) VALUES (1, 0)")
    op.create_table(
        "faq_unanswered",
        sa.Column("key", sa.LargeBinary(32).with_variant(mysql.VARBINARY(32), "mysql", "mariadb"), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("text_sealed", _document(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", _instant(), nullable=False),
        sa.Column("last_at", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_faq_unanswered")),
        sa.UniqueConstraint("id", name=op.f("uq_faq_unanswered_id")),
    )
    op.create_index(op.f("ix_faq_unanswered_times_id"), "faq_unanswered", ["times", "id"])
    op.create_index(op.f("ix_faq_unanswered_last_at"), "faq_unanswered", ["last_at"])
    op.create_table(
        "answer_pictures",
        sa.Column("appid", _code(64), nullable=False),
        sa.Column("hash", _code(64), nullable=False),
        sa.Column("media_id", _code(128), nullable=False),
        sa.Column("uploaded_at", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("appid", "hash", name=op.f("pk_answer_pictures")),
        sqlite_with_rowid=False,
    )
    _open_book()
    op.add_column("oa_receipts", sa.Column("kind", _code(8), server_default="text", nullable=False))


def downgrade() -> None:
    """An answer that is no text cannot be told any more."""
    op.execute("DELETE FROM oa_receipts WHERE kind <> 'text'")
    op.drop_column("oa_receipts", "kind")
    op.execute("DELETE FROM rule_books WHERE kind = 'answers'")
    for table in ("answer_pictures", "faq_unanswered", "faq_lists", "faq_questions"):
        op.drop_table(table)
    op.drop_table("desk_replies")
    op.drop_table("chat_lines")
    op.drop_table("service_windows")
    op.drop_table("conversations")


def _open_book() -> None:
    ever = dt.datetime(1970, 1, 1)
    books = sa.table(
        "rule_books",
        *(sa.column(name) for name in ("kind", "version", "status", "note", "drafted_by", "decided_by")),
        sa.column("definition", sa.JSON()),
        *(sa.column(name, sa.DateTime()) for name in ("live_from", "created_at", "decided_at")),
    )
    first = {
        "kind": "answers",
        "version": 1,
        "status": "published",
        "note": "初始规则",
        "drafted_by": "baihui",
        "decided_by": "baihui",
        "definition": {"answers": []},
        "live_from": ever,
        "created_at": ever,
        "decided_at": ever,
    }
    op.bulk_insert(books, [first])


def _code(length: int) -> sa.String:
    binary = mysql.VARCHAR(length=length, collation="utf8mb4_bin")
    return sa.String(length=length).with_variant(binary, "mysql", "mariadb")


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def _document() -> sa.LargeBinary:
    return sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")
