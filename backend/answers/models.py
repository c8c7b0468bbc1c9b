from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.kit.columns import Digest, Id, Json, document
from backend.kit.columns import code as code_of
from backend.kit.db import Model
from backend.kit.ids import new_id

LONGEST_QUESTION = 200
THE_LIST = 1


class Question(Model):
    """A question that operators have written down, the other ways in which it is put, and its answer.

    `code` is what the operators' file knows it by. `page` and `link` lead into the mini-program, below the answer.
    """

    __tablename__ = "faq_questions"
    __table_args__ = (Index(None, "active", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, default=new_id, autoincrement=False)
    code: Mapped[str] = mapped_column(code_of(32), unique=True)
    question: Mapped[str] = mapped_column(String(LONGEST_QUESTION))
    variants: Mapped[list[str]] = mapped_column(Json)
    answer: Mapped[str] = mapped_column(Text)
    page: Mapped[str | None] = mapped_column(code_of(128))
    link: Mapped[str | None] = mapped_column(String(20))
    active: Mapped[bool] = mapped_column(default=True)
    hits: Mapped[int] = mapped_column(default=0)
    last_hit_at: Mapped[datetime | None]
    changed_by: Mapped[str] = mapped_column(code_of(32))
    changed_at: Mapped[datetime]


class QuestionList(Model):
    """The one row that says which edition the list is: an id that is new with every change, and the changers' lock."""

    __tablename__ = "faq_lists"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    edition: Mapped[int] = mapped_column(Id)


class Unanswered(Model):
    """Something that followers asked and nobody knew; who asked is not kept, long numbers in it neither.

    The text is sealed for `faq_unanswered.text:KEY`; `key` is its blind index, so that the same is counted together.
    """

    __tablename__ = "faq_unanswered"
    __table_args__ = (Index(None, "times", "id"), Index(None, "last_at"))

    key: Mapped[bytes] = mapped_column(Digest, primary_key=True)
    id: Mapped[int] = mapped_column(Id, unique=True, default=new_id)
    text_sealed: Mapped[bytes] = mapped_column(document())
    times: Mapped[int] = mapped_column(default=1)
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]


class UploadedPicture(Model):
    """A picture of ours that WeChat keeps for one of our accounts, under its own id."""

    __tablename__ = "answer_pictures"
    __table_args__ = ({"sqlite_with_rowid": False},)

    appid: Mapped[str] = mapped_column(code_of(64), primary_key=True)
    hash: Mapped[str] = mapped_column(code_of(64), primary_key=True)
    media_id: Mapped[str] = mapped_column(code_of(128))
    uploaded_at: Mapped[datetime]
