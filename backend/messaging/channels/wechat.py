"""What WeChat's refusals mean to a letter, whichever of its APIs it went through."""

from backend.messaging import rules
from backend.messaging.channels.protocol import Refused
from backend.wechat import WeChatError


def refused_by(error: WeChatError) -> Refused:
    """The refusal that an error of WeChat is."""
    return Refused(
        rules.verdict(error),
        _reason(error),
        maybe_shown=rules.may_have_been_shown(error),
        errcode=error.errcode,
    )


def _reason(error: WeChatError) -> str:
    """The error class, errcode and rid: what an operator and Tencent's support ask for, and nothing personal."""
    if error.errcode is None:
        return f"{type(error).__name__} {error.errmsg}"
    return f"{type(error).__name__} {error.errcode} rid {error.rid or '-'}"
