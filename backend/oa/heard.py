from dataclasses import dataclass
from datetime import datetime
from typing import Final

from backend.oa.replies import Links

PRESSED: Final = "CLICK"


@dataclass(frozen=True)
class Heard:
    """What a follower said: `kind` in WeChat's word, of a press in the menu its key; `at` is WeChat's time of it."""

    follower_id: int
    kind: str
    words: str
    at: datetime
    now: datetime
    links: Links
    appid: str

    @property
    def is_pressed(self) -> bool:
        return self.kind == PRESSED
