import json

import pytest

from backend import members
from backend.kit.db import run
from tests.factories.members import make_identity
from tests.support.phone import member_client

URL = "/api/mp/v1/me/export"


def sections(reply):
    return {section["name"]: section["items"] for section in reply.json["sections"]}


def test_the_anonymous_and_who_has_not_joined_are_refused(client, app, sessions):
    assert client.get(URL).status_code == 401
    with sessions.write.begin() as session:
        visitor = make_identity(session)
    reply = member_client(app, visitor).get(URL)
    assert (reply.status_code, reply.json["code"]) == (403, "members.not-joined")


def test_all_that_is_stored_is_told_as_a_file(phone, member_id):
    phone.post("/api/mp/v1/check-ins")
    reply = phone.get(URL)
    assert (reply.status_code, reply.mimetype) == (200, "application/json")
    assert reply.headers["Content-Disposition"] == 'attachment; filename="baihui-20260301T010000Z.json"'
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.json["exported_at"] == "2026-03-01T01:00:00.000000Z"
    told = sections(reply)
    assert told["members"][0]["id"] == str(member_id)
    assert [row["day"] for row in told["check_ins"]] == ["2026-03-01"]
    assert "mall_orders" not in told


def test_more_than_a_page_is_told_whole(phone, monkeypatch):
    monkeypatch.setattr("miniprogram_api.export.ROWS_AT_ONCE", 1)
    phone.post("/api/mp/v1/check-ins")
    assert len(sections(phone.get(URL))["point_entries"]) == 2  # for joining and for coming


def test_titles_are_for_people(phone):
    assert "会员资料" in {section["title"] for section in phone.get(URL).json["sections"]}
    assert "会员资料".encode() in phone.get(URL).data  # not escaped


def test_a_blocked_member_may_ask_too(phone, sessions, member_id):
    run(sessions.write, lambda session: members.block(session, member_id))
    assert phone.get(URL).status_code == 200


def test_who_asks_again_and_again_is_asked_to_wait(phone):
    assert [phone.get(URL).status_code for _ in range(6)] == [200] * 5 + [429]


@pytest.mark.parametrize("secret", ["token", "_digest", "_index", "fingerprint", "_sealed", "decided_by"])
def test_what_is_secret_or_somebody_else_s_has_no_name_in_it(phone, secret):
    assert f'{secret}"' not in json.dumps(phone.get(URL).json)
