"""What operators may change, as documents with versions: drafted, published from an instant on, and never changed.

It knows nothing of what they say: each domain checks its own (`tiers.draft`) before it is stored here.
"""

from backend.rulebooks.errors import (
    BookOutdated,
    BookUnknown,
    DefinitionRefused,
    LiveInPast,
    NotADraft,
    NoteRefused,
)
from backend.rulebooks.queries import Book, get, history, live, newest_published, timeline
from backend.rulebooks.service import discard, draft, publish

__all__ = [
    "Book",
    "BookOutdated",
    "BookUnknown",
    "DefinitionRefused",
    "LiveInPast",
    "NotADraft",
    "NoteRefused",
    "discard",
    "draft",
    "get",
    "history",
    "live",
    "newest_published",
    "publish",
    "timeline",
]
