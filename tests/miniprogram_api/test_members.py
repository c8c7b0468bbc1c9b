from pathlib import Path

import pytest
from sqlalchemy import func, select

from backend import mall, scenes
from backend.app import create_app
from backend.kit.db import Model
from backend.members import Identity, Member
from config import policy
from tests.factories.mall import make_item
from tests.factories.members import make_follower, make_identity, make_member
from tests.factories.scenes import figures, make_scene
from tests.factories.stores import make_store
from tests.support.clocks import MORNING
from tests.support.phone import member_client
from tests.support.races import race
from tests.support.runtimes import make_runtime
from tests.support.statements import statements_on

JOIN = "/api/mp/v1/members"
LOGIN = "/api/mp/v1/login"
ME = "/api/mp/v1/me"
PHONE_API = "wxa/business/getuserphonenumber"
CONSENT = policy.CONSENT_VERSIONS[-1]
GIFT = 100


@pytest.fixture
def runtime(engine, clock, wechat):
    return make_runtime(engine, clock, wechat_url=wechat.base_url)


@pytest.fixture
def phone(app, wechat, user):
    return signed_in(app, wechat, user)


def signed_in(app, wechat, user):
    client = app.test_client()
    token = client.post(LOGIN, json={"code": wechat.login_code(user)}).json["token"]
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def bring(phone_code, **parts):
    return {"phone_code": phone_code, "consent_version": CONSENT, **parts}


def phone_calls(wechat):
    return len(wechat.calls(PHONE_API))


def test_the_anonymous_are_refused(client):
    assert client.post(JOIN, json=bring("x")).status_code == 401
    assert client.get(ME).status_code == 401
    assert client.put(ME, json={}).status_code == 401


def test_who_has_not_joined_has_no_profile(phone):
    assert phone.get(ME).json["code"] == "members.not-joined"
    assert phone.put(ME, json={"nickname": "x"}).json["code"] == "members.not-joined"


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"consent_version": "1999-01"}, "members.consent-missing"),
        ({"nickname": "a\nb"}, "members.nickname-refused"),
        ({"birthday": "2026-03-02"}, "members.birthday-refused"),
        ({"birthday": "1899-12-31"}, "members.birthday-refused"),
        ({"birthday": 0}, "payload.invalid"),
        ({"gender": "x"}, "payload.invalid"),
        ({"phone": "13812345678"}, "payload.invalid"),
        ({"phone_code": ""}, "payload.invalid"),
    ],
)
def test_an_unacceptable_application_is_refused_before_a_phone_code_is_paid_for(phone, wechat, user, parts, code):
    before = phone_calls(wechat)
    reply = phone.post(JOIN, json=bring(wechat.phone_code(user)) | parts)
    assert (reply.status_code, reply.json["code"]) == (422, code)
    assert phone_calls(wechat) == before


def test_an_unknown_phone_code_is_refused(phone):
    reply = phone.post(JOIN, json=bring("unknown"))
    assert (reply.status_code, reply.json["code"]) == (422, "join.phone-code-refused")


def test_a_foreign_phone_is_refused(app, wechat):
    abroad = wechat.new_user(country_code="852", phone="91234567")
    reply = signed_in(app, wechat, abroad).post(JOIN, json=bring(wechat.phone_code(abroad)))
    assert (reply.status_code, reply.json["code"]) == (422, "members.phone-refused")


def test_trouble_at_wechat_is_a_503_and_nobody_joins(phone, sessions, wechat, user):
    wechat.fault(PHONE_API, times=5, http_status=502)
    assert phone.post(JOIN, json=bring(wechat.phone_code(user))).status_code == 503
    with sessions.read() as session:
        assert session.scalar(select(func.count(Member.id))) == 0


def test_a_barred_member_cannot_join_and_costs_nothing(app, phone, sessions, wechat, user):
    with sessions.write.begin() as session:
        make_member(session, unionid=user.unionid).status = "blocked"
    barred, before = signed_in(app, wechat, user), phone_calls(wechat)
    reply = barred.post(JOIN, json=bring(wechat.phone_code(user)))
    assert (reply.status_code, reply.json["code"]) == (403, "members.blocked")
    assert phone_calls(wechat) == before


