"""Signals of abuse: what members were seen with, how often it was seen, what that amounts to, and who is blocked.

Owns the tables `risk_*`. No device, address or phone is kept, only keyed digests of them, and those not for longer than
`policy.RISK_SIGNALS_KEPT_FOR`. Counts are rows by day, so that judging asks for a few rows however many members there
are. What signals weigh is data (the rule book "risk"); what follows from a score is up to who asks.
"""

from backend.risk.blocks import (
    block_devices,
    block_member,
    block_network,
    blocks,
    member_is_blocked,
    move_blocks,
    unblock,
)
from backend.risk.book import KIND, RiskBook, checked, live
from backend.risk.errors import AddressRefused, BlockedAlready, BlockUnknown, BookRefused, NoDevice, ReasonRefused
from backend.risk.models import Block, Signal
from backend.risk.queries import Case, evidence, seen_with
from backend.risk.rules import Assessment, Evidence, Reason, Weight, assess, words_of
from backend.risk.service import (
    Bill,
    Trace,
    count_bill,
    forget_counts,
    forget_member,
    forget_signals,
    has_left_before,
    move_signals,
    note_joining,
    note_login,
    remember_leaver,
)

__all__ = [
    "KIND",
    "AddressRefused",
    "Assessment",
    "Bill",
    "Block",
    "BlockUnknown",
    "BlockedAlready",
    "BookRefused",
    "Case",
    "Evidence",
    "NoDevice",
    "Reason",
    "ReasonRefused",
    "RiskBook",
    "Signal",
    "Trace",
    "Weight",
    "assess",
    "block_devices",
    "block_member",
    "block_network",
    "blocks",
    "checked",
    "count_bill",
    "evidence",
    "forget_counts",
    "forget_member",
    "forget_signals",
    "has_left_before",
    "live",
    "member_is_blocked",
    "move_blocks",
    "move_signals",
    "note_joining",
    "note_login",
    "remember_leaver",
    "seen_with",
    "unblock",
    "words_of",
]
