from dataclasses import asdict
from typing import Any, TextIO

import click
from sqlalchemy.orm import Session

from backend import answers, operators
from backend.answers import Question
from backend.commands.speech import Group, Number, as_json, local, tell, tell_one
from backend.kit.db import run
from backend.runtime import runtime

group = Group("faq", help="The list of questions that the official account answers by itself.")

PAGE = 200
by_option = click.option("--by", required=True, metavar="LOGIN", help="The operator who answers for it.")
limit_option = click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 1000))


@group.command("list")
@click.option("--after", metavar="CODE", help="Only those behind this one.")
@limit_option
@as_json
def show_all(*, after: str | None, limit: int, as_json: bool) -> None:
    """List questions with how often they were asked."""
    with runtime().sessions.read() as session:
        after_id = answers.find(session, after).id if after else 0
        found = answers.questions(session, after_id=after_id, limit=limit)
    tell([_told(one) for one in found], json_wanted=as_json, empty="There are no such questions.")


@group.command("import")
@click.argument("file", type=click.File(encoding="utf-8"))
@by_option
@as_json
def import_file(file: TextIO, *, by: str, as_json: bool) -> None:
    """Add and change questions from FILE (CSV as `export` writes it; - for standard input), all or none."""
    here = runtime()
    lines = answers.read(file.read())

    def work(session: Session) -> answers.Imported:
        login = operators.acting(session, by).login
        return answers.import_list(session, lines, by=login, now=here.clock.now())

    tell_one(asdict(run(here.sessions.write, work)), json_wanted=as_json)


@group.command()
def export() -> None:
    """Write all questions as CSV."""
    after_id = 0
    with runtime().sessions.read() as session:
        while True:
            found = answers.questions(session, after_id=after_id, limit=PAGE)
            for number, line in enumerate(answers.export(found)):
                if number or not after_id:  # one heading
                    click.echo(line, nl=False)
            if len(found) < PAGE:
                return
            after_id = found[-1].id


@group.command()
@click.option("--after", "after_id", type=Number(), metavar="ID", help="Only those behind this one.")
@limit_option
@as_json
def unanswered(*, after_id: int | None, limit: int, as_json: bool) -> None:
    """List what followers asked and nobody knew, the most often asked first."""
    with runtime().sessions.read() as session:
        place = answers.place_of(session, after_id) if after_id is not None else None
        found = answers.unanswered(session, after=place, limit=limit)
    rows = [{"id": str(one.id), "text": one.text, "times": one.times, "last_at": local(one.last_at)} for one in found]
    tell(rows, json_wanted=as_json, empty="Every question was answered.")


@group.command()
@click.argument("unanswered_id", metavar="ID", type=Number())
@click.argument("code")
@by_option
@as_json
def adopt(unanswered_id: int, code: str, *, by: str, as_json: bool) -> None:
    """Let the unanswered ID be another way to put the question CODE."""
    here = runtime()

    def work(session: Session) -> dict[str, Any]:
        login = operators.acting(session, by).login
        return _told(answers.adopt(session, unanswered_id, code, by=login, now=here.clock.now()))

    tell_one(run(here.sessions.write, work), json_wanted=as_json)


@group.command()
@click.argument("unanswered_id", metavar="ID", type=Number())
def dismiss(unanswered_id: int) -> None:
    """Forget the unanswered ID, which needs no answer."""
    run(runtime().sessions.write, lambda session: answers.dismiss(session, unanswered_id))
    click.echo("It is forgotten.")


def _told(question: Question) -> dict[str, Any]:
    return {
        "code": question.code,
        "question": question.question,
        "variants": len(question.variants),
        "active": question.active,
        "hits": question.hits,
        "last_hit_at": local(question.last_hit_at),
        "changed_by": question.changed_by,
    }
