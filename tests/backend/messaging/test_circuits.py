from backend.messaging.circuits import Circuits
from config import policy

MANY = policy.MESSAGE_CIRCUIT_OPENS_AT


def test_a_channel_that_answers_nobody_is_left_alone():
    circuits = Circuits()
    assert [circuits.unanswered("sms", member) for member in range(MANY)] == [False] * (MANY - 1) + [True]
    assert circuits.unanswered("sms", 99)


def test_one_member_s_troubles_count_once_and_one_channel_s_do_not_touch_another():
    circuits = Circuits()
    assert not any(circuits.unanswered("sms", 1) for _ in range(99))
    assert not any(circuits.unanswered("e-mail", member) for member in range(1, MANY))


def test_an_answer_begins_the_count_anew():
    circuits = Circuits()
    for member in range(MANY):
        circuits.unanswered("sms", member)
    circuits.answered("sms")
    assert not circuits.unanswered("sms", 1)
