from random import Random

import pytest
from sqlalchemy import select

from backend import members, payments
from backend.kit.db import run
from tests.factories.members import make_member
from tests.factories.payments import make_payment
from tests.support.databases import sqlite_copy
from tests.support.paying import listening_shop, paid_world
from tests.support.runtimes import MP


@pytest.fixture
def engine(sqlite_template, tmp_path):
    """One engine for what plain statements do; races run on MariaDB."""
    with sqlite_copy(sqlite_template, tmp_path) as engine:
        yield engine


@pytest.fixture
def shop(doors, runtime, clock):
    with paid_world(clock) as wechat, listening_shop(doors, runtime, wechat) as shop:
        yield shop


@pytest.fixture
def payer(shop):
    """A WeChat user who is a member: (user, member's id)."""
    user = shop.wechat.new_user()

    def work(session):
        member = make_member(session)
        identity = session.scalar(select(members.Identity).where(members.Identity.member_id == member.id))
        identity.openid = user.mp_openid
        return member.id

    return user, run(shop.runtime.sessions.write, work)


@pytest.fixture
def asked(shop, payer, clock):
    """Ask the payer for money: the number of the payment and its prepay id."""

    def ask(purpose_id="1"):
        user, member_id = payer
        number = run(
            shop.runtime.sessions.write,
            lambda session: make_payment(session, member_id, purpose_id=purpose_id, now=clock.now()).out_trade_no,
        )
        wanted = payments.prepay(
            shop.runtime.sessions, shop.runtime.pay, number, openid=user.mp_openid, rng=Random(1), now=clock.now()
        )
        return number, wanted.package.removeprefix("prepay_id=")

    assert MP.appid
    return ask


@pytest.fixture
def state(shop):
    """What we know of a payment: (status, paid, refunded)."""

    def look(number):
        with shop.runtime.sessions.read() as session:
            found = payments.get(session, number).payment
            return found.status, found.paid_fen, found.refunded_fen

    return look
