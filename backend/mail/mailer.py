import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from typing import Final, Literal

from backend.mail.errors import (
    AddressUnreachable,
    ContentRefused,
    Misconfigured,
    TryLater,
    Unanswered,
    refusal,
)

TIMEOUT_S: Final = 10.0
TAKEN: Final = 250
TAKEN_FOR_ANOTHER: Final = 251
ALREADY_ENCRYPTED: Final = "tls"

Encryption = Literal["starttls", "tls", "none"]


@dataclass(frozen=True, slots=True)
class MailAccount:
    """The mail server, how to log in there (without a user: not at all), and who our mails are from."""

    host: str
    port: int
    encryption: Encryption
    user: str
    password: str = field(repr=False)
    sender: str
    sender_name: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A text to one address. `reference` is our own id of it; `unsubscribe_url` is where one click ends such mails."""

    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    reference: str
    at: datetime
    unsubscribe_url: str | None = field(default=None, repr=False)


class Mailer:
    """Hands mails to a server, one connection each. Every wait has an end of `timeout_s`."""

    def __init__(self, account: MailAccount, *, timeout_s: float = TIMEOUT_S) -> None:
        self._account = account
        self._timeout_s = timeout_s

    def send(self, mail: Mail) -> str:
        """Hand over one mail; its Message-ID. The server knows no repeats: a mail sent again is shown again.

        Raises MailError and nothing else.
        """
        message = self._written(mail)
        with self._connected() as server:
            self._named(server, mail.to)
            _hand_over(server, message.as_bytes(policy=SMTP))
        return str(message["Message-ID"])

    def _written(self, mail: Mail) -> EmailMessage:
        account, message = self._account, EmailMessage()
        message["From"] = formataddr((account.sender_name, account.sender))
        message["To"], message["Subject"] = mail.to, mail.subject
        message["Date"] = format_datetime(mail.at)
        message["Message-ID"] = f"<{mail.reference}@{account.sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        if mail.unsubscribe_url is not None:  # RFC 8058
            message["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        message.set_content(mail.text)
        return message

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        server = None
        try:
            server = self._opened()
            self._log_in(server)
            yield server
        except smtplib.SMTPResponseException as error:
            raise refusal(error.smtp_code, type(error).__name__, Misconfigured) from None
        except (smtplib.SMTPNotSupportedError, ssl.SSLCertVerificationError) as error:
            raise Misconfigured(type(error).__name__) from None
        except (smtplib.SMTPException, OSError) as error:
            raise TryLater(type(error).__name__) from None
        finally:
            if server is not None:
                server.close()

    def _opened(self) -> smtplib.SMTP:
        account = self._account
        if account.encryption == ALREADY_ENCRYPTED:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(account.host, account.port, timeout=self._timeout_s, context=context)
        return smtplib.SMTP(account.host, account.port, timeout=self._timeout_s)

    def _log_in(self, server: smtplib.SMTP) -> None:
        account = self._account
        server.ehlo_or_helo_if_needed()
        if account.encryption == "starttls":
            server.starttls(context=ssl.create_default_context())
        if account.user:
            server.login(account.user, account.password)

    def _named(self, server: smtplib.SMTP, to: str) -> None:
        code, _ = server.mail(self._account.sender)
        if code != TAKEN:
            raise refusal(code, "sender", Misconfigured)
        code, _ = server.rcpt(to)
        if code not in {TAKEN, TAKEN_FOR_ANOTHER}:
            raise refusal(code, "recipient", AddressUnreachable)


def _hand_over(server: smtplib.SMTP, message: bytes) -> None:
    try:
        code, _ = server.data(message)
    except smtplib.SMTPDataError as error:  # it did not want to begin
        raise refusal(error.smtp_code, "data", ContentRefused) from None
    except (smtplib.SMTPException, OSError) as error:
        raise Unanswered(type(error).__name__) from None
    if code != TAKEN:
        raise refusal(code, "text", ContentRefused)
    _part(server)


def _part(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (smtplib.SMTPException, OSError):  # the mail is taken; how we part is of no account
        return
