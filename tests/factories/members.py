from datetime import datetime
from itertools import count
from random import Random

from sqlalchemy.orm import Session

from backend import members
from backend.members import Application, Identity, Member
from config import policy
from tests.support.clocks import MORNING
from tests.support.runtimes import MP, OA

_numbers = count(1)


def make_identity(session: Session, *, now: datetime = MORNING, unionid: str | None = None, **parts: str) -> Identity:
    """Somebody who opened the mini-program; other kinds by `kind` and `appid`."""
    known = {"kind": members.MINI_PROGRAM, "appid": MP.appid, "openid": f"o-{next(_numbers):06d}"} | parts
    identity = members.sign_in(session, unionid=unionid, now=now, **known)
    session.flush()  # tests look it up at once
    return identity


def make_application(**parts: object) -> Application:
    """What an acceptable newcomer brings, with a phone of its own."""
    known = {
        "consent_version": policy.CONSENT_VERSIONS[-1],
        "phone": f"138{next(_numbers):08d}",
        "nickname": "小红",
    }
    return Application(**(known | parts))  # type: ignore[arg-type]


def make_member(
    session: Session,
    *,
    now: datetime = MORNING,
    phone: str | None = None,
    nickname: str | None = "小红",
    rng: Random | None = None,
    unionid: str | None = None,
) -> Member:
    """A member who joined through the mini-program, with all that joining brings (account, standing, gift)."""
    identity = make_identity(session, now=now, unionid=unionid)
    parts = {"nickname": nickname, **({"phone": phone} if phone else {})}
    joined = members.join(
        session, identity.id, application=make_application(**parts), rng=rng or Random(next(_numbers)), now=now
    )
    return joined.member


def make_follower(session: Session, *, now: datetime = MORNING, unionid: str | None = None) -> Identity:
    """Somebody who follows the official account."""
    return members.follow(session, appid=OA.appid, openid=f"f-{next(_numbers):06d}", unionid=unionid, now=now)
