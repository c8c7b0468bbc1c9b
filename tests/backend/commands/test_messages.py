from sqlalchemy import update

from backend.messaging.models import Message
from tests.factories.members import make_member


def _welcomed(sessions):
    with sessions.write.begin() as session:
        make_member(session)


def test_preview_shows_a_message_with_its_sample(flask):
    lines = flask("messages", "preview", "points_earned").stdout
    assert "积分到账通知" in lines
    assert "1688" in lines


def test_preview_of_an_unknown_message_names_the_known(flask):
    result = flask("messages", "preview", "nothing")
    assert result.exit_code == 2
    assert "'tier_reached'" in result.stderr


def test_deliver_says_what_became_of_what_was_due(answer, sessions):
    _welcomed(sessions)
    assert answer("messages", "deliver") == [{"status": "unreachable", "attempts": 1}]
    assert answer("messages", "deliver") == []


def test_dead_letter_is_listed_and_sent_again_when_told(answer, sessions):
    _welcomed(sessions)
    with sessions.write.begin() as session:
        session.execute(update(Message).values(status="dead", error="47003"))
    (letter,) = answer("messages", "dead-letters")
    assert (letter["template"], letter["error"]) == ("points_earned", "47003")
    assert answer("messages", "requeue", letter["id"])["status"] == "waiting"
    assert answer("messages", "dead-letters") == []


def test_requeue_of_nothing(flask):
    result = flask("messages", "requeue", 1)
    assert result.exit_code == 1
    assert "(messages.unknown)" in result.stderr
