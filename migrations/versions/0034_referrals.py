"""invitations and what they give, signals of abuse

Revision ID: 0034
Revises: 0030
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0034"
down_revision = "0030"
branch_labels = None
depends_on = None

BOOKS = {
    "referral": {
        "running": True,
        "least_fen": 10_000,
        "stores": None,
        "categories": None,
        "buy_within_days": 90,
        "wait_days": 7,
        "late_hours": 24,
        "inviter": {"points": 200, "growth": 0, "coupon": None},
        "newcomer": {"points": 100, "growth": 0, "coupon": None},
        "stages": [
            {"friends": 1, "points": 50, "growth": 0, "coupon": None},
            {"friends": 3, "points": 200, "growth": 0, "coupon": None},
            {"friends": 5, "points": 400, "growth": 0, "coupon": None},
            {"friends": 10, "points": 1_000, "growth": 0, "coupon": None},
        ],
        "friends_a_month": 20,
        "points_a_month": None,
        "staff_days": 90,
    },
    "risk": {
        "window_days": 7,
        "review_at": 50,
        "refuse_at": 80,
        "signals": [
            {"code": "shared-device", "at": 3, "weight": 40, "each": 10, "most": 80},
            {"code": "inviter-device", "at": 1, "weight": 30, "each": 0, "most": 30},
            {"code": "shared-ip", "at": 8, "weight": 10, "each": 0, "most": 10},
            {"code": "shared-net", "at": 15, "weight": 5, "each": 0, "most": 5},
            {"code": "phone-prefix", "at": 4, "weight": 20, "each": 5, "most": 40},
            {"code": "quick-purchase", "at": 10, "weight": 15, "each": 0, "most": 15},
            {"code": "minimal-purchase", "at": 5, "weight": 15, "each": 0, "most": 15},
            {"code": "same-bill", "at": 3, "weight": 20, "each": 5, "most": 40},
            {"code": "same-store", "at": 5, "weight": 5, "each": 0, "most": 5},
            {"code": "fresh-inviter", "at": 2, "weight": 10, "each": 0, "most": 10},
            {"code": "blocked-device", "at": 1, "weight": 60, "each": 0, "most": 60},
            {"code": "blocked-net", "at": 1, "weight": 60, "each": 0, "most": 60},
        ],
    },
}
TABLES = (
    "referral_staff_newcomers",
    "referral_staff_months",
    "referral_rewards",
    "referral_periods",
    "referral_budgets",
    "referral_invitations",
    "referral_codes",
    "risk_signals",
    "risk_counts",
    "risk_blocks",
)


def upgrade() -> None:
    _make_risk()
    _make_invitations()
    _make_sums()
    _make_staff()
    _write_first_books()


def downgrade() -> None:
    op.execute("DELETE FROM rule_books WHERE kind IN ('referral', 'risk')")
    for table in TABLES:
        op.drop_table(table)


def _make_risk() -> None:
    op.create_table('risk_counts',
    sa.Column('kind', _code(16), nullable=False),
    sa.Column('value', _digest(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('seen', sa.Integer(), nullable=False),
    sa.CheckConstraint('seen >= 1', name=op.f('ck_risk_counts_seen_at_all')),
    sa.PrimaryKeyConstraint('kind', 'value', 'day', name=op.f('pk_risk_counts')),
    sqlite_with_rowid=False
    )
    op.create_index(op.f('ix_risk_counts_day'), 'risk_counts', ['day'])
    op.create_table('risk_blocks',
    sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('kind', _code(16), nullable=False),
    sa.Column('value', _digest(), nullable=False),
    sa.Column('standing', _digest(), nullable=True),
    sa.Column('member_id', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('blocked_by', _code(32), nullable=False),
    sa.Column('blocked_at', _instant(), nullable=False),
    sa.Column('lifted_by', _code(32), nullable=True),
    sa.Column('lifted_why', sa.String(length=200), nullable=True),
    sa.Column('lifted_at', _instant(), nullable=True),
    sa.CheckConstraint("(kind = 'member') = (member_id IS NOT NULL)", name=op.f('ck_risk_blocks_a_member_is_named')),
    sa.CheckConstraint("kind IN ('member', 'device', 'net')", name=op.f('ck_risk_blocks_kind_known')),
    sa.CheckConstraint('(standing IS NULL) = (lifted_at IS NOT NULL)', name=op.f('ck_risk_blocks_stands_until_lifted')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_risk_blocks_member_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_risk_blocks')),
    sa.UniqueConstraint('kind', 'standing', name=op.f('uq_risk_blocks_kind_standing'))
    )
    op.create_index(op.f('ix_risk_blocks_member_id'), 'risk_blocks', ['member_id'])
    op.create_table('risk_signals',
    sa.Column('kind', _code(16), nullable=False),
    sa.Column('value', _digest(), nullable=False),
    sa.Column('member_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('joined_with', sa.Boolean(), nullable=False),
    sa.Column('last_at', _instant(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_risk_signals_member_id')),
    sa.PrimaryKeyConstraint('kind', 'value', 'member_id', name=op.f('pk_risk_signals')),
    sqlite_with_rowid=False
    )
    op.create_index(op.f('ix_risk_signals_last_at'), 'risk_signals', ['last_at'])
    op.create_index(op.f('ix_risk_signals_member_id'), 'risk_signals', ['member_id'])


def _make_invitations() -> None:
    op.create_table('referral_codes',
    sa.Column('code', _code(16), nullable=False),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('made_at', _instant(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_referral_codes_member_id')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_referral_codes')),
    sqlite_with_rowid=False
    )
    op.create_index(op.f('ix_referral_codes_member_id_made_at'), 'referral_codes', ['member_id', 'made_at'])
    op.create_table('referral_invitations',
    sa.Column('newcomer_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('inviter_id', sa.BigInteger(), nullable=False),
    sa.Column('via', _code(8), nullable=False),
    sa.Column('state', _code(12), nullable=False),
    sa.Column('book_version', sa.Integer(), nullable=False),
    sa.Column('joined_at', _instant(), nullable=False),
    sa.Column('bound_at', _instant(), nullable=False),
    sa.Column('buy_until', _instant(), nullable=False),
    sa.Column('purchase_id', sa.BigInteger(), nullable=True),
    sa.Column('store_id', sa.BigInteger(), nullable=True),
    sa.Column('order_no', _code(64), nullable=True),
    sa.Column('paid_at', _instant(), nullable=True),
    sa.Column('due_at', _instant(), nullable=True),
    sa.Column('score', sa.Integer(), nullable=True),
    sa.Column('flagged', sa.Boolean(), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=True),
    sa.Column('decided_by', _code(32), nullable=True),
    sa.Column('decision', sa.String(length=200), nullable=True),
    sa.Column('decided_at', _instant(), nullable=True),
    sa.Column('ended_at', _instant(), nullable=True),
    sa.CheckConstraint("(state IN ('bought', 'returning')) = (due_at IS NOT NULL)", name=op.f('ck_referral_invitations_due_while_it_waits')),
    sa.CheckConstraint("state IN ('joined', 'bought', 'review', 'rewarded', 'refused', 'lapsed', 'ended', 'returning', 'returned')", name=op.f('ck_referral_invitations_state_known')),
    sa.CheckConstraint('inviter_id <> newcomer_id', name=op.f('ck_referral_invitations_nobody_invites_themselves')),
    sa.ForeignKeyConstraint(['inviter_id'], ['members.id'], name=op.f('fk_referral_invitations_inviter_id')),
    sa.ForeignKeyConstraint(['newcomer_id'], ['members.id'], name=op.f('fk_referral_invitations_newcomer_id')),
    sa.PrimaryKeyConstraint('newcomer_id', name=op.f('pk_referral_invitations')),
    sa.UniqueConstraint('id', name=op.f('uq_referral_invitations_id'))
    )
    op.create_index(op.f('ix_referral_invitations_due_at_newcomer_id'), 'referral_invitations', ['due_at', 'newcomer_id'])
    op.create_index(op.f('ix_referral_invitations_inviter_id_id'), 'referral_invitations', ['inviter_id', 'id'])
    op.create_index(op.f('ix_referral_invitations_state_id'), 'referral_invitations', ['state', 'id'])


def _make_sums() -> None:
    op.create_table('referral_budgets',
    sa.Column('period', _code(7), nullable=False),
    sa.Column('granted', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('granted >= 0', name=op.f('ck_referral_budgets_granted_not_negative')),
    sa.PrimaryKeyConstraint('period', name=op.f('pk_referral_budgets'))
    )
    op.create_table('referral_periods',
    sa.Column('period', _code(7), nullable=False),
    sa.Column('member_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('friends', sa.Integer(), nullable=False),
    sa.Column('reached_at', _instant(), nullable=False),
    sa.CheckConstraint('friends >= 0', name=op.f('ck_referral_periods_friends_not_negative')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_referral_periods_member_id')),
    sa.PrimaryKeyConstraint('period', 'member_id', name=op.f('pk_referral_periods')),
    sqlite_with_rowid=False
    )
    op.create_index(op.f('ix_referral_periods_period_friends_reached_at_member_id'), 'referral_periods', ['period', 'friends', 'reached_at', 'member_id'])
    op.create_table('referral_rewards',
    sa.Column('invitation_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('part', _code(8), nullable=False),
    sa.Column('friends', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('stage', sa.Integer(), nullable=True),
    sa.Column('member_id', sa.BigInteger(), nullable=False),
    sa.Column('wanted', sa.BigInteger(), nullable=False),
    sa.Column('points', sa.BigInteger(), nullable=False),
    sa.Column('growth', sa.BigInteger(), nullable=False),
    sa.Column('coupon', _code(32), nullable=True),
    sa.Column('limited_by', _code(8), nullable=True),
    sa.Column('taken', sa.BigInteger(), nullable=False),
    sa.Column('given_at', _instant(), nullable=False),
    sa.Column('taken_at', _instant(), nullable=True),
    sa.CheckConstraint("(part = 'stage') = (stage IS NOT NULL)", name=op.f('ck_referral_rewards_stages_are_counted')),
    sa.CheckConstraint("part IN ('inviter', 'newcomer', 'stage')", name=op.f('ck_referral_rewards_part_known')),
    sa.CheckConstraint('points >= 0 AND points <= wanted AND taken >= 0 AND taken <= points', name=op.f('ck_referral_rewards_within_wanted')),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_referral_rewards_member_id')),
    sa.PrimaryKeyConstraint('invitation_id', 'part', 'friends', name=op.f('pk_referral_rewards')),
    sa.UniqueConstraint('member_id', 'stage', name=op.f('uq_referral_rewards_member_id_stage'))
    )


def _make_staff() -> None:
    op.create_table('referral_staff_months',
    sa.Column('month', _code(7), nullable=False),
    sa.Column('staff_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('newcomers', sa.Integer(), nullable=False),
    sa.Column('purchases', sa.Integer(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_referral_staff_months_staff_id')),
    sa.PrimaryKeyConstraint('month', 'staff_id', name=op.f('pk_referral_staff_months')),
    sqlite_with_rowid=False
    )
    op.create_index(op.f('ix_referral_staff_months_staff_id'), 'referral_staff_months', ['staff_id'])
    op.create_table('referral_staff_newcomers',
    sa.Column('newcomer_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('staff_id', sa.BigInteger(), nullable=False),
    sa.Column('joined_at', _instant(), nullable=False),
    sa.Column('until_at', _instant(), nullable=False),
    sa.ForeignKeyConstraint(['newcomer_id'], ['members.id'], name=op.f('fk_referral_staff_newcomers_newcomer_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_referral_staff_newcomers_staff_id')),
    sa.PrimaryKeyConstraint('newcomer_id', name=op.f('pk_referral_staff_newcomers'))
    )
    op.create_index(op.f('ix_referral_staff_newcomers_staff_id'), 'referral_staff_newcomers', ['staff_id'])


def _write_first_books() -> None:
    ever = datetime(1970, 1, 1)
    books = sa.table(
        "rule_books",
        *(sa.column(name) for name in ("kind", "version", "status", "note", "drafted_by", "decided_by")),
        sa.column("definition", sa.JSON()),
        *(sa.column(name, sa.DateTime()) for name in ("live_from", "created_at", "decided_at")),
    )
    first = {
        "version": 1,
        "status": "published",
        "note": "初始规则",
        "drafted_by": "baihui",
        "decided_by": "baihui",
        "live_from": ever,
        "created_at": ever,
        "decided_at": ever,
    }
    op.bulk_insert(books, [first | {"kind": kind, "definition": definition} for kind, definition in BOOKS.items()])


def _instant() -> sa.DateTime:
    return sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def _code(length: int) -> sa.String:
    return sa.String(length=length).with_variant(mysql.VARCHAR(length=length, collation="utf8mb4_bin"), "mysql", "mariadb")


def _digest() -> sa.LargeBinary:
    return sa.LargeBinary(length=32).with_variant(mysql.VARBINARY(32), "mysql", "mariadb")
