import pytest

from backend.partners.gateway import Answer, Call, step


class Scripted:
    """A partner that answers what it is told to, and keeps what it was asked."""

    def __init__(self, **answers):
        self.answers, self.asked = answers, []

    def prepare(self, call):
        return self._say("prepare")

    def confirm(self, call):
        return self._say("confirm")

    def state(self, call):
        return self._say("state")

    def _say(self, what):
        self.asked.append(what)
        return Answer(self.answers[what])


def call(status, tries):
    return Call(1, 2, status, tries, "r", "m", 60, 30)


@pytest.mark.parametrize(
    ("status", "tries", "state", "asked"),
    [
        ("held", 1, None, ["prepare"]),
        ("held", 2, "unknown", ["state", "prepare"]),
        ("held", 2, "prepared", ["state"]),
        ("held", 2, "doubt", ["state"]),
        ("prepared", 1, None, ["confirm"]),
        ("prepared", 2, "prepared", ["state", "confirm"]),
        ("prepared", 2, "confirmed", ["state"]),
        ("prepared", 2, "refused", ["state"]),
        ("prepared", 2, "unknown", ["state"]),
        ("prepared", 2, "doubt", ["state"]),
    ],
)
def test_who_was_asked_before_is_asked_first_what_it_did(status, tries, state, asked):
    gateway = Scripted(prepare="prepared", confirm="confirmed", state=state)
    step(gateway, call(status, tries), held="held")
    assert gateway.asked == asked
