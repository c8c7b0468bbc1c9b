"""Where a storm takes place: members who follow on simulated phones, and what they are to be told."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

import requests
from sqlalchemy import delete
from sqlalchemy.orm import Session

from backend import members, messaging
from backend.kit.db import run
from backend.messaging.models import Message
from backend.points import PointsEarned
from backend.runtime import Runtime
from backend.wechat import OfficialAccount
from bench.soak.place import runtime_of
from bench.storm.hourglass import Hourglass
from config import policy

EVENING: Final = datetime(2026, 3, 1, 15, 58, 30, tzinfo=UTC)  # 23:58:30 in the shop: tomorrow is not far
TOMORROW: Final = EVENING + timedelta(seconds=90)
PATIENCE: Final = (0.8, 0.8)  # seconds to connect and to read
TEMPLATE: Final = "points_earned"
AT_ONCE: Final = 100


@dataclass(frozen=True)
class Phone:
    """A member and the WeChat user who is told."""

    member_id: int
    user_id: int
    openid: str


class WeChat:
    """The control of the simulated WeChat."""

    def __init__(self, url: str) -> None:
        self.url = url

    def post(self, path: str, **given: Any) -> dict[str, Any]:
        """Ask it to do something."""
        answer = requests.post(f"{self.url}/_sim/{path}", json=given, timeout=60)
        answer.raise_for_status()
        done: dict[str, Any] = answer.json()
        return done

    def get(self, path: str) -> list[dict[str, Any]]:
        """Ask it for a list."""
        answer = requests.get(f"{self.url}/_sim/{path}", timeout=60)
        answer.raise_for_status()
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def clear_faults(self) -> None:
        """The storm is over."""
        requests.delete(f"{self.url}/_sim/faults", timeout=60).raise_for_status()


def impatient(database_url: str, wechat_url: str, clock: Hourglass) -> Runtime:
    """A process's way to the store, with a WeChat that may take its time for less than a second."""
    os.environ["WECHAT_API_BASE_URL"] = wechat_url
    os.environ["MESSAGE_TEMPLATE_IDS"] = f"{TEMPLATE}=T-{TEMPLATE}"
    made = runtime_of(database_url)
    account = OfficialAccount(
        made.official_account.credentials, base_url=wechat_url, cache=made.cache, timeout=PATIENCE
    )
    return replace(made, clock=clock, official_account=account)


def people(runtime: Runtime, wechat: WeChat, count: int) -> list[Phone]:
    """Members who follow, each with a phone of their own and nothing to be told yet."""
    phones = []
    for number in range(count):
        user = wechat.post("users", nickname=f"会员{number}", phone=str(13_800_000_000 + number))
        wechat.post(f"users/{user['id']}/follow")
        openid = user["openids"][runtime.official_account.appid]
        member_id = run(runtime.sessions.write, partial(_member, runtime=runtime, openid=openid, number=number))
        phones.append(Phone(member_id, user["id"], openid))
    run(runtime.sessions.write, lambda session: session.execute(delete(Message)))
    return phones


def tell(runtime: Runtime, phones: Sequence[Phone], count: int) -> None:
    """Decide `count` messages, the members taking turns; each says its number as the points that were earned."""
    for first in range(0, count, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, count))
        run(runtime.sessions.write, partial(_tell, phones=phones, numbers=numbers, now=runtime.clock.now()))


def _member(session: Session, runtime: Runtime, openid: str, number: int) -> int:
    now, appid = runtime.clock.now(), runtime.official_account.appid
    identity = members.follow(session, appid=appid, openid=openid, unionid=None, now=now)
    session.flush()
    application = members.Application(phone=f"138{number:08d}", consent_version=policy.CONSENT_VERSIONS[-1])
    joined = members.join(session, identity.id, application=application, rng=runtime.rng, now=now)
    return joined.member.id


def _tell(session: Session, phones: Sequence[Phone], numbers: range, now: datetime) -> None:
    for number in numbers:
        member_id = phones[number % len(phones)].member_id
        earned = PointsEarned(member_id, number + 1, number + 1, "purchase", f"storm-{number}", now)
        messaging.tell_points_earned(session, earned)
