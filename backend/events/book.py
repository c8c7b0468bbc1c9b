"""The document that says what an event is; each change of it is a version."""

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from backend.events.rules import Kind
from backend.kit.schema import Instant, Schema

MOST_SESSIONS: Final = 50
MOST_QUESTIONS: Final = 20
MOST_PLACES: Final = 1_000_000
LONGEST_SESSION: Final = timedelta(days=31)

Code = Annotated[str, StringConstraints(pattern=r"^[0-9a-z][0-9a-z-]{0,31}$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
StoreCode = Annotated[str, StringConstraints(min_length=1, max_length=32)]
Html = Annotated[str, StringConstraints(max_length=60_000)]
Link = Annotated[str, StringConstraints(pattern=r"^https://[^\s\"'<>]{1,480}$")]
Picture = Annotated[
    str, StringConstraints(pattern=r"^(?:|/media/[0-9a-f]{64}/[0-9]{2,4}\.(?:jpg|png)|https://[^\s\"'<>]{1,480})$")
]
Amount = Annotated[int, Field(strict=True, ge=0, le=10**6)]
Hours = Annotated[int, Field(strict=True, ge=0, le=24 * 60)]
Places = Annotated[int, Field(strict=True, ge=1, le=MOST_PLACES)]
Options = Annotated[tuple[Name, ...], Field(min_length=2, max_length=30)]


class Question(Schema):
    """Something that the form asks. A choice takes one of its options, multiple any of them; a text has a longest
    length, a number a smallest and a largest.
    """

    key: Code
    label: Name
    kind: Literal["text", "choice", "multiple", "phone", "number"]
    required: bool = False
    options: Options | None = None
    longest: Annotated[int, Field(strict=True, ge=1, le=500)] = 100
    least: int = 0
    most: int = 10**9


class Terms(Schema):
    """How members register: while `opens_at <= now < closes_at`, tiers with early access so many hours before.

    A head costs `points`, held from the registration on and spent at attendance, or when the deadline to cancel has
    passed (`capture`). Until `cancel_hours` before the beginning cancelling is free; later it is refused, or forfeits
    the points (`late_cancel`). Of who stays away they are spent or come back. `coupon` is given for registering.
    """

    opens_at: Instant
    closes_at: Instant
    early_access: Annotated[dict[Code, Hours], Field(max_length=50, default_factory=dict)]
    points: Amount = 0
    companions: Annotated[int, Field(strict=True, ge=0, le=20)] = 0
    waiting_list: bool = True
    once: Literal["session", "event"] = "session"
    cancel_hours: Hours = 24
    late_cancel: Literal["refused", "forfeit"] = "refused"
    capture: Literal["attendance", "deadline"] = "attendance"
    no_show_points: Literal["spent", "returned"] = "spent"
    questions: Annotated[tuple[Question, ...], Field(max_length=MOST_QUESTIONS)] = ()
    coupon: Code | None = None


class SessionPlan(Schema):
    """A time and a place, at a store or elsewhere, for so many heads (null: for all who want). `link` is where a live
    stream is shown.
    """

    key: Code
    title: Annotated[str, StringConstraints(max_length=40)] = ""
    store: StoreCode | None = None
    place: Name
    starts_at: Instant
    ends_at: Instant
    capacity: Places | None = None
    link: Link | None = None


class Reward(Schema):
    """What who comes is given."""

    points: Amount = 0
    coupon: Code | None = None


class Survey(Schema):
    """Who came is asked how it was, for so many days, and given points for the answer."""

    points: Amount = 0
    days: Annotated[int, Field(strict=True, ge=1, le=90)] = 7


class EventBook(Schema):
    """An event. Without `registration` it is only shown, as a member day is; `tiers` says who may register."""

    code: Code
    kind: Kind
    title: Name
    summary: Annotated[str, StringConstraints(max_length=100)] = ""
    description: Html = ""
    picture_url: Picture = ""
    tiers: Annotated[tuple[Code, ...], Field(min_length=1, max_length=50)] | None = None
    registration: Terms | None = None
    sessions: Annotated[tuple[SessionPlan, ...], Field(min_length=1, max_length=MOST_SESSIONS)]
    attendance: Reward = Reward()
    survey: Survey | None = None

    @model_validator(mode="after")
    def _sound(self) -> Self:
        # what was published is read by this, too: what is to be refused from now on belongs into `drafting`
        found = [*_wrong_sessions(self), *_wrong_terms(self), *_wrong_questions(self)]
        if found:
            raise ValueError("；".join(found))
        return self


def canonical(definition: dict[str, Any]) -> str:
    """The one text of a definition: JSON, keys sorted, no blanks."""
    return json.dumps(definition, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def parsed(definition: dict[str, Any]) -> EventBook:
    """The model of a stored definition; equal definitions are read once. Raises pydantic's ValidationError."""
    return _parsed(canonical(definition))


@lru_cache(maxsize=128)
def _parsed(text: str) -> EventBook:
    return EventBook.model_validate_json(text)


def _wrong_sessions(book: EventBook) -> Iterator[str]:
    keys = [plan.key for plan in book.sessions]
    yield from (f"场次 {key} 重复" for key in sorted(set(keys)) if keys.count(key) > 1)
    for plan in book.sessions:
        if not plan.starts_at < plan.ends_at <= plan.starts_at + LONGEST_SESSION:
            yield f"场次 {plan.key}：ends_at 须晚于 starts_at，且不超过 {LONGEST_SESSION.days} 天"
        if plan.link is not None and book.kind != "live":
            yield f"场次 {plan.key}：仅直播活动可填 link"


def _wrong_terms(book: EventBook) -> Iterator[str]:
    terms = book.registration
    if terms is None:
        if book.attendance != Reward() or book.survey is not None:
            yield "不设报名的活动没有 attendance 与 survey"
        return
    if not terms.opens_at < terms.closes_at:
        yield "registration：closes_at 须晚于 opens_at"
    if terms.closes_at > max(plan.ends_at for plan in book.sessions):
        yield "registration：closes_at 不能晚于最后一场结束"
    if terms.coupon is not None and terms.waiting_list:
        yield "registration：报名即赠券的活动不设候补（waiting_list 须为 false）"


def _wrong_questions(book: EventBook) -> Iterator[str]:
    questions = book.registration.questions if book.registration else ()
    keys = [question.key for question in questions]
    yield from (f"问题 {key} 重复" for key in sorted(set(keys)) if keys.count(key) > 1)
    for question in questions:
        chosen = question.kind in {"choice", "multiple"}
        if chosen != (question.options is not None):
            yield f"问题 {question.key}：options 须且仅须为 choice 与 multiple 填写"
        if question.options and len(set(question.options)) < len(question.options):
            yield f"问题 {question.key}：options 有重复"
        if question.least > question.most:
            yield f"问题 {question.key}：least 不能大于 most"
