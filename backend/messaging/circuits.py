from collections import defaultdict
from threading import Lock

from config import policy


class Circuits:
    """Tells of each channel when it answers nobody any more, so that not every message finds that out by itself.

    Counted are members in a row, not attempts: one phone with which WeChat has its troubles stops nobody else.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._unanswered: defaultdict[str, set[int]] = defaultdict(set)

    def answered(self, channel: str) -> None:
        """The channel said yes, or no."""
        with self._lock:
            self._unanswered[channel].clear()

    def unanswered(self, channel: str, member_id: int) -> bool:
        """The channel was busy, away or too slow; whether it is to be left alone for a while."""
        with self._lock:
            self._unanswered[channel].add(member_id)
            return len(self._unanswered[channel]) >= policy.MESSAGE_CIRCUIT_OPENS_AT
