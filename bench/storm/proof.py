"""What must be true of the messages when the storm is over."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import select

from backend.messaging.models import Message
from backend.messaging.rules import Status
from backend.runtime import Runtime
from bench.storm.place import Phone, WeChat

SHOWN: dict[str, range] = {
    Status.SENT: range(1, 2),
    Status.DOUBTFUL: range(2),
    Status.UNREACHABLE: range(1),
    Status.DEAD: range(1),
    Status.SKIPPED: range(1),
}
"""How often a phone may show a message that ended so."""


def endings(runtime: Runtime) -> Counter[str]:
    """How many messages are in which state."""
    with runtime.sessions.read() as session:
        return Counter(session.scalars(select(Message.status)))


def faults(runtime: Runtime, wechat: WeChat, phones: Sequence[Phone], decided: int) -> list[str]:
    """What is not as it must be: a message lost, shown twice, shown although it was not, or out of its order."""
    told: defaultdict[int, dict[int, str]] = defaultdict(dict)
    with runtime.sessions.read() as session:
        for member_id, words, status in session.execute(select(Message.member_id, Message.words, Message.status)):
            told[member_id][int(words["points"])] = status
    found = [] if sum(map(len, told.values())) == decided else [f"{decided} were decided, {told} are there"]
    for phone in phones:
        found += of_phone(told[phone.member_id], _shown(wechat, phone))
    return found


def of_phone(told: dict[int, str], shown: Sequence[int]) -> Iterator[str]:
    """What is wrong with one phone: how each message ended by its number, and the numbers that it shows in order."""
    times = Counter(shown)
    for number, status in told.items():
        if status not in SHOWN:
            yield f"message {number} has not ended: {status}"
        elif times[number] not in SHOWN[status]:
            yield f"message {number} is {status} and was shown {times[number]} times"
    if list(dict.fromkeys(shown)) != sorted(times):
        yield f"a phone shows {shown}"


def _shown(wechat: WeChat, phone: Phone) -> list[int]:
    items = wechat.get(f"users/{phone.user_id}/messages")
    return [int(item["fields"][0]["value"]) for item in items if item["kind"] == "template"]
