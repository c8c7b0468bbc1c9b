from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from time import sleep
from typing import Annotated

from flask import g
from pydantic import Field
from sqlalchemy.orm import Session

from backend import coupons, mall, members, messaging, points, risk, scenes, tiers
from backend.kit.calendar import shop_day
from backend.kit.calls import db, now, without_transaction
from backend.kit.db import run
from backend.kit.errors import Invalid
from backend.kit.openapi import problems
from backend.kit.schema import Day, Schema
from backend.runtime import runtime
from miniprogram_api.auth import resource, signed_in_identity, signed_in_member
from miniprogram_api.points import PointsOut, points_out
from miniprogram_api.standing import StandingOut, standing_out
from miniprogram_api.traces import trace
from miniprogram_api.wechat import asking_wechat

api = resource("members")

PARALLEL_TAP_PAUSES_S = (0, 0.05, 0.1, 0.2, 0.4)

Code = Annotated[str, Field(min_length=1, max_length=128)]
Nickname = Annotated[str, Field(max_length=100)]  # what is acceptable is the domain's to say
Token = Annotated[str, Field(min_length=1, max_length=64)]


class PhoneCodeRefused(Invalid):
    """WeChat does not know the phone code, or it is used or too old."""

    code = "join.phone-code-refused"
    message = "手机号授权已失效，请重新授权"


class JoinIn(Schema):
    """What a newcomer brings: the phone code of the phone button, and the version of the terms agreed to."""

    phone_code: Code
    consent_version: Annotated[str, Field(min_length=1, max_length=20)]
    nickname: Nickname | None = None
    birthday: Day | None = None
    gender: members.Gender = "unknown"
    invite_code: Token | None = None
    scene: Token | None = None


class ProfileIn(Schema):
    """What is to be changed; a field that is absent or null stays as it is."""

    nickname: Nickname | None = None
    gender: members.Gender | None = None
    birthday: Day | None = None
    birthday_calendar: members.BirthdayCalendar | None = None


class MeOut(Schema):
    """My profile, tier, points, and how much waits for me (`counts`: exchanges to pick up, coupons to use, messages to
    read, of which 100 means as many or more).

    A locked birthday only the store can correct. `birthday_calendar` says whether it is celebrated on its day of the
    year or on its day of the lunar year; either way it is given as a day of the solar calendar.
    """

    card_no: str
    phone: str
    nickname: str | None
    gender: members.Gender
    birthday: Day | None
    birthday_locked: bool
    birthday_calendar: members.BirthdayCalendar
    joined_on: Day
    tier: StandingOut
    points: PointsOut
    counts: dict[str, int]


@api.post("/members", responses={200: MeOut, 201: MeOut})
@without_transaction
def join(body: JoinIn) -> tuple[MeOut, int]:
    """Join, once per person: who is a member already is answered 200 with what is known.

    `X-Device-Id` names the device, as at the login. A code of nobody fails nothing: the inbox tells why.
    """
    mine = _me_if_joined()
    if mine is not None:
        return mine, 200
    application, part, at = _application(body), runtime(), now()
    members.check_application(application, now=at)
    part.limiter.hit("join", g.caller)
    try:
        with asking_wechat(refused=PhoneCodeRefused):
            phone = part.mini_program.phone_number(body.phone_code)
    except PhoneCodeRefused:
        return _me_by_parallel_tap(), 200
    ready, seen = replace(application, phone=phone), trace(phone=phone)
    return run(part.sessions.write, lambda session: _join(session, signed_in_identity(), ready, seen, at))


@api.get("/me", responses={200: MeOut})
def read_me() -> MeOut:
    """My profile, tier and points."""
    return _me(db(), signed_in_member(), now())


@api.put("/me", responses={200: MeOut} | problems(409))
def update_me(body: ProfileIn) -> MeOut:
    """Change my profile. The birthday can be set once."""
    member_id = signed_in_member()
    changes = members.ProfileChanges(**body.model_dump())
    members.update_profile(db(), member_id, changes=changes, now=now())
    return _me(db(), member_id, now())


def _me_if_joined() -> MeOut | None:
    identity_id, at = signed_in_identity(), now()
    return run(runtime().sessions.read, lambda session: _me_of_identity(session, identity_id, at))


def _me_of_identity(session: Session, identity_id: int, at: datetime) -> MeOut | None:
    who = members.of_identity(session, identity_id)
    return _me(session, members.active_member(who).id, at) if who.member_id is not None else None


def _application(body: JoinIn) -> members.Application:
    return members.Application(**body.model_dump(exclude={"phone_code"}))


def _me_by_parallel_tap(pauses: Iterable[float] = PARALLEL_TAP_PAUSES_S) -> MeOut:
    """Me, if the code was refused because another tap of mine used it and is about to commit; else PhoneCodeRefused."""
    for pause in pauses:
        sleep(pause)
        mine = _me_if_joined()
        if mine is not None:
            return mine
    raise PhoneCodeRefused


def _join(
    session: Session, identity_id: int, application: members.Application, seen: risk.Trace, at: datetime
) -> tuple[MeOut, int]:
    led = scenes.led_here(session, identity_id, application.scene)
    ready = replace(application, scene=led.scene, invite_code=application.invite_code or led.invite_code)
    joined = members.join(session, identity_id, application=ready, rng=runtime().rng, now=at)
    me = _me(session, joined.member.id, at)
    if joined.created:
        risk.note_joining(session, joined.member.id, seen, now=at)
    return me, 201 if joined.created else 200


def _me(session: Session, member_id: int, at: datetime) -> MeOut:
    profile = members.profile(session, members.get(session, member_id))
    return MeOut(
        card_no=profile.card_no,
        phone=profile.phone_masked,
        nickname=profile.nickname,
        gender=profile.gender,
        birthday=profile.birthday,
        birthday_locked=profile.birthday_locked,
        birthday_calendar=profile.birthday_calendar,
        joined_on=shop_day(profile.joined_at),
        tier=standing_out(tiers.standing(session, member_id, now=at)),
        points=points_out(points.summary(session, member_id, now=at)),
        counts={
            "exchanges": mall.to_pick_up(session, member_id, now=at),
            "coupons": coupons.ready_count(session, member_id, now=at),
            "messages": messaging.unread(session, member_id),
        },
    )
