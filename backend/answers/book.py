"""What the rule book "answers" says: what words, and which buttons of the menu, are answered by."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, StringConstraints, ValidationError, model_validator
from sqlalchemy.orm import Session

from backend import media, rulebooks
from backend.answers.errors import BookRefused
from backend.answers.rules import plain
from backend.kit.definitions import faults
from backend.kit.schema import Schema

KIND: Final = "answers"
RESERVED: Final = frozenset({"会员卡", "积分", "优惠券", "签到", "活动", "兑换", "客服"})
"""Words that the official account answers itself."""

Name = Annotated[str, StringConstraints(pattern=r"^[0-9a-z][0-9a-z-]{0,31}$")]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=32)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=128)]
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[^\s<>\"]+$", max_length=500)]
Page = Annotated[str, StringConstraints(pattern=r"^[0-9a-zA-Z_/?=&.-]+$", max_length=128)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class TextAnswer(Schema):
    """A text, and a link below it into a page of the mini-program."""

    kind: Literal["text"]
    text: Text
    page: Page | None = None
    link: Annotated[str, StringConstraints(min_length=1, max_length=20)] | None = None

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if (self.page is None) != (self.link is None):
            raise ValueError("page 与 link 须同时填写")
        return self


class PictureAnswer(Schema):
    """A picture of ours by its hash; `text` is the answer until WeChat has it."""

    kind: Literal["picture"]
    picture: Hash
    text: Text


class ArticleAnswer(Schema):
    """A card that leads to a web page; `picture` is the hash of one of ours, or a web address."""

    kind: Literal["article"]
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
    description: Annotated[str, StringConstraints(max_length=120)] = ""
    picture: Hash | Address
    url: Address


Answer = TextAnswer | PictureAnswer | ArticleAnswer


class Entry(Schema):
    """An answer and what it answers: exactly these words, texts that contain one, and keys of the menu."""

    name: Name
    words: Annotated[tuple[Word, ...], Field(max_length=30)] = ()
    contains: Annotated[tuple[Word, ...], Field(max_length=30)] = ()
    keys: Annotated[tuple[Key, ...], Field(max_length=30)] = ()
    answer: Annotated[Answer, Field(discriminator="kind")]


class AnswerBook(Schema):
    """All answers, those first that are looked at first."""

    answers: Annotated[tuple[Entry, ...], Field(max_length=500)] = ()

    @model_validator(mode="after")
    def _is_clear(self) -> Self:
        words = [plain(word) for entry in self.answers for word in entry.words]
        asked = [*words, *(key for entry in self.answers for key in entry.keys)]
        if taken := sorted(RESERVED & set(words)):
            raise ValueError(f"{'、'.join(taken)} 由系统自动回复")
        names = [entry.name for entry in self.answers]
        if twice := sorted(one for one, count in (Counter(asked) + Counter(names)).items() if count > 1):
            raise ValueError(f"{'、'.join(twice)} 重复")
        return self

    def answer_to(self, word: str, *, is_key: bool) -> Entry | None:
        """What answers a word as `plain` makes it, or the key of a button: exact ones before those contained."""
        for entry in self.answers:
            if word in (entry.keys if is_key else map(plain, entry.words)):
                return entry
        if is_key:
            return None
        return next((entry for entry in self.answers if any(plain(part) in word for part in entry.contains)), None)

    def pictures(self) -> Iterator[str]:
        """The hashes of the pictures that are sent as such."""
        return (entry.answer.picture for entry in self.answers if isinstance(entry.answer, PictureAnswer))


def checked(definition: dict[str, Any]) -> AnswerBook:
    """The answers that a definition says. Raises BookRefused."""
    try:
        return AnswerBook.model_validate_json(json.dumps(definition))
    except ValidationError as error:
        raise BookRefused(why=faults(error)) from error


def draft(session: Session, definition: dict[str, Any], *, by: str, now: datetime, **how: Any) -> rulebooks.Book:
    """Keep a checked definition as the next version; its pictures stay as long as it does.

    Raises BookRefused, media.PictureUnknown, and what `rulebooks.draft` raises.
    """
    book = checked(definition)
    kept = rulebooks.draft(session, kind=KIND, definition=definition, by=by, now=now, **how)
    ours = {entry.answer.picture for entry in book.answers if not isinstance(entry.answer, TextAnswer)}
    hashes = {one for one in ours if not one.startswith("http")}
    media.use(session, hashes, kind=KIND, user_id=kept.version)
    return kept


def live(session: Session, *, now: datetime) -> AnswerBook:
    """The answers in force, read once for as long as they do not change."""
    return _parsed(json.dumps(rulebooks.live(session, KIND, now=now).definition, sort_keys=True))


@lru_cache(maxsize=8)
def _parsed(definition: str) -> AnswerBook:
    return AnswerBook.model_validate_json(definition)
