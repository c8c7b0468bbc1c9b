"""What WeChat answers to a door's question, in words a member understands."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from backend import members
from backend.kit.errors import DomainError, Unavailable
from backend.wechat import ForeignPhone, LoginRefused, WeChatError

log = structlog.get_logger(__name__)

RETRY_AFTER = 3  # seconds


@contextmanager
def asking_wechat(*, refused: type[DomainError]) -> Iterator[None]:
    """A code that WeChat does not take raises `refused`, a foreign phone PhoneRefused, all else Unavailable."""
    try:
        yield
    except ForeignPhone:
        raise members.PhoneRefused from None
    except LoginRefused:
        raise refused from None
    except WeChatError as error:
        # the message of the error may carry an openid
        log.warning("wechat.no-answer", api=error.api, errcode=error.errcode, rid=error.rid)
        raise Unavailable(retry_after=RETRY_AFTER) from None
