from collections import Counter
from datetime import datetime
from functools import partial
from typing import Final

from backend import conversations
from backend.jobs.work import Counts
from backend.kit.db import run
from backend.runtime import Runtime

SLICE: Final = 100


def tidy_desk(runtime: Runtime, at: datetime) -> Counts:
    """End conversations in which all is said or no answer is possible any more, and put back what nobody answers."""
    counts: Counter[str] = Counter()
    while done := run(runtime.sessions.write, partial(conversations.tidy_desk, now=at, limit=SLICE)):
        counts += done
    return dict(counts)
