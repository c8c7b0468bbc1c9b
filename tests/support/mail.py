"""A mail server for tests: real SMTP on a free port of 127.0.0.1."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from socket import create_server
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from backend.mail import MailAccount

USER, PASSWORD = "shop", "mail-password"


@dataclass
class Post:
    """What the server took, and how it answers: `refused` holds an answer by command (MAIL, RCPT, DATA)."""

    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    port: int = 0

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802  aiosmtpd's name
        if "MAIL" not in self.refused:
            envelope.mail_from = address
        return self.refused.get("MAIL", "250 OK")

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:  # noqa: N802  aiosmtpd's name
        if "RCPT" not in self.refused:
            envelope.rcpt_tos.append(address)
        return self.refused.get("RCPT", "250 OK")

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  aiosmtpd's name
        if "DATA" not in self.refused or self.refused["DATA"] == "hang up":
            self.taken.append(message_from_bytes(envelope.content, policy=default))
            self.recipients += envelope.rcpt_tos
        if self.refused.get("DATA") == "hang up":
            server.transport.close()
        return self.refused.get("DATA", "250 OK")

    def account(self, **change: Any) -> MailAccount:
        """Our account with this server."""
        known = {
            "host": "127.0.0.1",
            "port": self.port,
            "encryption": "none",
            "user": "",
            "password": "",
            "sender": "hello@baihui.example",
            "sender_name": "百汇百货",
        }
        return MailAccount(**{**known, **change})


@contextmanager
def running_post(*, with_login: bool = False) -> Iterator[Post]:
    """A server that takes all mail, of whoever logs in where a login is wanted."""
    post = Post()

    def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, login: Any) -> AuthResult:
        known = (login.login, login.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=known, handled=known)

    asked = {"authenticator": authenticate, "auth_require_tls": False, "auth_required": True} if with_login else {}
    post.port = _free_port()
    controller = Controller(post, hostname="127.0.0.1", port=post.port, **asked)
    controller.start()
    try:
        yield post
    finally:
        controller.stop()


def _free_port() -> int:
    with create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
