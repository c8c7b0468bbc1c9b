"""What a partner can be asked, and what it may answer. Whoever implements it never raises: silence is an answer too."""

from dataclasses import dataclass
from typing import Literal, Protocol

Kind = Literal["prepared", "confirmed", "refused", "unknown", "doubt"]


@dataclass(frozen=True)
class Answer:
    """What the partner said of an exchange. `refused` is definite: it came to nothing there and will come to nothing;
    `unknown`: it has never heard of it; `doubt`: nobody can say what it did.
    """

    kind: Kind
    taken: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Call:
    """An exchange that the partner is to be asked about: by our reference, for the member that it knows as `member`."""

    exchange_id: int
    partner_id: int
    status: str
    tries: int
    ref: str
    member: str
    given: int
    taken: int


class PartnerGateway(Protocol):
    """A partner's side of an exchange of our points into its own."""

    def prepare(self, call: Call) -> Answer:
        """Ask it to keep room; by the same reference as often as one likes."""
        ...

    def confirm(self, call: Call) -> Answer:
        """Ask it to give its member the points that it has prepared."""
        ...

    def state(self, call: Call) -> Answer:
        """Ask it what became of an exchange."""
        ...


def step(gateway: PartnerGateway, call: Call, *, held: str) -> Answer:
    """Ask the partner for the next step of an exchange in the status `call.status`; who was asked before is first asked
    what it did.
    """
    if call.tries > 1:
        known = gateway.state(call)
        at_rest = "unknown" if call.status == held else "prepared"
        if known.kind != at_rest:
            return known
    return gateway.prepare(call) if call.status == held else gateway.confirm(call)
