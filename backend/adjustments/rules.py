"""What is acceptable in a request, and what an adjustment is at an instant. Pure."""

import unicodedata
from datetime import datetime
from typing import Final

from backend.adjustments.errors import AmountRefused, KeyRefused, NoteRefused

LARGEST_AMOUNT: Final = 10**9
LONGEST_KEY: Final = 64
LONGEST_NOTE: Final = 200
LONGEST_WORDS: Final = 64
BREAKS_A_LINE: Final = {"Cc", "Cs", "Zl", "Zp"}

# of an adjustment; the first also of a row of a grant
WAITING, APPLIED, REFUSED, WITHDRAWN, LAPSED, REVERSED = (
    "waiting",
    "applied",
    "refused",
    "withdrawn",
    "lapsed",
    "reversed",
)
ADJUSTMENT_WORDS: Final = {
    WAITING: "待审批",
    APPLIED: "已生效",
    REFUSED: "已驳回",
    WITHDRAWN: "已撤回",
    LAPSED: "已过期",
    REVERSED: "已冲正",
}
# of a grant
PLANNED, APPROVED, RUNNING, PAUSED, DONE, CANCELLED = "planned", "approved", "running", "paused", "done", "cancelled"
REVERSING, HALTED = "reversing", "halted"  # being taken back, and stopped in that
# of a row of a grant, which is also done and reversed: could not be given; could not be taken back
FAILED, KEPT = "failed", "kept"
ROW_STATUSES: Final = (WAITING, DONE, FAILED, REVERSED, KEPT)

GRANT_WORDS: Final = {
    PLANNED: "待审批",
    APPROVED: "已审批",
    RUNNING: "发放中",
    PAUSED: "已暂停",
    DONE: "已完成",
    CANCELLED: "已取消",
    REVERSING: "冲正中",
    HALTED: "冲正已暂停",
    REVERSED: "已冲正",
}

# where a grant may go from where it stands
STEPS: Final = {
    "approve": {PLANNED: APPROVED},
    "start": {PLANNED: RUNNING, APPROVED: RUNNING, PAUSED: RUNNING},
    "pause": {RUNNING: PAUSED, REVERSING: HALTED},
    "cancel": {PLANNED: CANCELLED, APPROVED: CANCELLED, RUNNING: CANCELLED, PAUSED: CANCELLED},
    "reverse": {DONE: REVERSING, CANCELLED: REVERSING, HALTED: REVERSING},
    "retry": {DONE: RUNNING, REVERSED: REVERSING},
    "finish": {RUNNING: DONE, REVERSING: REVERSED},
}

# which rows have their turn while a grant runs
TURNS: Final = {RUNNING: WAITING, REVERSING: DONE}
# what becomes of a row whose turn failed
FAILURES: Final = {RUNNING: FAILED, REVERSING: KEPT}


def checked_amount(amount: int) -> int:
    """The amount, other than 0 and within reason. Raises AmountRefused."""
    if amount == 0 or abs(amount) > LARGEST_AMOUNT:
        raise AmountRefused(largest=LARGEST_AMOUNT)
    return amount


def checked_note(note: str) -> str:
    """The note without white space around it. Raises NoteRefused."""
    stripped = note.strip()
    if not 1 <= len(stripped) <= LONGEST_NOTE or not is_one_line(stripped):
        raise NoteRefused
    return stripped


def checked_key(key: str) -> str:
    """A caller's name for one request. Raises KeyRefused."""
    if not 1 <= len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise KeyRefused
    return key


def is_one_line(text: str) -> bool:
    """Whether nothing in the text breaks a line or is no character at all."""
    return all(unicodedata.category(char) not in BREAKS_A_LINE for char in text)


def status_at(status: str, lapses_at: datetime, now: datetime) -> str:
    """What a request is at an instant: one that has waited too long has lapsed, also before the job wrote it down."""
    return LAPSED if status == WAITING and now >= lapses_at else status
