"""Draws: members play for prizes, by odds that operators set and a seed that was committed to before.

Owns the tables `lottery_*`. A draw is a document that never changes once it is published. What a play rolls follows
from the seed, the draw, the player and the number of the play (`rules.roll`), so that after the draw everybody can
recompute it. Locks are always taken in the order account, win or ticket, coupon template, stock of the day, stock in
all.
"""

from backend.lottery.audit import count_plays, verify
from backend.lottery.book import DrawBook, Prize, Trigger, canonical
from backend.lottery.drafting import checked
from backend.lottery.draws import cancel, close, draft, pause, publish, resume
from backend.lottery.errors import (
    DayLimitReached,
    DefinitionRefused,
    DrawEnded,
    DrawPaused,
    DrawUnknown,
    HandedOutElsewhere,
    LimitReached,
    NotADraft,
    NotHandedOut,
    NoTicket,
    NotOpenYet,
    NotRunning,
    OpensTooSoon,
    TierNotAllowed,
    WinLapsed,
    WinUnknown,
)
from backend.lottery.facts import DrawWon
from backend.lottery.handing import hand_out, take_back
from backend.lottery.merging import move_plays
from backend.lottery.models import Decision, Draw, Play, Reason, Win
from backend.lottery.queries import (
    Mine,
    Winner,
    all_draws,
    current,
    decisions,
    find,
    get,
    mine,
    plays,
    revealed,
    winners,
    wins,
    wins_of,
)
from backend.lottery.recount import Fault
from backend.lottery.rules import Phase, roll
from backend.lottery.service import play
from backend.lottery.tickets import (
    give_tickets,
    reward_attendance,
    reward_check_in,
    reward_purchase,
    reward_referral,
    reward_steps,
    take_back_for_attendance,
    take_back_tickets,
)

__all__ = [
    "DayLimitReached",
    "Decision",
    "DefinitionRefused",
    "Draw",
    "DrawBook",
    "DrawEnded",
    "DrawPaused",
    "DrawUnknown",
    "DrawWon",
    "Fault",
    "HandedOutElsewhere",
    "LimitReached",
    "Mine",
    "NoTicket",
    "NotADraft",
    "NotHandedOut",
    "NotOpenYet",
    "NotRunning",
    "OpensTooSoon",
    "Phase",
    "Play",
    "Prize",
    "Reason",
    "TierNotAllowed",
    "Trigger",
    "Win",
    "WinLapsed",
    "WinUnknown",
    "Winner",
    "all_draws",
    "cancel",
    "canonical",
    "checked",
    "close",
    "count_plays",
    "current",
    "decisions",
    "draft",
    "find",
    "get",
    "give_tickets",
    "hand_out",
    "mine",
    "move_plays",
    "pause",
    "play",
    "plays",
    "publish",
    "resume",
    "revealed",
    "reward_attendance",
    "reward_check_in",
    "reward_purchase",
    "reward_referral",
    "reward_steps",
    "roll",
    "take_back",
    "take_back_for_attendance",
    "take_back_tickets",
    "verify",
    "winners",
    "wins",
    "wins_of",
]
