from datetime import datetime
from typing import Annotated, Final

import structlog
from flask import Response
from pydantic import Field
from sqlalchemy.orm import Session

from backend import members, preferences
from backend.kit.calls import db, now, without_transaction
from backend.kit.db import run
from backend.kit.errors import Conflict, Unavailable
from backend.kit.ids import new_id
from backend.kit.openapi import problems
from backend.kit.schema import Schema
from backend.mail import AddressUnreachable, Mail, Mailer, MailError
from backend.runtime import runtime
from miniprogram_api.auth import resource, signed_in_identity, signed_in_member

log = structlog.get_logger(__name__)

HERE: Final = "mini-program"
SUBJECT: Final = "您的邮箱验证码"
TEXT: Final = (
    "您正在百汇会员小程序中设置接收消息的邮箱，验证码：{code}，15 分钟内有效。\n\n若非本人操作，请忽略此邮件。\n"
)
RETRY_AFTER: Final = 60  # seconds

api = resource("mail")


class MailNotOffered(Conflict):
    """The shop sends no mail."""

    code = "preferences.mail-not-offered"
    message = "暂不支持邮件通知"


class MailAddressIn(Schema):
    """Where my mail is to go."""

    address: Annotated[str, Field(max_length=254, repr=False)]


class MailCodeIn(Schema):
    """The code that was mailed to me."""

    code: Annotated[str, Field(pattern=r"^[0-9]{6}$")]


class MailAddressOut(Schema):
    """My address, masked: the one in use, and the one that waits for its code."""

    in_use: str | None
    asked: str | None


@api.put("/me/preferences/e-mail", responses={200: MailAddressOut} | problems(409))
@without_transaction
def ask(body: MailAddressIn) -> MailAddressOut:
    """Name an address: a code is mailed to it, and until that comes back an earlier address stays in use."""
    part, at, identity_id = runtime(), now(), signed_in_identity()
    if part.mailer is None:
        raise MailNotOffered
    part.limiter.hit("mail-code", str(identity_id))
    letter, shown = run(part.sessions.write, lambda session: _noted(session, identity_id, body.address, at))
    _send(part.mailer, letter)
    return shown


@api.post("/me/preferences/e-mail/confirmation", responses={200: MailAddressOut} | problems(409))
def confirm(body: MailCodeIn) -> MailAddressOut:
    """Put the address into use that the code was mailed to."""
    member_id = signed_in_member()
    runtime().limiter.hit("mail-code-guess", str(member_id))
    preferences.confirm_address(db(), member_id, body.code, source=HERE, now=now())
    return MailAddressOut.model_validate(preferences.mail_address(db(), member_id))


@api.delete("/me/preferences/e-mail", responses={204: None})
def forget() -> Response:
    """Send me no mail any more."""
    preferences.forget_address(db(), signed_in_member(), source=HERE, now=now())
    return Response(status=204)


def _noted(session: Session, identity_id: int, address: str, at: datetime) -> tuple[Mail, MailAddressOut]:
    member_id = members.active_member(members.of_identity(session, identity_id)).id
    to, code = preferences.ask_address(session, member_id, address, rng=runtime().rng, now=at)
    session.flush()
    letter = Mail(to, SUBJECT, TEXT.format(code=code), reference=str(new_id()), at=at)
    return letter, MailAddressOut.model_validate(preferences.mail_address(session, member_id))


def _send(mailer: Mailer, letter: Mail) -> None:
    try:
        mailer.send(letter)
    except AddressUnreachable:
        raise preferences.AddressRefused from None
    except MailError as error:
        log.warning("preferences.code-not-mailed", error=str(error))
        raise Unavailable(retry_after=RETRY_AFTER) from None
