from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Sms:
    """A message to a mainland number (11 digits): the words that fill the provider's template, in its order.

    `reference` is our own id of it, which the provider hands back with its reports.
    """

    phone: str = field(repr=False)
    template_id: str
    words: tuple[str, ...] = field(repr=False)
    reference: str


@dataclass(frozen=True, slots=True)
class Taken:
    """The provider took a message: its id of it, and how many messages it charges for (a long text is several)."""

    serial_no: str
    charged: int


class SmsSender(Protocol):
    """A provider of SMS."""

    def send(self, sms: Sms) -> Taken:
        """Send one message; it is taken, and not yet on the phone. Raises SmsError and nothing else.

        The provider knows no key of the message: a repeat is shown again.
        """
        ...