def test_too_many_tries_of_one_person_are_refused_and_cost_nothing(app, sessions, wechat, user):
    with sessions.write.begin() as session:
        visitor = make_identity(session)
    limiter, before = app.extensions["runtime"].limiter, phone_calls(wechat)
    for _ in range(int(limiter.RULES["join"].partition("/")[0])):
        limiter.hit("join", f"identity:{visitor.id}")
    reply = member_client(app, visitor).post(JOIN, json=bring(wechat.phone_code(user)))
    assert (reply.status_code, reply.json["code"]) == (429, "rate.limited")
    assert phone_calls(wechat) == before


def test_joining_answers_me(phone, wechat):
    user = wechat.new_user(phone="13712340000")
    reply = phone.post(
        JOIN, json=bring(wechat.phone_code(user), nickname=" 小红 ", gender="female", birthday="1990-05-04", scene="p7")
    )
    assert reply.status_code == 201
    me = reply.json
    assert me | {"card_no": "…", "points": "…", "tier": "…"} == {
        "card_no": "…",
        "phone": "137****0000",
        "nickname": "小红",
        "gender": "female",
        "birthday": "1990-05-04",
        "birthday_locked": True,
        "birthday_calendar": "solar",
        "joined_on": "2026-03-01",
        "tier": "…",
        "points": "…",
        "counts": {"exchanges": 0, "coupons": 0, "messages": 1},
    }
    assert (me["tier"]["code"], me["points"]["available"]) == ("basic", GIFT)
    assert [lot["points"] for lot in me["points"]["expiring"]] == [GIFT]
    assert phone.get(ME).json == me


def test_joining_is_attributed_to_the_scene_that_the_person_followed_by(phone, sessions, wechat, user):
    with sessions.write.begin() as session:
        code = make_scene(session).code
        follower = make_follower(session, unionid=user.unionid)
        scenes.note_follow(session, code, follower.id, now=MORNING)
    assert phone.post(JOIN, json=bring(wechat.phone_code(user))).status_code == 201
    with sessions.read() as session:
        assert figures(session, code=code)["joins"] == 1
        assert session.scalars(select(Member.join_scene)).all() == [code]


def test_joining_again_answers_me_and_costs_no_phone_code(app, phone, wechat, user):
    me, before = phone.post(JOIN, json=bring(wechat.phone_code(user))).json, phone_calls(wechat)
    again = phone.post(JOIN, json=bring(wechat.phone_code(user), nickname="别人"))
    assert (again.status_code, again.json) == (200, me)
    assert phone_calls(wechat) == before
    assert app.test_client().post(LOGIN, json={"code": wechat.login_code(user)}).json["joined"] is True


def test_the_same_person_in_a_second_mini_program_is_the_same_member(app, phone, sessions, wechat, user):
    me = phone.post(JOIN, json=bring(wechat.phone_code(user))).json
    with sessions.write.begin() as session:
        second = make_identity(session, appid="wx-second")
    reply = member_client(app, second).post(JOIN, json=bring(wechat.phone_code(user)))
    assert (reply.status_code, reply.json["card_no"]) == (200, me["card_no"])


def test_the_profile_is_changed_where_told(phone, wechat, user):
    me = phone.post(JOIN, json=bring(wechat.phone_code(user), nickname="小红")).json
    changed = phone.put(ME, json={"gender": "female", "birthday": "1990-05-04"})
    assert changed.status_code == 200
    assert changed.json == me | {"gender": "female", "birthday": "1990-05-04", "birthday_locked": True}
    assert phone.put(ME, json={"nickname": " 红姐 ", "gender": None}).json["nickname"] == "红姐"
    assert phone.get(ME).json == changed.json | {"nickname": "红姐"}


def test_the_birthday_can_be_set_once(phone, wechat, user):
    phone.post(JOIN, json=bring(wechat.phone_code(user)))
    assert phone.put(ME, json={"birthday": "1990-05-04"}).status_code == 200
    assert phone.put(ME, json={"birthday": "1990-05-04", "nickname": "红姐"}).status_code == 200
    again = phone.put(ME, json={"birthday": "1990-05-05", "nickname": "红红"})
    assert (again.status_code, again.json["code"]) == (409, "members.birthday-fixed")
    assert phone.get(ME).json["nickname"] == "红姐"


def test_the_calendar_of_the_birthday_is_chosen_anew_at_any_time(phone, wechat, user):
    phone.post(JOIN, json=bring(wechat.phone_code(user)))
    lunar = {"birthday": "1990-05-04", "birthday_calendar": "lunar"}
    assert phone.put(ME, json=lunar).json["birthday_calendar"] == "lunar"
    assert phone.put(ME, json={"nickname": "红姐"}).json["birthday_calendar"] == "lunar"
    changed = phone.put(ME, json={"birthday_calendar": "solar"}).json
    assert (changed["birthday_calendar"], changed["birthday"]) == ("solar", "1990-05-04")
    assert phone.put(ME, json={"birthday_calendar": "julian"}).status_code == 422


