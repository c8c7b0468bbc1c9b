from collections.abc import Iterable
from pathlib import Path

from sqlalchemy.orm import Session

from backend import answers
from tests.support.clocks import MORNING

DEMO_LIST = Path(__file__).parents[2] / "backend/demo/data/faq.csv"


def make_list(session: Session, *, text: str | None = None, now=MORNING) -> answers.Imported:
    """The list of questions of the demo store, or another file."""
    lines = answers.read(text or DEMO_LIST.read_text(encoding="utf-8"))
    return answers.import_list(session, lines, by="anna", now=now)


def faq_file(rows: Iterable[str]) -> str:
    """A file of questions, each told as the cells of its line."""
    return "\n".join(["code,question,variants,answer,page,link,active", *rows])
