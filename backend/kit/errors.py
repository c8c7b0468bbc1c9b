"""How a domain refuses: it raises a named error of one of these families. Doors decide what that looks like."""

from typing import ClassVar


class DomainError(Exception):
    """A refusal with a stable dotted `code` and a Chinese `message` for the member. Nothing has changed."""

    code: ClassVar[str]
    message: ClassVar[str]

    def __init__(self, **details: object) -> None:
        super().__init__(self.code)
        self.details = details

    @property
    def detail(self) -> str:
        """The sentence shown to the member."""
        return self.message.format(**self.details)


class Malformed(DomainError):
    """The request cannot be read."""


class Unauthenticated(DomainError):
    """Nobody known is asking; `challenge` names the scheme to sign in with (RFC 9110, WWW-Authenticate)."""

    challenge: ClassVar[str] = "Bearer"


class Forbidden(DomainError):
    """Known, but not allowed."""


class NotFound(DomainError):
    """Unknown, or not yours."""


class Conflict(DomainError):
    """At odds with the present state."""


class Invalid(DomainError):
    """Readable, but not acceptable."""


class TooMany(DomainError):
    """Asked too often; `retry_after` says in how many seconds to ask again."""

    def __init__(self, *, retry_after: int, **details: object) -> None:
        super().__init__(**details)
        self.retry_after = retry_after


class Unavailable(DomainError):
    """Not now; the same call may work in `retry_after` seconds."""

    code = "unavailable"
    message = "系统繁忙，请稍后再试"

    def __init__(self, *, retry_after: int = 1, **details: object) -> None:
        super().__init__(**details)
        self.retry_after = retry_after