@pytest.mark.parametrize("body", [{"nickname": ""}, {"nickname": "x" * 21}, {"birthday": "1990-02-30"}, {"phone": "1"}])
def test_an_unacceptable_profile_is_refused(phone, wechat, user, body):
    me = phone.post(JOIN, json=bring(wechat.phone_code(user))).json
    assert phone.put(ME, json=body).status_code == 422
    assert phone.get(ME).json == me


def test_nobody_sees_another_member(app, sessions):
    with sessions.write.begin() as session:
        one, other = make_member(session), make_member(session)
    cards = {member_client(app, member.id).get(ME).json["card_no"] for member in (one, other)}
    assert cards == {one.card_no, other.card_no}


def test_what_waits_for_a_member_is_counted(app, sessions, rng):
    with sessions.write.begin() as session:
        member, item, store = make_member(session), make_item(session, price=10), make_store(session)
        for _ in range(2):
            mall.exchange(session, member.id, {item.id: 1}, store_id=store.id, rng=rng, now=MORNING)
    assert member_client(app, member.id).get(ME).json["counts"] == {
        "exchanges": 2,
        "coupons": 0,
        "messages": 3,
    }


def test_reading_me_costs_few_statements(app, engine, sessions):
    with sessions.write.begin() as session:
        member = make_member(session)
    phone = member_client(app, member.id)
    with statements_on(engine) as said:
        assert phone.get(ME).status_code == 200
    # who asks and the member, the tier and the book of tiers, the account, what expires, what waits to be picked up,
    # the coupons, the messages
    assert len(said) == 8, said


def test_parallel_taps_with_one_phone_code_all_see_the_member(mariadb, clock, wechat, user):
    app = create_app(make_runtime(mariadb, clock, wechat_url=wechat.base_url))
    phone_code = wechat.phone_code(user)
    taps = [signed_in(app, wechat, user) for _ in range(8)]
    replies = race(8, lambda number: taps[number].post(JOIN, json=bring(phone_code)))
    assert sorted({reply.status_code for reply in replies}) in ([200, 201], [201])
    assert len({reply.json["card_no"] for reply in replies}) == 1


def test_parallel_taps_of_one_person_on_many_phones_make_one_member(mariadb, clock, wechat, user):
    runtime = make_runtime(mariadb, clock, wechat_url=wechat.base_url)
    app = create_app(runtime)
    with runtime.sessions.write.begin() as session:
        phones = [make_identity(session, appid=f"wx-{number % 2}") for number in range(32)]
    codes = [wechat.phone_code(user) for _ in phones]
    replies = race(32, lambda number: member_client(app, phones[number]).post(JOIN, json=bring(codes[number])))
    assert sorted(reply.status_code for reply in replies) == [200] * 31 + [201]
    with runtime.sessions.read() as session:
        member_id = session.scalars(select(Member.id)).one()
        assert set(session.scalars(select(Identity.member_id))) == {member_id}


PLANTED = {"phone": "13700007531", "nickname": "赫连栖梧", "birthday": "1987-11-23"}


def test_personal_data_is_found_neither_in_the_database_nor_in_the_logs(app, engine, wechat, caplog):
    caplog.set_level("DEBUG")
    user = wechat.new_user(phone=PLANTED["phone"])
    phone = signed_in(app, wechat, user)
    personal = {"nickname": PLANTED["nickname"], "birthday": PLANTED["birthday"]}
    phone.post(JOIN, json=bring(wechat.phone_code(user), **personal))
    phone.put(ME, json=personal)
    assert phone.get(ME).json["nickname"] == PLANTED["nickname"]
    stored = everything_stored(engine)
    assert user.mp_openid.encode() in stored  # the search finds what is there
    for value in PLANTED.values():
        assert value.encode() not in stored
        assert value not in caplog.text


def everything_stored(engine):
    """The bytes of the SQLite files; on MariaDB all rows, as the client gets them."""
    if engine.dialect.name == "sqlite":
        return b"".join(path.read_bytes() for path in sorted(Path(engine.url.database).parent.glob("test.db*")))
    with engine.connect() as connection:
        rows = [row for table in Model.metadata.sorted_tables for row in connection.execute(table.select())]
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row)
