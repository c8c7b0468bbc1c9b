from datetime import time
from typing import Annotated, Literal

from pydantic import Field

from backend import preferences
from backend.kit.calls import db, now
from backend.kit.openapi import problems
from backend.kit.paging import decode_int_cursor, encode_cursor
from backend.kit.schema import IdText, Instant, PageQuery, Schema
from backend.preferences import HOUSE_QUIET, TOPICS, WAYS, QuietHours
from miniprogram_api.auth import resource, signed_in_member

HERE = "mini-program"

api = resource("preferences")

TopicName = Literal["points", "tiers", "coupons", "exchanges", "events", "account", "greetings", "campaigns"]
Way = Literal["official-account", "mini-program", "sms", "e-mail"]
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class QuietHoursBody(Schema):
    """From one time of the shop's day until another, over midnight where the second is earlier."""

    since: Clock
    until: Clock


class TopicOut(Schema):
    """What messages are about, and by which ways I want them. The inbox always has everything."""

    topic: str
    kind: Literal["service", "marketing"]
    title: str
    wanted: dict[Way, bool]


class MailOut(Schema):
    """My mail address, masked: the one in use, and the one that waits for its code."""

    in_use: str | None
    asked: str | None


class PreferencesOut(Schema):
    """What I want to be told, by which way and when not. `quiet_hours` is null where I want no quiet."""

    topics: list[TopicOut]
    quiet_hours: QuietHoursBody | None
    quiet_hours_of_house: QuietHoursBody
    mail: MailOut


class ChoiceIn(Schema):
    """Whether I want a topic by a way. Without `topic` all of a `kind`; without `way` all ways."""

    topic: TopicName | None = None
    kind: Literal["service", "marketing"] | None = None
    way: Way | None = None
    wanted: bool


class PreferencesIn(Schema):
    """What to change; what is left out stays. Later choices win over earlier ones. `quiet_hours` null: no quiet."""

    choices: Annotated[tuple[ChoiceIn, ...], Field(max_length=64)] = ()
    quiet_hours: QuietHoursBody | None = None


class ChangeOut(Schema):
    """A change of what I want, as it was written down: `what` is TOPIC/WAY, quiet-hours or e-mail."""

    id: IdText
    what: str
    value: str
    source: str
    at: Instant


class ChangesOut(Schema):
    """A page of changes, newest first."""

    items: list[ChangeOut]
    next_cursor: str | None


@api.get("/me/preferences", responses={200: PreferencesOut})
def show() -> PreferencesOut:
    """What I want to be told."""
    return _shown(signed_in_member())


@api.put("/me/preferences", responses={200: PreferencesOut})
def change(body: PreferencesIn) -> PreferencesOut:
    """Change what I want to be told."""
    member_id = signed_in_member()
    wanted = {pair: choice.wanted for choice in body.choices for pair in _pairs(choice)}
    if wanted:
        preferences.choose(db(), member_id, wanted, source=HERE, now=now())
    if "quiet_hours" in body.model_fields_set:
        preferences.keep_quiet(db(), member_id, _hours(body.quiet_hours), source=HERE, now=now())
    db().flush()  # what is shown is read by columns
    return _shown(member_id)


@api.get("/me/preferences/changes", responses={200: ChangesOut} | problems(400))
def changes(query: PageQuery) -> ChangesOut:
    """All that was changed of it, by whom and when."""
    member_id, before = signed_in_member(), decode_int_cursor(query.cursor)
    found = preferences.changes(db(), member_id, before_id=before, limit=query.limit + 1)
    page = found[: query.limit]
    return ChangesOut(
        items=[ChangeOut.model_validate(one) for one in page],
        next_cursor=encode_cursor(page[-1].id) if len(found) > len(page) else None,
    )


def _shown(member_id: int) -> PreferencesOut:
    refused = preferences.refusals(db(), [member_id])[member_id]
    mail = preferences.mail_address(db(), member_id)
    hours = preferences.quiet_hours(db(), [member_id])[member_id]
    return PreferencesOut(
        topics=[
            TopicOut(
                topic=name,
                kind="marketing" if topic.kind == preferences.MARKETING else "service",
                title=topic.title,
                wanted={way: (name, way) not in refused for way in WAYS},
            )
            for name, topic in TOPICS.items()
        ],
        quiet_hours=_hours_out(hours) if hours else None,
        quiet_hours_of_house=_hours_out(HOUSE_QUIET),
        mail=MailOut.model_validate(mail),
    )


def _pairs(choice: ChoiceIn) -> list[preferences.Pair]:
    topics = [
        name for name, topic in TOPICS.items() if choice.topic in {None, name} and choice.kind in {None, topic.kind}
    ]
    return [(topic, way) for topic in topics for way in WAYS if choice.way in {None, way}]


def _hours(given: QuietHoursBody | None) -> QuietHours | None:
    if given is None:
        return None
    if given.since == given.until:
        raise preferences.QuietHoursRefused
    return QuietHours(time.fromisoformat(given.since), time.fromisoformat(given.until))


def _hours_out(hours: QuietHours) -> QuietHoursBody:
    return QuietHoursBody(since=f"{hours.since:%H:%M}", until=f"{hours.until:%H:%M}")
