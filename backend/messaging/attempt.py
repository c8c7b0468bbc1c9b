from collections.abc import Mapping
from datetime import datetime
from random import Random
from typing import Protocol

import structlog
from sqlalchemy.orm import Session

from backend import members
from backend.kit.clock import Clock
from backend.kit.db import Sessions, run
from backend.kit.logs import alias
from backend.messaging import outbox, rules
from backend.messaging.outbox import Letter, Outcome
from backend.messaging.rules import Status
from backend.messaging.wording import CATALOGUE, fields
from backend.wechat import JumpRefused, MiniProgram, MiniProgramPage, OfficialAccount, WeChatError
from config import policy

log = structlog.get_logger(__name__)


class Post(Protocol):
    """What delivery works with; the runtime of a process is one."""

    @property
    def sessions(self) -> Sessions: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def rng(self) -> Random: ...

    @property
    def official_account(self) -> OfficialAccount: ...

    @property
    def mini_program(self) -> MiniProgram:
        """Where a tap on a message leads."""
        ...

    @property
    def template_ids(self) -> Mapping[str, str]:
        """WeChat's id of each template of the catalogue that the shop uses."""
        ...


def attempt(post: Post, letter: Letter) -> Status:
    """Send a claimed letter and record what became of it; raises only what the database raises."""
    error: WeChatError | None = None
    outcome = _obstacle(post, letter)
    if outcome is None:
        try:
            outcome = _sent(post, letter, _send(post, letter))
        except WeChatError as refusal:
            error, outcome = refusal, _failed(post, letter, refusal)
    _log(letter, outcome, error)
    run(post.sessions.write, lambda session: _record(session, post, letter, outcome, error))
    return outcome.status


def _obstacle(post: Post, letter: Letter) -> Outcome | None:
    """Why a letter ends before anything is sent."""
    now = letter.claimed_at
    if letter.openid is None:
        return _ended(letter, Status.UNREACHABLE, now, "follows no official account")
    if letter.template not in post.template_ids:
        return _ended(letter, Status.SKIPPED, now, "no template id is set")
    if letter.template not in CATALOGUE or not CATALOGUE[letter.template].sample.keys() <= letter.words.keys():
        return _ended(letter, Status.DEAD, now, "the catalogue has no such message with these words")
    if letter.unsure_since is not None and now - letter.unsure_since >= rules.REPEAT_RECOGNISED_FOR:
        return _ended(letter, Status.DOUBTFUL, now, "an attempt was never answered")
    if letter.attempts > policy.MESSAGE_TRIES:
        return _ended(letter, Status.DEAD, now, "ends its deliverers before they can record it")
    return None


def _send(post: Post, letter: Letter) -> str:
    try:
        return _send_with(post, letter, MiniProgramPage(post.mini_program.appid, CATALOGUE[letter.template].page))
    except JumpRefused as refusal:
        log.warning("messages.jump-refused", template=letter.template, error=_reason(refusal))
        return _send_with(post, letter, None)


def _send_with(post: Post, letter: Letter, page: MiniProgramPage | None) -> str:
    return post.official_account.send_template(
        letter.openid or "",
        post.template_ids[letter.template],
        fields(CATALOGUE[letter.template], letter.words),
        client_msg_id=str(letter.id),
        mini_program=page,
    )


def _sent(post: Post, letter: Letter, msgid: str) -> Outcome:
    now = post.clock.now()
    return Outcome(Status.SENT, at=now, due_at=now, attempts=letter.attempts, msgid=msgid)


def _failed(post: Post, letter: Letter, error: WeChatError) -> Outcome:
    now = post.clock.now()
    verdict = rules.verdict(error)
    unsure_since = letter.unsure_since
    if unsure_since is None and rules.may_have_been_shown(error):
        unsure_since = letter.claimed_at
    if verdict.end is not None:
        return _ended(letter, verdict.end, now, _reason(error))
    if verdict.closing is not None:  # nothing was wrong with this message: the try is not counted
        due_at, attempts = rules.reopening(verdict.closing, now), letter.attempts - 1
    elif letter.attempts >= policy.MESSAGE_TRIES:
        return _ended(letter, Status.DEAD, now, _reason(error))
    else:
        due_at, attempts = now + rules.pause(letter.attempts, post.rng), letter.attempts
    return Outcome(Status.WAITING, now, due_at, attempts, unsure_since=unsure_since, error=_reason(error))


def _ended(letter: Letter, status: Status, at: datetime, reason: str) -> Outcome:
    return Outcome(status, at=at, due_at=at, attempts=letter.attempts, unsure_since=letter.unsure_since, error=reason)


def _record(session: Session, post: Post, letter: Letter, outcome: Outcome, error: WeChatError | None) -> None:
    outbox.record(session, letter, outcome)
    if error is None:
        return
    closing = rules.verdict(error).closing
    if closing is not None:
        outbox.close(session, until_at=rules.reopening(closing, outcome.at), reason=_reason(error))
    if error.errcode in rules.NOT_FOLLOWING and letter.openid is not None:
        members.unfollow(session, appid=post.official_account.appid, openid=letter.openid, now=letter.claimed_at)


def _log(letter: Letter, outcome: Outcome, error: WeChatError | None) -> None:
    alarm = error is not None and rules.verdict(error).alarm
    say = log.error if alarm or outcome.status in {Status.DEAD, Status.DOUBTFUL} else log.info
    say(
        "message",
        message=str(letter.id),
        member=alias(letter.member_id),
        template=letter.template,
        status=str(outcome.status),
        attempts=outcome.attempts,
        error=outcome.error,
    )


def _reason(error: WeChatError) -> str:
    """The error class, errcode and rid: what an operator and Tencent's support ask for, and nothing personal."""
    if error.errcode is None:
        return f"{type(error).__name__} {error.errmsg}"[:128]
    return f"{type(error).__name__} {error.errcode} rid {error.rid or '-'}"[:128]
