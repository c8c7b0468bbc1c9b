import hashlib
import hmac
import json

import pytest

from backend import lottery
from tests.factories.draws import AFTERWARDS, BEFORE, definition, gift, goods, make_draw, play
from tests.factories.members import make_identity, make_member
from tests.support.phone import member_client
from tests.support.statements import statements_on

DRAWS = "/api/mp/v1/draws"


@pytest.fixture
def draw(sessions):
    """A draw in which everybody wins while there is something."""
    with sessions.write.begin() as session:
        return make_draw(session, goods(stock=2), limits={"day": 3})


@pytest.fixture
def plays(draw):
    return f"{DRAWS}/{draw.id}/plays"


def test_the_anonymous_are_refused(client, draw):
    urls = (DRAWS, f"{DRAWS}/wins", *(f"{DRAWS}/{draw.id}{rest}" for rest in ("", "/plays", "/winners")))
    assert {client.get(url).status_code for url in urls} == {401}
    assert client.post(f"{DRAWS}/{draw.id}/plays").status_code == 401


def test_who_has_not_joined_may_look_but_not_play(app, sessions, draw, plays):
    with sessions.write.begin() as session:
        visitor = make_identity(session)
    phone = member_client(app, visitor)
    assert phone.get(DRAWS).json["items"][0]["mine"] is None
    assert phone.get(f"{DRAWS}/{draw.id}/winners").status_code == 200
    for reply in (phone.post(plays), phone.get(plays), phone.get(f"{DRAWS}/wins")):
        assert reply.json["code"] == "members.not-joined"


def test_a_draw_tells_its_odds_its_commitment_and_how_i_stand(phone, draw):
    prize = {"no": 1, "name": "咖啡壶", "kind": "goods", "odds": 1_000_000, "stock": 2, "fallback": False}
    nothing = {"no": 2, "name": "谢谢参与", "kind": "nothing", "odds": 0, "stock": None, "fallback": True}
    shown = {
        "id": str(draw.id),
        "code": draw.code,
        "title": "周年庆抽奖",
        "description": "",
        "phase": "open",
        "opens_at": "2026-03-01T01:00:00Z",
        "closes_at": "2026-03-08T01:00:00Z",
        "cost": {"kind": "points", "points": 10},
        "day_limit": 3,
        "limit": None,
        "tiers": None,
        "prizes": [{"points": None, "per_day": None, **one} for one in (prize, nothing)],
        "commitment": draw.commitment.hex(),
        "seed": None,
        "mine": {"allowed": True, "played": 0, "left": 3, "tickets": 0},
    }
    assert phone.get(DRAWS).json == {"items": [shown], "next_cursor": None}
    detail = phone.get(f"{DRAWS}/{draw.id}").json
    assert {name: detail[name] for name in shown} == shown
    assert hashlib.sha256(detail["rules"].encode()).hexdigest() == detail["rules_digest"]
    assert json.loads(detail["rules"])["prizes"][0]["odds"] == 1_000_000


def test_after_the_reveal_a_member_can_check_all_with_what_the_api_gave(app, member_id, phone, draw, plays, clock):
    """Reckoned with none of the product's code."""
    mine = [phone.post(plays).json for _ in range(3)]
    assert phone.get(f"{DRAWS}/{draw.id}").json["seed"] is None
    clock.set(AFTERWARDS)
    after = member_client(app, member_id).get(f"{DRAWS}/{draw.id}").json
    seed = bytes.fromhex(after["seed"])
    assert hashlib.sha256(seed).hexdigest() == after["commitment"]
    for one in mine:
        said = f"{one['draw_id']}:{one['player_id']}:{one['no']}:0"
        word = int.from_bytes(hmac.new(seed, said.encode(), hashlib.sha256).digest()[:8], "big")
        assert one["roll"] == word % 1_000_000


