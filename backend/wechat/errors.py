"""What WeChat's refusals mean to the caller: one class an action, one table from errcode to class."""

import re
from typing import Final

LONGEST_REASON: Final = 128
RID = re.compile(r"\brid:\s*([\w-]+)")


class WeChatError(Exception):
    """WeChat refused a call or did not answer it. `rid` is what Tencent's support asks for."""

    def __init__(self, errcode: int | None, errmsg: str, api: str) -> None:
        super().__init__(errcode, errmsg, api)
        self.errcode = errcode
        self.errmsg = errmsg
        self.api = api

    @property
    def rid(self) -> str | None:
        found = RID.search(self.errmsg)
        return found[1] if found else None

    @property
    def reason(self) -> str:
        """The class, errcode and rid: what an operator and Tencent's support ask for, and nothing personal."""
        if self.errcode is None:
            return f"{type(self).__name__} {self.errmsg}"[:LONGEST_REASON]
        return f"{type(self).__name__} {self.errcode} rid {self.rid or '-'}"[:LONGEST_REASON]

    @property
    def unanswered(self) -> bool:
        """Whether the call went out and no answer was read: it may have had its effect."""
        return False

    def __str__(self) -> str:
        return f"{self.api}: {self.errcode} {self.errmsg}"


class TryLater(WeChatError):
    """Busy, unreachable, too slow or unreadable: the same call may work later. It may have had its effect already."""

    @property
    def unanswered(self) -> bool:
        """Whether the call went out and no answer was read: it may have had its effect."""
        return self.errcode is None


class Unreached(TryLater):
    """No connection was made: the call cannot have had an effect."""

    @property
    def unanswered(self) -> bool:
        """Never: nobody was asked."""
        return False


class TokenRefused(WeChatError):
    """The access token is not accepted although a fresh one was tried."""


class QuotaSpent(WeChatError):
    """The API answers no more today (WeChat's day ends at midnight in China)."""


class TooFast(WeChatError):
    """The API answers no more within the minute."""


class RecipientUnreachable(WeChatError):
    """The user does not receive messages of this kind now: not following, refused, blocked or out of the window."""


class OutOfWindow(RecipientUnreachable):
    """A customer message outside of the window that the user's own messages open, or past its count."""


class WrongRecipient(WeChatError):
    """The openid is unknown or belongs to another appid: our own record is wrong."""


class ContentRefused(WeChatError):
    """Template, field, page or wording is not accepted; sending the same again is useless."""


class JumpRefused(ContentRefused):
    """Only the link to the mini-program is not accepted: the message may be sent without it."""


class LoginRefused(WeChatError):
    """The code is unknown, used or expired, or the user is refused; the client must begin anew."""


class ForeignPhone(LoginRefused):
    """The phone number is not one of mainland China."""


class Misconfigured(WeChatError):
    """Credentials, whitelist or permission of the account are wrong: stop and call the operator."""


class UnknownRefusal(WeChatError):
    """An errcode that the table does not know; not to be retried."""


# The actions are those of WeChat's pages on global return codes and on each API's own codes.
BY_ERRCODE: Final[dict[int, type[WeChatError]]] = {
    **dict.fromkeys((-1, 43108), TryLater),
    **dict.fromkeys((40001, 40014, 42001), TokenRefused),
    45009: QuotaSpent,
    45011: TooFast,
    **dict.fromkeys((43004, 50005, 43101, 43019), RecipientUnreachable),
    **dict.fromkeys((45015, 45047), OutOfWindow),
    **dict.fromkeys((40003, 40013, 49003), WrongRecipient),
    **dict.fromkeys((40007, 40037, 40036, 41030, 45002, 45008, 47003, 40249, 43116, 43107, 45168), ContentRefused),
    40165: JumpRefused,
    **dict.fromkeys((40029, 40163, 40226), LoginRefused),
    **dict.fromkeys((40125, 40164, 40243, 48001, 48004, 45109), Misconfigured),
    **dict.fromkeys(range(89500, 89510), Misconfigured),
}


def refusal(errcode: int, errmsg: str, api: str) -> WeChatError:
    """The typed error of an errcode."""
    return BY_ERRCODE.get(errcode, UnknownRefusal)(errcode, errmsg, api)
