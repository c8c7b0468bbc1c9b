import jwt
import pytest
from sqlalchemy import select

from backend.app import create_app
from backend.members import Identity
from tests.factories.members import make_member
from tests.support.races import race
from tests.support.runtimes import MP, make_runtime

URL = "/api/mp/v1/login"


@pytest.fixture
def runtime(engine, clock, wechat):
    return make_runtime(engine, clock, wechat_url=wechat.base_url)


@pytest.mark.parametrize("body", [{}, {"code": ""}, {"code": 7}, {"code": "x" * 129}, {"code": "x", "openid": "o"}, []])
def test_another_payload_is_refused(client, body):
    assert client.post(URL, json=body).status_code in {400, 422}


def test_an_unknown_code_is_refused(client):
    reply = client.post(URL, json={"code": "unknown"})
    assert (reply.status_code, reply.json["code"]) == (401, "login.code-refused")


def test_a_code_works_once(client, wechat, user):
    code = wechat.login_code(user)
    assert client.post(URL, json={"code": code}).status_code == 200
    assert client.post(URL, json={"code": code}).json["code"] == "login.code-refused"


@pytest.mark.parametrize("fault", [{"errcode": 40013}, {"errcode": 45011}, {"http_status": 502}, {"html": True}])
def test_trouble_at_wechat_is_a_503_to_try_again(client, wechat, user, fault):
    code = wechat.login_code(user)
    wechat.fault("sns/jscode2session", times=5, **fault)
    reply = client.post(URL, json={"code": code})
    assert (reply.status_code, reply.json["code"], reply.headers["Retry-After"]) == (503, "unavailable", "3")


def test_too_many_logins_from_one_address_are_refused(client, app):
    limiter = app.extensions["runtime"].limiter
    for _ in range(int(limiter.RULES["login"].partition("/")[0])):
        limiter.hit("login", "127.0.0.1")
    reply = client.post(URL, json={"code": "any"})
    assert (reply.status_code, reply.json["code"]) == (429, "rate.limited")
    assert int(reply.headers["Retry-After"]) > 0


def test_signing_in_gives_a_token_for_the_identity(client, sessions, wechat, user):
    reply = client.post(URL, json={"code": wechat.login_code(user)})
    assert reply.status_code == 200
    assert reply.json | {"token": "…"} == {"token": "…", "expires_in": 604800, "joined": False}
    with sessions.read() as session:
        identity = session.scalars(select(Identity)).one()
    assert (identity.appid, identity.openid, identity.unionid) == (MP.appid, user.mp_openid, user.unionid)
    claims = jwt.decode(reply.json["token"], options={"verify_signature": False})
    assert claims["sub"] == str(identity.id)


def test_the_session_key_does_not_leave_the_server(client, wechat, user, caplog):
    reply = client.post(URL, json={"code": wechat.login_code(user)})
    assert set(reply.json) == {"token", "expires_in", "joined"}
    for secret in (user.mp_openid, user.unionid, "session_key"):
        assert secret not in caplog.text + reply.text


def test_a_member_known_by_unionid_has_joined_at_the_first_login(client, sessions, wechat, user):
    with sessions.write.begin() as session:
        make_member(session, unionid=user.unionid)
    assert client.post(URL, json={"code": wechat.login_code(user)}).json["joined"] is True


def test_parallel_first_logins_are_one_identity(mariadb, clock, wechat, user):
    app = create_app(make_runtime(mariadb, clock, wechat_url=wechat.base_url))
    codes = [wechat.login_code(user) for _ in range(16)]
    replies = race(16, lambda number: app.test_client().post(URL, json={"code": codes[number]}))
    assert {reply.status_code for reply in replies} == {200}
    assert len({jwt.decode(r.json["token"], options={"verify_signature": False})["sub"] for r in replies}) == 1
