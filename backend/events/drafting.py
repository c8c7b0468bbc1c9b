from collections.abc import Iterator
from typing import Any, Final

from pydantic import ValidationError

from backend.events.book import EventBook, Terms
from backend.events.errors import DefinitionRefused
from backend.kit.definitions import faults

AGREED: Final = ("points", "once", "cancel_hours", "late_cancel", "capture", "no_show_points", "coupon")
"""What members have agreed to by registering: it stays as it was published."""


def checked(definition: dict[str, Any]) -> EventBook:
    """The event that a definition says. Raises DefinitionRefused, which tells what is wrong with it."""
    try:
        book = EventBook.model_validate(definition)
    except ValidationError as error:
        raise DefinitionRefused(why=faults(error)) from error
    if book.kind == "live" and all(plan.link is None for plan in book.sessions):
        raise DefinitionRefused(why="直播活动须填 link")
    return book


def check_change(before: EventBook, after: EventBook) -> None:
    """Whether a published event may say something else. Raises DefinitionRefused."""
    if found := [*_changed(before, after)]:
        raise DefinitionRefused(why="；".join(found))


def _changed(before: EventBook, after: EventBook) -> Iterator[str]:
    if before.kind != after.kind:
        yield "kind 发布后不能更改"
    gone = [plan.key for plan in before.sessions if plan.key not in {kept.key for kept in after.sessions}]
    yield from (f"场次 {key} 不能删除，请使用取消场次" for key in gone)
    old, new = before.registration, after.registration
    if (old is None) != (new is None):
        yield "registration 发布后不能增删"
    elif old is not None and new is not None:
        yield from _changed_terms(old, new)


def _changed_terms(old: Terms, new: Terms) -> Iterator[str]:
    for name in AGREED:
        if getattr(old, name) != getattr(new, name):
            yield f"registration.{name} 发布后不能更改"
