import re
from dataclasses import replace

import pytest

from backend.app import furnish
from backend.mail import Mailer
from tests.factories.members import make_identity
from tests.support.mail import running_post
from tests.support.phone import member_client

URL = "/api/mp/v1/me/preferences/e-mail"
CONFIRM = f"{URL}/confirmation"
ADDRESS = "lin@example.com"


@pytest.fixture
def post():
    with running_post() as post:
        yield post


@pytest.fixture
def mailing(doors, runtime, post, member_id):
    return member_client(furnish(doors, replace(runtime, mailer=Mailer(post.account(), timeout_s=2))), member_id)


def code_in(post):
    return re.search(r"验证码：([0-9]{6})", post.taken[-1].get_content())[1]


def test_a_shop_without_mail_says_so(phone):
    refused = phone.put(URL, json={"address": ADDRESS})
    assert (refused.status_code, refused.json["code"]) == (409, "preferences.mail-not-offered")


def test_strangers_and_who_has_not_joined_name_none(doors, runtime, post, sessions):
    app = furnish(doors, replace(runtime, mailer=Mailer(post.account(), timeout_s=2)))
    assert app.test_client().put(URL, json={"address": ADDRESS}).status_code == 401
    with sessions.write.begin() as session:
        stranger = make_identity(session)
    assert member_client(app, stranger).put(URL, json={"address": ADDRESS}).status_code == 403
    assert post.taken == []


def test_an_address_is_used_once_its_code_has_come_back(mailing, post):
    assert mailing.put(URL, json={"address": ADDRESS}).json == {"in_use": None, "asked": "l***@example.com"}
    assert post.recipients == [ADDRESS]
    wrong = f"{(int(code_in(post)) + 1) % 10**6:06d}"
    assert mailing.post(CONFIRM, json={"code": wrong}).json["code"] == "preferences.code-refused"
    assert mailing.post(CONFIRM, json={"code": code_in(post)}).json == {"in_use": "l***@example.com", "asked": None}
    again = mailing.post(CONFIRM, json={"code": code_in(post)})
    assert (again.status_code, again.json["code"]) == (409, "preferences.nothing-asked")


def test_it_is_forgotten_when_told(mailing, post):
    mailing.put(URL, json={"address": ADDRESS})
    mailing.post(CONFIRM, json={"code": code_in(post)})
    assert mailing.delete(URL).status_code == 204
    assert mailing.get("/api/mp/v1/me/preferences").json["mail"] == {"in_use": None, "asked": None}


@pytest.mark.parametrize("address", ["", "lin", "lin@example.com\nBcc: a@b.cn"])
def test_what_is_no_address_is_refused(mailing, post, address):
    refused = mailing.put(URL, json={"address": address})
    assert (refused.status_code, refused.json["code"]) == (422, "preferences.address-refused")
    assert post.taken == []


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [("550 no such user", 422, "preferences.address-refused"), ("450 busy", 503, "unavailable")],
)
def test_what_the_mail_server_says_is_told(mailing, post, answer, status, code):
    post.refused["RCPT"] = answer
    refused = mailing.put(URL, json={"address": ADDRESS})
    assert (refused.status_code, refused.json["code"]) == (status, code)


def test_codes_are_neither_mailed_nor_guessed_without_end(mailing, post):
    statuses = [mailing.put(URL, json={"address": ADDRESS}).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    wrong = f"{(int(code_in(post)) + 1) % 10**6:06d}"
    assert [mailing.post(CONFIRM, json={"code": wrong}).status_code for _ in range(6)] == [422] * 5 + [429]
