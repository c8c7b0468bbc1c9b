from datetime import timedelta

import pytest

from backend.kit.db import run
from tests.factories.families import allow_transfers
from tests.factories.members import make_identity, make_member
from tests.support.phone import member_client

URL = "/api/mp/v1/family"
GIFTS = f"{URL}/transfers"


@pytest.fixture
def relative_id(sessions):
    return run(sessions.write, lambda session: make_member(session, nickname="李明")).id


@pytest.fixture
def relative(app, relative_id):
    """The phone of somebody else."""
    return member_client(app, relative_id)


@pytest.fixture
def family(phone, relative):
    """Both in one family, whose owner is `phone`."""
    assert phone.post(URL).status_code == 201
    code = phone.post(f"{URL}/invitations").json["code"]
    assert relative.post(f"{URL}/memberships", json={"code": code}).status_code == 201


def calls(phone):
    return [
        phone.get(URL),
        phone.post(URL),
        phone.delete(URL),
        phone.post(f"{URL}/invitations"),
        phone.post(f"{URL}/memberships", json={"code": "X"}),
        phone.delete(f"{URL}/memberships/1"),
        phone.post(GIFTS, json={"to_member_id": "1", "points": 10}),
        phone.get(GIFTS),
    ]


def test_the_anonymous_are_refused(client):
    assert [reply.status_code for reply in calls(client)] == [401] * 8


def test_who_has_not_joined_is_refused(app, sessions):
    with sessions.write.begin() as session:
        visitor = make_identity(session)
    replies = calls(member_client(app, visitor))
    assert [reply.json["code"] for reply in replies] == ["members.not-joined"] * 8


def test_who_is_in_no_family(phone):
    for reply in (
        phone.get(URL),
        phone.delete(URL),
        phone.post(f"{URL}/invitations"),
        phone.delete(f"{URL}/memberships/1"),
    ):
        assert (reply.status_code, reply.json["code"]) == (404, "families.none")
    unknown = phone.post(f"{URL}/memberships", json={"code": "NO-SUCH-CODE"})
    assert (unknown.status_code, unknown.json["code"]) == (404, "families.invitation-invalid")


def test_a_family_is_shown_with_masked_names(phone, family, member_id, relative_id):
    shown = phone.get(URL).json
    assert shown["transfers"] == {"enabled": False, "min_points": 100, "day_cap_points": 2000, "left_today": 2000}
    assert shown["most_members"] == 6
    assert {one["member_id"]: (one["name"], one["is_owner"], one["is_me"]) for one in shown["members"]} == {
        str(member_id): ("小*", True, True),
        str(relative_id): ("李*", False, False),
    }
    assert {one["receives_from"] for one in shown["members"]} == {"2026-03-08T01:00:00Z"}


def test_an_invitation_works_once_and_for_a_day(phone, relative, app, sessions, clock):
    phone.post(URL)
    reply = phone.post(f"{URL}/invitations")
    assert (reply.status_code, reply.json["expires_at"]) == (201, "2026-03-02T01:00:00Z")
    late = phone.post(f"{URL}/invitations").json["code"]
    assert relative.post(f"{URL}/memberships", json={"code": reply.json["code"]}).status_code == 201
    third = member_client(app, run(sessions.write, make_member).id)
    assert third.post(f"{URL}/memberships", json={"code": reply.json["code"]}).status_code == 404
    clock.move(timedelta(days=1))
    assert third.post(f"{URL}/memberships", json={"code": late}).status_code == 404


def test_codes_cannot_be_guessed_for_long(phone):
    guesses = [phone.post(f"{URL}/memberships", json={"code": f"GUESS{number}"}) for number in range(11)]
    assert guesses[-1].status_code == 429
    assert guesses[0].status_code == 404


def test_leaving_removing_dissolving(phone, relative, family, member_id, relative_id):
    assert relative.delete(URL).json["code"] == "families.not-owner"
    assert phone.delete(f"{URL}/memberships/{member_id}").json["code"] == "families.owner-stays"
    assert relative.delete(f"{URL}/memberships/{relative_id}").status_code == 204
    assert phone.delete(f"{URL}/memberships/{relative_id}").json["code"] == "families.member-unknown"
    assert phone.delete(URL).status_code == 204
    assert phone.get(URL).status_code == 404


def test_nothing_passes_until_the_house_allows_it(phone, family, relative_id):
    reply = phone.post(GIFTS, json={"to_member_id": str(relative_id), "points": 100})
    assert (reply.status_code, reply.json["code"]) == (403, "families.transfers-off")


def test_a_gift_passes_once_and_both_see_it(phone, relative, family, sessions, relative_id):
    run(sessions.write, allow_transfers)
    body, key = {"to_member_id": str(relative_id), "points": 30}, {"Idempotency-Key": "gift-1"}
    replies = [phone.post(GIFTS, json=body, headers=key) for _ in range(2)]
    assert [reply.status_code for reply in replies] == [201, 201]
    assert replies[0].json == replies[1].json
    gift = replies[0].json
    assert {name: gift[name] for name in ("given", "name", "points", "at")} == {
        "given": True,
        "name": "李*",
        "points": 30,
        "at": "2026-03-01T01:00:00Z",
    }
    assert phone.get(GIFTS).json == {"items": [gift], "next_cursor": None}
    assert relative.get(GIFTS).json["items"] == [{**gift, "given": False, "name": "小*"}]
    assert [one.get("/api/mp/v1/points").json["available"] for one in (phone, relative)] == [70, 130]
    assert phone.get(URL).json["transfers"]["left_today"] == 1970


@pytest.mark.parametrize(
    ("points", "status", "code"),
    [(9, 422, "families.too-few"), (101, 409, "points.insufficient"), (2001, 409, "families.day-cap-reached")],
)
def test_a_gift_that_is_refused_moves_nothing(phone, family, sessions, relative_id, points, status, code):
    run(sessions.write, allow_transfers)
    reply = phone.post(GIFTS, json={"to_member_id": str(relative_id), "points": points})
    assert (reply.status_code, reply.json["code"]) == (status, code)
    assert phone.get("/api/mp/v1/points").json["available"] == 100


@pytest.mark.parametrize(
    "body", [{"points": 10}, {"to_member_id": 1, "points": 10}, {"to_member_id": "1", "points": 0}]
)
def test_what_is_no_gift(phone, body):
    assert phone.post(GIFTS, json=body).status_code == 422


def test_gifts_are_paged(phone, family, sessions, relative_id):
    run(sessions.write, allow_transfers)
    for points in (10, 11, 12):
        phone.post(GIFTS, json={"to_member_id": str(relative_id), "points": points})
    first = phone.get(GIFTS, query_string={"limit": 2}).json
    assert [gift["points"] for gift in first["items"]] == [12, 11]
    rest = phone.get(GIFTS, query_string={"limit": 2, "cursor": first["next_cursor"]}).json
    assert ([gift["points"] for gift in rest["items"]], rest["next_cursor"]) == ([10], None)
