"""What is acceptable about a scene. Pure."""

import re
from datetime import timedelta
from typing import Final

from backend.scenes.errors import DaysRefused, GreetingRefused, LabelRefused, SubjectRefused

CODE_LENGTH: Final = 10
MOST_PERMANENT: Final = 100_000  # of one official account, those of other systems among them
LONGEST_DAYS: Final = 30
LONGEST_LABEL: Final = 40
LONGEST_GREETING: Final = 200
SUBJECT: Final = re.compile(r"[0-9A-Za-z._:-]{1,64}")


def checked_subject(subject: str) -> str:
    """The subject as given. Raises SubjectRefused."""
    if not SUBJECT.fullmatch(subject):
        raise SubjectRefused
    return subject


def checked_label(label: str) -> str:
    """The label without white space around it. Raises LabelRefused."""
    stripped = label.strip()
    if not 1 <= len(stripped) <= LONGEST_LABEL or not stripped.isprintable():
        raise LabelRefused
    return stripped


def checked_greeting(greeting: str | None) -> str | None:
    """The greeting without white space around it; lines may break. Raises GreetingRefused."""
    if greeting is None:
        return None
    stripped = greeting.strip()
    plain = stripped.replace("\n", "").isprintable() and not set(stripped) & {"<", ">"}
    if not plain or not 1 <= len(stripped) <= LONGEST_GREETING:
        raise GreetingRefused
    return stripped


def good_for(days: int | None) -> timedelta | None:
    """How long a code is good, None for one that is permanent. Raises DaysRefused."""
    if days is None:
        return None
    if not 1 <= days <= LONGEST_DAYS:
        raise DaysRefused
    return timedelta(days=days)
