import pytest

from backend import lottery
from tests.factories.draws import goods, make_draw, play
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.till import open_till

HAND_OUT = "/draws/wins/hand-out"
REVERSE = f"{HAND_OUT}/reverse"


@pytest.fixture
def till(app):
    return open_till(app)


@pytest.fixture
def code(sessions):
    with sessions.write.begin() as session:
        member_id = make_member(session).id
        play(session, member_id, make_draw(session, goods()))
        return lottery.wins(session, member_id, now=MORNING, limit=1)[0].pickup_code


def test_who_may_not_hand_out_prizes(client, app):
    assert client.post(f"/api/pos/v1{HAND_OUT}", json={"code": "1234"}).status_code == 401
    other = open_till(app, scopes=frozenset({"mall"}))
    for path in (HAND_OUT, REVERSE):
        assert other.post(path, {"code": "1234"}).json["code"] == "pos.out-of-scope"


@pytest.mark.parametrize("body", [{}, {"code": "12"}, {"code": "abcdef"}, {"code": 123456}, {"code": "1234", "x": 1}])
def test_a_body_is_checked(till, body):
    assert till.post(HAND_OUT, body).status_code == 422


def test_a_prize_is_handed_over_once_and_taken_back(app, till, code):
    waiting = {"draw_title": "周年庆抽奖", "prize_name": "咖啡壶", "pick_up_by": "2026-03-15T16:00:00Z"}
    for _ in range(2):
        reply = till.post(HAND_OUT, {"code": code})
        assert (reply.status_code, reply.json) == (200, waiting | {"handed_at": "2026-03-01T01:00:00Z"})
    other = open_till(app)
    assert other.post(HAND_OUT, {"code": code}).json["code"] == "lottery.handed-out-elsewhere"
    assert other.post(REVERSE, {"code": code}).json["code"] == "lottery.not-handed-out"
    assert till.post(REVERSE, {"code": code}).json == waiting | {"handed_at": None}
    assert other.post(HAND_OUT, {"code": code}).status_code == 200


def test_guessing_is_stopped(till, code):
    replies = [till.post(HAND_OUT, {"code": f"{number:012d}"}) for number in range(21)]
    assert {reply.json["code"] for reply in replies[:20]} == {"lottery.win-unknown"}
    assert replies[20].status_code == 429
