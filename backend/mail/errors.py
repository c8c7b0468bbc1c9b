"""What a mail server's refusals mean to the caller, one class an action. No address is kept in them."""

from typing import Final

LASTING: Final = 500


class MailError(Exception):
    """The server refused a mail or did not answer. `code` is its SMTP code, None where it said nothing."""

    def __init__(self, what: str, code: int | None = None) -> None:
        super().__init__(what, code)
        self.what = what
        self.code = code

    def __str__(self) -> str:
        return f"{type(self).__name__} {self.what} {self.code or '-'}"


class TryLater(MailError):
    """Busy, away, or not now for this address (4xx): it was not sent, and may be sent later."""


class Unanswered(TryLater):
    """The server had the whole mail and said nothing: it may be on its way."""


class AddressUnreachable(MailError):
    """The address gets no mail from us (5xx)."""


class ContentRefused(MailError):
    """The server does not want this mail (5xx after its text); sending the same again is useless."""


class Misconfigured(MailError):
    """Server, login, encryption or sender are not accepted (5xx before any address): stop and call the operator."""


def refusal(code: int, what: str, lasting: type[MailError]) -> MailError:
    """What an SMTP code means: one of 5xx lasts, as `lasting` says; all else may pass."""
    return lasting(what, code) if code >= LASTING else TryLater(what, code)
