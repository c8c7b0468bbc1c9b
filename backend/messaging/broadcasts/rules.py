"""What may be done with a broadcast from where it stands, and what is acceptable in one. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from backend.messaging.broadcasts.errors import NameRefused, NoteRefused, PaceRefused, WordsRefused
from backend.messaging.rules import cause_of

LONGEST_NAME: Final = 64
LONGEST_NOTE: Final = 200
LONGEST_WORD: Final = 200
FASTEST: Final = 100_000  # messages a minute
CAUSE: Final = "broadcast"

STOPPED_UNSENT: Final = "the broadcast was stopped"
HAD_IT: Final = "had it as the member merged into this one"
UNSEEN: Final = (STOPPED_UNSENT, HAD_IT)
"""Why a message was skipped that its member is not to find in the inbox either."""


class Stage(StrEnum):
    """Where a broadcast stands."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    """Started, and its time has not come."""
    PLANNING = "planning"
    """Its messages are being decided; none goes out before all are."""
    RUNNING = "running"
    PAUSED = "paused"
    DONE = "done"
    STOPPED = "stopped"


WORDS: Final = {
    Stage.DRAFT: "草稿",
    Stage.SCHEDULED: "待开始",
    Stage.PLANNING: "准备中",
    Stage.RUNNING: "发送中",
    Stage.PAUSED: "已暂停",
    Stage.DONE: "已完成",
    Stage.STOPPED: "已停止",
}
UNDER_WAY: Final = (Stage.SCHEDULED, Stage.PLANNING, Stage.RUNNING)
NOT_ENDED: Final = (Stage.DRAFT, *UNDER_WAY, Stage.PAUSED)

STEPS: Final[Mapping[str, tuple[Stage, ...]]] = {
    "approve": (Stage.DRAFT, Stage.PAUSED),
    "start": (Stage.DRAFT,),
    "pause": UNDER_WAY,
    "resume": (Stage.PAUSED,),
    "stop": NOT_ENDED,
    "withdraw": (Stage.DONE, Stage.STOPPED),
}
"""From where an operator may do what."""


def cause(broadcast_id: int, member_id: int) -> bytes:
    """The key of a broadcast's message to a member, who has one at most."""
    return cause_of(CAUSE, member_id, str(broadcast_id))


def checked_name(name: str) -> str:
    """The name without white space around it. Raises NameRefused."""
    stripped = name.strip()
    if not 1 <= len(stripped) <= LONGEST_NAME or not stripped.isprintable():
        raise NameRefused
    return stripped


def checked_note(note: str) -> str:
    """The note without white space around it; it may be empty. Raises NoteRefused."""
    stripped = note.strip()
    if len(stripped) > LONGEST_NOTE or not stripped.isprintable():
        raise NoteRefused
    return stripped


def checked_words(words: Mapping[str, str], sample: Mapping[str, str]) -> dict[str, str]:
    """The words of a message whose sample has the same ones, without white space around them. Raises WordsRefused."""
    if words.keys() != sample.keys():
        raise WordsRefused(names="、".join(sample))
    found = {name: word.strip() for name, word in words.items()}
    if not all(1 <= len(word) <= LONGEST_WORD and word.isprintable() for word in found.values()):
        raise WordsRefused(names="、".join(sample))
    return found


def checked_pace(per_minute: int | None) -> int | None:
    """How many messages may go out in a minute, None for no such limit. Raises PaceRefused."""
    if per_minute is not None and not 1 <= per_minute <= FASTEST:
        raise PaceRefused(fastest=FASTEST)
    return per_minute
