"""Members whom each channel can reach, and what is told them."""

from dataclasses import dataclass
from random import Random

from sqlalchemy import delete, select

from backend import members, preferences
from backend.kit.db import run
from backend.messaging import CATALOGUE
from backend.messaging.models import Delivery, Message
from backend.runtime import Runtime
from backend.subscriptions import Answer, accepts_of, note_answer
from tests.factories.members import make_member
from tests.factories.messages import make_message
from tests.support.clocks import MORNING
from tests.support.runtimes import MP, OA
from tests.support.simulator import RunningSimulator, User

READY = "exchange_ready"
ADDRESS = "lin@example.com"


@dataclass(frozen=True)
class Person:
    """A member who has opened the mini-program, and the phone in the hand."""

    member_id: int
    program_id: int
    account_id: int
    user: User


def make_person(runtime: Runtime, wechat: RunningSimulator) -> Person:
    """Somebody who follows nothing and accepted nothing; the outbox is empty."""
    user = wechat.new_user()

    def join(session):
        member = make_member(session, phone=user.phone, unionid=user.unionid)
        known = {"unionid": user.unionid, "now": MORNING}
        program = members.sign_in(session, kind=members.MINI_PROGRAM, appid=MP.appid, openid=user.mp_openid, **known)
        account = members.sign_in(
            session, kind=members.OFFICIAL_ACCOUNT, appid=OA.appid, openid=user.oa_openid, **known
        )
        session.flush()
        session.execute(delete(Message).where(Message.member_id == member.id))
        return Person(member.id, program.id, account.id, user)

    return run(runtime.sessions.write, join)


def accept(runtime: Runtime, wechat: RunningSimulator, identity_id: int, user: User, template_id: str, appid: str):
    """The user accepts one message, and we know of it."""
    wechat.subscribe(user, template_id, appid=appid)
    answer = Answer(True, runtime.clock.now(), told_by_wechat=True)
    run(runtime.sessions.write, lambda session: note_answer(session, identity_id, template_id, answer))


def left(runtime: Runtime, identity_id: int, template_id: str) -> int:
    """How many we think are left."""
    with runtime.sessions.read() as session:
        return accepts_of(session, identity_id, [template_id])[template_id]


def confirm_mail(runtime: Runtime, person: Person) -> None:
    """The member has an address that mail goes to."""

    def work(session):
        _, code = preferences.ask_address(session, person.member_id, ADDRESS, rng=Random(1), now=MORNING)
        preferences.confirm_address(session, person.member_id, code, source="mini-program", now=MORNING)

    run(runtime.sessions.write, work)


def tell(runtime: Runtime, person: Person, template: str = READY) -> None:
    """Let a message with the sample's words wait."""
    words, at = dict(CATALOGUE[template].sample), runtime.clock.now()
    run(
        runtime.sessions.write,
        lambda session: make_message(session, person.member_id, template=template, words=words, at=at).id,
    )


def the_message(runtime: Runtime) -> Message:
    with runtime.sessions.read() as session:
        return session.scalars(select(Message)).one()


def fared(runtime: Runtime) -> dict[str, str]:
    """How the message fared in each channel that was tried."""
    with runtime.sessions.read() as session:
        return {row.channel: row.status for row in session.scalars(select(Delivery))}
