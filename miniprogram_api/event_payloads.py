from typing import Annotated, Literal

from pydantic import Field

from backend import events
from backend.kit.schema import IdIn, IdText, Instant, PageQuery, Schema
from miniprogram_api.checkin import Month

Text = Annotated[str, Field(max_length=500)]


class EventPath(Schema):
    id: IdText


class SessionPath(Schema):
    id: IdText
    session_id: IdText


class EventsQuery(PageQuery):
    """Which events: of a kind, with a session at a store, with something in a month."""

    kind: events.Kind | None = None
    store_id: IdText | None = None
    month: Month | None = None


class MineQuery(Schema):
    """For which session, where I registered for several."""

    session_id: IdText | None = None


class MyOut(Schema):
    """My registration for a session. `position` counts who waits before me. Coming in takes `number`, or the rotating
    code of the event's detail. `cancels_free` says whether I could give it up now and have the points back.
    """

    id: IdText
    session_id: IdText
    status: events.Status
    companions: int
    points: int
    points_state: Literal["none", "held", "spent", "returned"]
    number: str
    position: int | None
    cancels_free: bool
    registered_at: Instant
    attended_at: Instant | None
    reason: str | None


class SessionOut(Schema):
    """A time and a place. `left` is how many may still come (null: as many as want), `waiting` how many wait. `link` is
    shown to who has registered for a live stream, from half an hour before it begins.
    """

    id: IdText
    title: str
    store_id: IdText | None
    place: str
    starts_at: Instant
    ends_at: Instant
    cancel_until: Instant
    capacity: int | None
    left: int | None
    waiting: int
    status: events.SessionStatus
    reason: str | None
    link: str | None


class EventOut(Schema):
    """An event. `my_status` is that of my newest registration, null where I have none."""

    id: IdText
    code: str
    kind: events.Kind
    title: str
    summary: str
    picture_url: str
    status: events.EventStatus
    starts_at: Instant
    ends_at: Instant
    registers: bool
    points: int
    my_status: events.Status | None


class EventsOut(Schema):
    """A page of events, the next first."""

    items: list[EventOut]
    next_cursor: str | None


class QuestionOut(Schema):
    """Something that the form asks."""

    key: str
    label: str
    kind: Literal["text", "choice", "multiple", "phone", "number"]
    required: bool
    options: list[str] | None
    longest: int
    least: int
    most: int


class RegistrationTermsOut(Schema):
    """How one registers: `opens_at` for me, which is null where my tier is not asked. Each head costs `points`, held at
    once and also while waiting.
    """

    opens_at: Instant | None
    closes_at: Instant
    points: int
    companions: int
    waiting_list: bool
    once: Literal["session", "event"]
    late_cancel: Literal["refused", "forfeit"]
    capture: Literal["attendance", "deadline"]
    no_show_points: Literal["spent", "returned"]
    questions: list[QuestionOut]


class EventCodeOut(Schema):
    """What my phone shows to staff, for a minute."""

    registration_id: IdText
    code: str
    expires_at: Instant


class EventDetailOut(EventOut):
    """An event with its full text in HTML, its sessions, how one registers, and my registrations, the newest first."""

    description: str
    reason: str | None
    tiers: list[str] | None
    sessions: list[SessionOut]
    registration: RegistrationTermsOut | None
    mine: list[MyOut]
    codes: list[EventCodeOut]
    asks_until: Instant | None


class RegistrationIn(Schema):
    """For which session, with how many companions, and what I answer to the form."""

    session_id: IdIn
    companions: Annotated[int, Field(strict=True, ge=0, le=20)] = 0
    answers: Annotated[
        dict[Annotated[str, Field(max_length=32)], Text | int | Annotated[list[Text], Field(max_length=30)]],
        Field(max_length=20, default_factory=dict),
    ]


class SiteCodeIn(Schema):
    """What the screen on site shows."""

    code: Annotated[str, Field(pattern=r"^[0-9]{30}$")]


class FeedbackIn(Schema):
    """How it was, in stars and words."""

    rating: Annotated[int, Field(strict=True, ge=1, le=5)]
    comment: Text = ""


class FeedbackOut(Schema):
    """What I said."""

    rating: int
    comment: str
    given_at: Instant


class RegistrationOut(MyOut):
    """A registration with what it is for."""

    event_id: IdText
    event_title: str
    event_kind: events.Kind
    place: str
    starts_at: Instant
    ends_at: Instant


class RegistrationsOut(Schema):
    """A page of my registrations, newest first."""

    items: list[RegistrationOut]
    next_cursor: str | None
