"""One message to many members: drafted, tried, approved, planned set-based, paused and stopped at once.

A broadcast is a queue of its own in the outbox, by its id. Deliverers look only at the queues of those that run, after
all other queues: so one that is paused is out of everybody's way, however many of its messages wait.
"""

from backend.messaging.broadcasts.audience import Audience
from backend.messaging.broadcasts.drafts import Wish, draft, send_test
from backend.messaging.broadcasts.ending import finish, forget_lists, reopen, skip_rest, under_way
from backend.messaging.broadcasts.errors import (
    AudienceRefused,
    BroadcastUnknown,
    NameRefused,
    NameTaken,
    NeedsApproval,
    NobodyThere,
    NoteRefused,
    NotNow,
    PaceRefused,
    SamePerson,
    TemplateUnknown,
    TimeOver,
    TooManyTests,
    WordsRefused,
)
from backend.messaging.broadcasts.models import Broadcast
from backend.messaging.broadcasts.overview import Progress, Reached, broadcast, page, progress, reached, steps
from backend.messaging.broadcasts.owners import drop_from_lists, settle_broadcasts
from backend.messaging.broadcasts.planning import SLICE, plan_slice
from backend.messaging.broadcasts.previewing import Preview, Reach, preview
from backend.messaging.broadcasts.rules import Stage
from backend.messaging.broadcasts.steering import approve, pause, resume, start, stop, withdraw

__all__ = [
    "SLICE",
    "Audience",
    "AudienceRefused",
    "Broadcast",
    "BroadcastUnknown",
    "NameRefused",
    "NameTaken",
    "NeedsApproval",
    "NobodyThere",
    "NotNow",
    "NoteRefused",
    "PaceRefused",
    "Preview",
    "Progress",
    "Reach",
    "Reached",
    "SamePerson",
    "Stage",
    "TemplateUnknown",
    "TimeOver",
    "TooManyTests",
    "Wish",
    "WordsRefused",
    "approve",
    "broadcast",
    "draft",
    "drop_from_lists",
    "finish",
    "forget_lists",
    "page",
    "pause",
    "plan_slice",
    "preview",
    "progress",
    "reached",
    "reopen",
    "resume",
    "send_test",
    "settle_broadcasts",
    "skip_rest",
    "start",
    "steps",
    "stop",
    "under_way",
    "withdraw",
]
