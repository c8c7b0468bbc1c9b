from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import structlog
from prometheus_client import Counter
from sqlalchemy.orm import Session

from backend import members
from backend.kit.db import run
from backend.kit.errors import Unavailable
from backend.oa import texts
from backend.oa.deadline import Late, Workers
from backend.oa.reactions import Pushed, expects_words, is_new_follower, react
from backend.oa.receipts import Reply, once
from backend.oa.subscribing import hear
from backend.runtime import Runtime
from backend.wechat import Event, Message, Said, WeChatError

log = structlog.get_logger(__name__)

LOOKUPS = 4
WORKERS = 3

PUSHES = Counter("baihui_wechat_pushes_total", "Pushes of WeChat by what became of them", ["outcome"])


@dataclass(frozen=True)
class Patience:
    """How many seconds to wait before going on without: WeChat's word on a new follower, then the database."""

    lookup_s: float = 1.5
    work_s: float = 2.5


class Desk:
    """Takes verified pushes and has an answer within its patience, 4 s in all; WeChat hangs up after 5.

    The bound is the caller's own wait and no sum of time-outs: asking WeChat about a new follower gets `lookup_s`, the
    transaction with all its waiting for threads, connections and locks gets `work_s`. Who asked in the chat is then
    told that we are busy, an event is answered by `success`. The transaction left behind ends by the time-outs of the
    database; if it commits, its receipt answers a repeat. At most `WORKERS` threads and connections of a process
    work for WeChat, so that a crowd of followers never starves the tills.
    """

    def __init__(self, runtime: Runtime, patience: Patience = Patience()) -> None:
        self._runtime = runtime
        self._patience = patience
        self._lookups = Workers(LOOKUPS, "oa-lookup")
        self._workers = Workers(WORKERS, "oa-work")

    def answer(self, pushed: Pushed) -> Reply:
        """Do once what a push to the official account asks for, and say what answers it. Raises nothing."""
        sorry = Reply(texts.BUSY if expects_words(pushed.message) else None, pushed.now)
        return _safely(lambda: self._served(pushed), sorry)

    def note(self, pushed: Pushed) -> Reply:
        """Do once what a push to the mini-program tells; nobody waits for an answer. Raises nothing."""
        message, appid, now = pushed.message, pushed.appid, pushed.now

        def heard(session: Session) -> None:
            if isinstance(message, Event):
                hear(session, message, kind=members.MINI_PROGRAM, appid=appid, now=now)

        return _safely(lambda: self._taken(message, now, heard), Reply(None, now))

    def _served(self, pushed: Pushed) -> Reply:
        if is_new_follower(pushed.message):
            pushed = replace(pushed, unionid=self._unionid(pushed.message.from_user))
        return self._taken(pushed.message, pushed.now, lambda session: react(session, pushed))

    def _unionid(self, openid: str) -> str | None:
        """The new follower's unionid, None when WeChat does not tell it now."""
        try:
            ask = partial(self._runtime.official_account.user, openid)
            return self._lookups.at_once(self._patience.lookup_s, ask).unionid
        except Late:
            log.warning("oa.follower-lookup-late")
        except WeChatError as error:
            log.warning("oa.follower-lookup-failed", errcode=error.errcode, rid=error.rid)
        return None

    def _taken(self, message: Message, now: datetime, work: Callable[[Session], Said | None]) -> Reply:
        def unit(session: Session) -> Reply:
            return once(session, message.dedup_key, lambda: work(session), now=now)

        return self._workers.within(self._patience.work_s, lambda: run(self._runtime.sessions.write, unit))


def _safely(serve: Callable[[], Reply], sorry: Reply) -> Reply:
    try:
        reply = serve()
    except (Late, Unavailable) as error:
        log.error("oa.no-answer-in-time", reason=type(error).__name__)  # noqa: TRY400  where it waited is not here
    except Exception:
        log.exception("oa.bug")  # loud here and mute outside: WeChat would show its own alarm to the member
    else:
        PUSHES.labels("taken").inc()
        return reply
    PUSHES.labels("failed").inc()
    return sorry
