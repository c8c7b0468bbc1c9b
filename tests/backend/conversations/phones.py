"""Followers on simulated phones whose matters an operator looks after, and what their chats show."""

from dataclasses import dataclass

from sqlalchemy import select

from backend import conversations, members
from backend.conversations.models import Reply
from backend.kit.db import run
from backend.runtime import Runtime
from tests.factories.conversations import make_conversation
from tests.support.runtimes import OA
from tests.support.simulator import RunningSimulator, User

SEND = "cgi-bin/message/custom/send"


@dataclass(frozen=True)
class Phone:
    """A follower's phone and their conversation with the operator anna."""

    user: User
    identity_id: int
    conversation_id: int


def make_phone(runtime: Runtime, wechat: RunningSimulator) -> Phone:
    """A follower who has just written, both to the simulated WeChat and to us."""
    user = wechat.new_user()
    wechat.follow(user)
    wechat.say(user, "有人吗")

    def work(session):
        now = runtime.clock.now()
        identity = members.follow(session, appid=OA.appid, openid=user.oa_openid, unionid=None, now=now)
        mine = make_conversation(session, identity=identity, by="anna", now=now)
        return Phone(user, identity.id, mine.id)

    return run(runtime.sessions.write, work)


def answer(runtime: Runtime, phone: Phone, *texts: str) -> None:
    """Write replies, each in a transaction of its own."""
    for text in texts:
        run(
            runtime.sessions.write,
            lambda session, text=text: conversations.reply(
                session, phone.conversation_id, text, by="anna", now=runtime.clock.now()
            ),
        )


def shown(wechat: RunningSimulator, phone: Phone) -> list[str]:
    """The customer messages in the chat, oldest first."""
    return [one["text"] for one in wechat.messages(phone.user) if one.get("custom")]


def sends(wechat: RunningSimulator) -> int:
    """How often sending was asked of WeChat."""
    return len(wechat.calls(SEND))


def replies(runtime: Runtime) -> list[Reply]:
    """All replies, oldest first."""
    with runtime.sessions.read() as session:
        return list(session.scalars(select(Reply).order_by(Reply.line_id)))


def left(runtime: Runtime, phone: Phone) -> int:
    """How many messages may still be sent."""
    with runtime.sessions.read() as session:
        return conversations.service_window(session, phone.identity_id, now=runtime.clock.now()).left
