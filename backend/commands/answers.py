from typing import Any, Final

import click

from backend import answers
from backend.answers import Entry, TextAnswer
from backend.commands.speech import Group, as_json, tell, tell_one
from backend.runtime import runtime

group = Group("answers", help="What the official account answers to words and buttons (`flask books draft answers`).")

SHOWN: Final = 60


@group.command("list")
@as_json
def show_all(*, as_json: bool) -> None:
    """List the answers in force, in the order in which they are looked at."""
    here = runtime()
    with here.sessions.read() as session:
        book = answers.live_book(session, now=here.clock.now())
    tell([_told(entry) for entry in book.answers], json_wanted=as_json, empty="There are no answers.")


@group.command("try")
@click.argument("words")
@as_json
def try_out(words: str, *, as_json: bool) -> None:
    """Say what WORDS would be answered by: the book, the list of questions, or people. Nothing is counted."""
    here = runtime()
    word = answers.plain(words)
    with here.sessions.read() as session:
        entry = answers.live_book(session, now=here.clock.now()).answer_to(word, is_key=False)
        found = answers.index_of(session).nearest(word)
        nearest = answers.by_id(session, found.question_id) if found else None
    by = "book" if entry else "list" if found and found.is_answer else "people"
    told = {
        "by": "official account" if word in answers.RESERVED else by,
        "entry": entry.name if entry else None,
        "nearest_question": nearest.code if nearest else None,
        "score": round(found.score, 2) if found else 0,
        "threshold": answers.THRESHOLD,
    }
    tell_one(told, json_wanted=as_json)


def _told(entry: Entry) -> dict[str, Any]:
    answer = entry.answer
    text = answer.text if not hasattr(answer, "title") else answer.title
    return {
        "name": entry.name,
        "words": " ".join(entry.words),
        "contains": " ".join(entry.contains),
        "keys": " ".join(entry.keys),
        "kind": answer.kind,
        "text": text[:SHOWN],
        "page": answer.page if isinstance(answer, TextAnswer) else None,
    }
