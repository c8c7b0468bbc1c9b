from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

SAME_ANSWER: Final = timedelta(seconds=10)
"""Two tellings of one answer lie no further apart: WeChat's clock, ours, and the way of a phone's report."""


@dataclass(frozen=True)
class Answer:
    """What a user answered, and who told: WeChat in an event, or the mini-program in a report."""

    accepted: bool
    at: datetime
    told_by_wechat: bool


@dataclass(frozen=True)
class Standing:
    """The accepts that are left, and what is known of the latest answers."""

    accepts: int = 0
    answered_at: datetime | None = None
    reported_at: datetime | None = None
    refused_at: datetime | None = None


def after(before: Standing, answer: Answer) -> Standing:
    """The standing once an answer has been told of, for the first time or again.

    A report is believed when nothing else was told of within ten seconds. An event counts, but where it is about the
    answer that was reported already; where it says otherwise than the report did, the event is right.
    """
    if not answer.told_by_wechat:
        known = _same(before.answered_at, answer.at)
        return before if known else replace(_counted(before, answer), reported_at=answer.at)
    said_already = _same(before.reported_at, answer.at) and answer.accepted == _report_accepted(before)
    return replace(before if said_already else _counted(before, answer), reported_at=None)


def _counted(before: Standing, answer: Answer) -> Standing:
    answered_at = max(before.answered_at or answer.at, answer.at)
    if not answer.accepted:
        refused_at = max(before.refused_at or answer.at, answer.at)
        return replace(before, accepts=0, answered_at=answered_at, refused_at=refused_at)
    if before.refused_at is not None and before.refused_at > answer.at:  # an event that comes late
        return before
    return replace(before, accepts=before.accepts + 1, answered_at=answered_at)


def _report_accepted(before: Standing) -> bool:
    return before.refused_at != before.reported_at


def _same(known_at: datetime | None, at: datetime) -> bool:
    return known_at is not None and abs(at - known_at) <= SAME_ANSWER
