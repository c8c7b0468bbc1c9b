"""Members who follow the official account on a simulated phone, and what they are told."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from backend import members
from backend.kit.db import run
from backend.messaging import tell_points_earned
from backend.messaging.models import Message
from backend.points import PointsEarned
from backend.runtime import Runtime
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.runtimes import OA
from tests.support.simulator import RunningSimulator, User

SEND = "cgi-bin/message/template/send"


@dataclass(frozen=True)
class Recipient:
    """A member and their phone."""

    member_id: int
    user: User


def make_recipient(runtime: Runtime, wechat: RunningSimulator) -> Recipient:
    """A member who follows; the message about the join gift is taken back, so that the outbox is empty."""
    user = wechat.new_user()
    wechat.follow(user)

    def join(session):
        member = make_member(session, unionid=user.unionid)
        members.follow(session, appid=OA.appid, openid=user.oa_openid, unionid=user.unionid, now=MORNING)
        session.flush()
        session.execute(delete(Message).where(Message.member_id == member.id))
        return member.id

    return Recipient(run(runtime.sessions.write, join), user)


def earned(member_id: int, amount: int, *, at: datetime = MORNING) -> PointsEarned:
    return PointsEarned(member_id, amount, 1000 + amount, "purchase", f"order-{amount}", at)


def tell(runtime: Runtime, recipient: Recipient, *amounts: int) -> None:
    """Decide one message an amount, in that order."""
    for amount in amounts:
        run(
            runtime.sessions.write,
            lambda session, amount=amount: tell_points_earned(
                session, earned(recipient.member_id, amount, at=runtime.clock.now())
            ),
        )


def shown(wechat: RunningSimulator, recipient: Recipient) -> list[int]:
    """The amounts of points that the phone shows, oldest first."""
    messages = wechat.messages(recipient.user, "template")
    return [int(message["fields"][0]["value"]) for message in messages]


def sends(wechat: RunningSimulator) -> int:
    """How often sending was asked of WeChat."""
    return len(wechat.calls(SEND))


def rows(runtime: Runtime) -> list[Message]:
    """The outbox, oldest first."""
    with runtime.sessions.read() as session:
        return list(session.scalars(select(Message).order_by(Message.id)))