def test_plays_until_nothing_is_left(phone, draw, plays):
    first, second, third = (phone.post(plays) for _ in range(3))
    assert first.status_code == 201
    assert first.json == {
        "id": first.json["id"],
        "draw_id": str(draw.id),
        "player_id": first.json["player_id"],
        "no": 1,
        "roll": first.json["roll"],
        "rolled": 1,
        "given": 1,
        "prize": phone.get(DRAWS).json["items"][0]["prizes"][0],
        "fell_back": None,
        "pickup_code": first.json["pickup_code"],
        "pick_up_by": "2026-03-15T16:00:00Z",
        "played_at": "2026-03-01T01:00:00Z",
    }
    assert (third.json["given"], third.json["fell_back"], third.json["pickup_code"]) == (2, "sold-out", None)
    fourth = phone.post(plays)
    assert (fourth.status_code, fourth.json["code"]) == (409, "lottery.day-limit-reached")
    page = phone.get(plays, query_string={"limit": 2}).json
    rest = phone.get(plays, query_string={"limit": 2, "cursor": page["next_cursor"]}).json
    assert page["items"] + rest["items"] == [third.json, second.json, first.json]
    assert phone.get("/api/mp/v1/points").json["available"] == 70
    waiting = phone.get(f"{DRAWS}/wins").json["items"]
    assert [win["pickup_code"] for win in waiting] == [second.json["pickup_code"], first.json["pickup_code"]]
    winners = phone.get(f"{DRAWS}/{draw.id}/winners", query_string={"limit": 1}).json
    assert winners["items"] == [{"name": "小*", "prize_name": "咖啡壶", "played_at": "2026-03-01T01:00:00Z"}]
    assert winners["next_cursor"]


def test_with_a_key_a_repeat_is_no_second_play(phone, plays):
    first, again = (phone.post(plays, headers={"Idempotency-Key": "tap-1"}) for _ in range(2))
    assert (first.status_code, first.json) == (again.status_code, again.json)
    assert len(phone.get(plays).json["items"]) == 1


def test_plays_are_mine_alone(app, sessions, phone, plays):
    phone.post(plays)
    with sessions.write.begin() as session:
        stranger = make_member(session).id
    other = member_client(app, stranger)
    assert other.get(plays).json["items"] == other.get(f"{DRAWS}/wins").json["items"] == []


@pytest.mark.parametrize("rest", ["", "/plays", "/winners"])
def test_a_draft_is_shown_to_nobody(phone, sessions, rest):
    with sessions.write.begin() as session:
        draft_id = lottery.draft(session, definition(), by="anna", now=BEFORE).id
    assert phone.get(f"{DRAWS}/{draft_id}{rest}").json["code"] == "lottery.draw-unknown"
    assert phone.get(DRAWS).json["items"] == []


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"opens_at": "2026-03-02T01:00:00Z"}, 409, "lottery.not-open-yet"),
        ({"cost": {"kind": "ticket"}, "tickets": {"check_in": 1}}, 409, "lottery.no-ticket"),
        ({"cost": {"kind": "points", "points": 500}}, 409, "points.insufficient"),
        ({"tiers": ["gold"]}, 403, "lottery.tier-not-allowed"),
    ],
)
def test_refusals(phone, sessions, changes, status, code):
    with sessions.write.begin() as session:
        draw_id = make_draw(session, **changes).id
    reply = phone.post(f"{DRAWS}/{draw_id}/plays")
    assert (reply.status_code, reply.json["code"]) == (status, code)


def test_draws_are_paged_newest_first(phone, sessions):
    with sessions.write.begin() as session:
        ids = [str(make_draw(session).id) for _ in range(3)]
    page = phone.get(DRAWS, query_string={"limit": 2}).json
    rest = phone.get(DRAWS, query_string={"limit": 2, "cursor": page["next_cursor"]}).json
    assert [one["id"] for one in page["items"] + rest["items"]] == ids[::-1]


def test_few_statements_are_said(phone, sessions, engine, member_id):
    with sessions.write.begin() as session:
        draws = [make_draw(session, goods(stock=5), limits={"day": 9}), make_draw(session, gift(1, stock=1))]
        play(session, member_id, draws[0])
    counts = []
    for call in (lambda: phone.get(DRAWS), lambda: phone.post(f"{DRAWS}/{draws[0].id}/plays")):
        with statements_on(engine) as said:
            call()
        counts.append(len(said))
    assert counts[0] <= 4
    assert counts[1] <= 19
