import pytest
from pydantic import ValidationError

from backend.events.book import EventBook, canonical, parsed
from tests.factories.events import ENDS, STARTS, definition, plan

AGE = {"key": "age", "label": "年龄", "kind": "number"}
CHOICE = {"key": "size", "label": "尺码", "kind": "choice", "options": ["S", "M"]}


def fault(told):
    with pytest.raises(ValidationError) as refused:
        EventBook.model_validate(told)
    return str(refused.value)


def test_a_definition_is_read_back_as_it_was_written():
    book = EventBook.model_validate(definition(terms={"questions": [CHOICE], "early_access": {"gold": 24}}))
    again = parsed(book.model_dump(mode="json"))
    assert again == book
    assert parsed(book.model_dump(mode="json")) is again
    assert canonical({"b": "活动", "a": 1}) == '{"a":1,"b":"活动"}'


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (definition(plan(), plan()), "场次 one 重复"),
        (definition(plan(ends_at=STARTS.isoformat())), "ends_at 须晚于"),
        (definition(plan(link="https://live.example/1")), "仅直播活动"),
        (definition(registration=None, survey={}), "不设报名的活动"),
        (definition(terms={"opens_at": STARTS.isoformat()}), "closes_at 须晚于"),
        (definition(terms={"closes_at": "2026-03-08T00:00:00+08:00"}), "不能晚于最后一场"),
        (definition(terms={"coupon": "gift"}), "不设候补"),
        (definition(terms={"questions": [CHOICE, CHOICE]}), "问题 size 重复"),
        (definition(terms={"questions": [CHOICE | {"options": None}]}), "options 须且仅须"),
        (definition(terms={"questions": [CHOICE | {"options": ["S", "S"]}]}), "options 有重复"),
        (
            definition(terms={"questions": [{"key": "a", "label": "年龄", "kind": "number", "least": 9, "most": 8}]}),
            "least",
        ),
        (definition(kind="party"), "kind"),
        (definition(picture_url="javascript:alert(1)"), "picture_url"),
        (definition(plan(capacity=0)), "capacity"),
        (definition(colour="red"), "colour"),
    ],
)
def test_what_does_not_fit_together_is_refused(told, words):
    assert words in fault(told)


def test_an_event_may_end_with_its_registration():
    assert EventBook.model_validate(definition(terms={"closes_at": ENDS.isoformat()}))
