"""E-mail: one message to one address, handed to a mail server.

Knows which answers of the server mean what, and no domain of ours.
"""

from backend.mail.errors import (
    AddressUnreachable,
    ContentRefused,
    MailError,
    Misconfigured,
    TryLater,
    Unanswered,
)
from backend.mail.mailer import Mail, MailAccount, Mailer

__all__ = [
    "AddressUnreachable",
    "ContentRefused",
    "Mail",
    "MailAccount",
    "MailError",
    "Mailer",
    "Misconfigured",
    "TryLater",
    "Unanswered",
]
