"""What WeChat tells of accepts and refusals of subscribe messages and notices, and of what became of those sent."""

from datetime import datetime

from sqlalchemy.orm import Session

from backend import members, messaging, subscriptions
from backend.wechat import Event, subscription_answers, subscription_outcomes

CHANNELS = {members.OFFICIAL_ACCOUNT: "notice", members.MINI_PROGRAM: "mini-program"}


def hear(session: Session, event: Event, *, kind: str, appid: str, now: datetime) -> None:
    """Count the answers of an event to an account of that kind, and pass on the outcomes."""
    answers = subscription_answers(event)
    if answers:
        user = members.sign_in(session, kind=kind, appid=appid, openid=event.from_user, unionid=None, now=now)
        session.flush()  # a first answer makes the identity, whom the counts belong to
    for answer in answers:
        told = subscriptions.Answer(answer.accepted, event.created_at, told_by_wechat=True)
        subscriptions.note_answer(session, user.id, answer.template_id, told)
    for outcome in subscription_outcomes(event):
        shown = outcome.error is None
        messaging.report(
            session,
            channel=CHANNELS[kind],
            msgid=outcome.msgid,
            status=messaging.Delivered.SHOWN if shown else messaging.Delivered.DEAD,
            error=outcome.error,
            now=now,
        )
