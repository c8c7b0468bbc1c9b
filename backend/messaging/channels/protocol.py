"""What every way to a member has in common."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlalchemy.orm import Session

from backend.messaging.rules import Verdict
from templates_msg.catalogue import Template

NEVER: Final = timedelta()
"""For how long a repeat is shown only once where the channel knows none: it is not repeated by itself."""


@dataclass(frozen=True)
class Wanted:
    """A message that looks for a way to its member."""

    id: int
    member_id: int
    template: str


@dataclass(frozen=True)
class Letter:
    """A claimed message with what sending it takes: the channel that it goes by, and the member's address there.

    `unsure_since` is what an earlier attempt through this channel left behind: from then on the message may have been
    shown.
    """

    id: int
    member_id: int
    template: str
    words: Mapping[str, str]
    queue: int
    channel: str
    address: str = field(repr=False)
    token: str
    attempts: int
    claimed_at: datetime
    unsure_since: datetime | None


@dataclass(frozen=True)
class Receipt:
    """The channel took a letter: its own id of it (empty where it gives none), and what it charges, in fen."""

    msgid: str
    cost_fen: int = 0


class Refused(Exception):
    """The channel did not take a letter, and what that means; the reason holds nothing personal.

    `maybe_shown` where no answer was read, so that the letter may have arrived all the same. `errcode` is the
    channel's own.
    """

    def __init__(
        self, verdict: Verdict, reason: str, *, maybe_shown: bool = False, errcode: int | str | None = None
    ) -> None:
        super().__init__(reason[:128])
        self.verdict = verdict
        self.maybe_shown = maybe_shown
        self.errcode = errcode


class Channel(Protocol):
    """A way to members: an API of WeChat, SMS, e-mail.

    `repeat_recognised_for` is how long after an attempt that was not answered a repeat is shown once only; with zero
    such a letter is never repeated by itself. `price_fen` is what a letter costs, as far as that is known beforehand.
    """

    @property
    def name(self) -> str: ...

    @property
    def price_fen(self) -> int: ...

    @property
    def repeat_recognised_for(self) -> timedelta: ...

    def carries(self, template: Template) -> bool:
        """Whether the shop sends this message through the channel: there are words for it, and a template is set."""
        ...

    def addresses(self, session: Session, wanted: Collection[Wanted], *, now: datetime) -> dict[int, str]:
        """The addresses of those messages whose members can be reached with them now, by the id of the message.

        A few statements however many are asked for.
        """
        ...

    def send(self, letter: Letter) -> Receipt:
        """Send a letter, outside any transaction. Raises Refused and nothing else."""
        ...

    def learn(self, session: Session, letter: Letter, refusal: Refused | None, *, now: datetime) -> None:
        """Write down what the outcome says of the member's standing there: who follows no more, an accept spent.

        In the transaction in which the outcome is recorded; `refusal` is None where the letter was taken.
        """
        ...
