from datetime import timedelta

import jwt
import pytest

from backend import members
from miniprogram_api.auth import token_for
from tests.factories.members import make_identity, make_member
from tests.support.clocks import MORNING
from tests.support.phone import member_client
from tests.support.runtimes import KEYS

URL = "/api/mp/v1/me/card"  # any that only members may ask
WEEK = timedelta(days=7)
GOOD = {"sub": "1", "aud": "mp", "iat": MORNING, "exp": MORNING + WEEK}


def without(claim):
    return {name: value for name, value in GOOD.items() if name != claim}


def sealed(claims, key=KEYS.tokens, algorithm="HS256"):
    return jwt.encode(claims, key, algorithm)


@pytest.fixture
def member(sessions):
    with sessions.write.begin() as session:
        return make_member(session)


def test_the_anonymous_are_refused(client):
    reply = client.get(URL)
    assert (reply.status_code, reply.json["code"]) == (401, "auth.signed-out")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic d2FuZzp4", "Bearer a.b.c", "Bearer \u00e9", "x" * 5000]
)
def test_another_header_is_refused(client, header):
    assert client.get(URL, headers={"Authorization": header}).json["code"] == "auth.signed-out"


@pytest.mark.parametrize(
    "token",
    [
        sealed(GOOD, key=b"x" * 32),
        sealed(GOOD, key=None, algorithm="none"),
        sealed(GOOD, key=KEYS.tokens + b"t" * 32, algorithm="HS512"),
        sealed(GOOD | {"aud": "admin"}),
        sealed(GOOD | {"sub": "wang"}),
        *(sealed(without(claim)) for claim in GOOD),
    ],
)
def test_a_token_that_was_not_given_out_is_refused(client, token):
    reply = client.get(URL, headers={"Authorization": f"Bearer {token}"})
    assert (reply.status_code, reply.json["code"]) == (401, "auth.signed-out")


def test_a_token_ends_after_a_week_to_the_second(app, member, clock):
    client = member_client(app, member.id)
    clock.set(MORNING + WEEK - timedelta(microseconds=1))
    assert client.get(URL).status_code == 200
    clock.set(MORNING + WEEK)
    assert client.get(URL).json["code"] == "auth.signed-out"


def test_the_token_of_an_identity_that_is_gone_is_refused(client):
    token = token_for(1, KEYS.tokens, MORNING)
    reply = client.get(URL, headers={"Authorization": f"Bearer {token}"})
    assert (reply.status_code, reply.json["code"]) == (401, "members.identity-unknown")


def test_who_has_not_joined_is_refused(app, sessions):
    with sessions.write.begin() as session:
        visitor = make_identity(session)
    reply = member_client(app, visitor).get(URL)
    assert (reply.status_code, reply.json["code"]) == (403, "members.not-joined")


@pytest.mark.parametrize("status", ["blocked", "closed"])
def test_a_barred_member_is_refused_although_the_token_is_good(app, sessions, member, status):
    with sessions.write.begin() as session:
        members.get(session, member.id).status = status
    reply = member_client(app, member.id).get(URL)
    assert (reply.status_code, reply.json["code"]) == (403, f"members.{status}")


def test_a_member_is_known_by_the_token(app, member):
    assert member_client(app, member.id).get(URL).json["card_no"] == member.card_no


def test_a_token_tells_nothing_but_the_identity():
    claims = jwt.decode(token_for(7, KEYS.tokens, MORNING), options={"verify_signature": False})
    assert claims == {
        "sub": "7",
        "aud": "mp",
        "iat": int(MORNING.timestamp()),
        "exp": int((MORNING + WEEK).timestamp()),
    }
