from backend.wechat.simulator import chat
from tests.support.simulator import RunningSimulator, User


def test_what_comes_after_is_asked_for_by_id(simulator: RunningSimulator, follower: User):
    simulator.say(follower, "积分")
    first, second = simulator.messages(follower)
    after = simulator.get(f"users/{follower.id}/messages", after=str(first["id"]))
    assert after == {"items": [second], "follows": True}
    assert second["text"] == "积分"


def test_the_latest_are_shown_when_there_are_too_many(simulator: RunningSimulator, follower: User):
    for number in range(chat.PAGE + 5):
        simulator.say(follower, str(number))
    shown = [message["text"] for message in simulator.messages(follower)]
    assert len(shown) == chat.PAGE
    assert (shown[0], shown[-1]) == ("5", str(chat.PAGE + 4))


def test_each_phone_shows_its_own_chat(simulator: RunningSimulator, follower: User):
    other = simulator.new_user()
    simulator.say(follower, "积分")
    assert simulator.messages(other) == []
