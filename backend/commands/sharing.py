"""What members share: articles of the house, and what shares have brought."""

from typing import Any

import click
from sqlalchemy.orm import Session

from backend import members, operators, sharing
from backend.commands.speech import Group, as_json, local, tell, tell_one
from backend.kit.db import run
from backend.runtime import runtime

group = Group("sharing", help="Articles that members may share, and what shares have brought.")

by_option = click.option("--by", required=True, metavar="LOGIN", help="The operator who answers for it.")


@group.command("save-article")
@click.argument("code")
@click.option("--title", required=True, help="What friends read; up to 60 characters.")
@click.option("--page", required=True, help="The page of the mini-program that shows it, without a slash in front.")
@by_option
@as_json
def save_article(code: str, *, title: str, page: str, by: str, as_json: bool) -> None:
    """Add the article CODE, or change it; a withdrawn one is shown again."""
    here = runtime()

    def work(session: Session) -> sharing.Article:
        login = operators.acting(session, by).login
        return sharing.save_article(session, code, title=title, page=page, by=login, now=here.clock.now())

    tell_one(_article(run(here.sessions.write, work)), json_wanted=as_json)


@group.command("withdraw-article")
@click.argument("code")
@by_option
@as_json
def withdraw_article(code: str, *, by: str, as_json: bool) -> None:
    """Let the article CODE be shared no more; save it again to take that back."""
    here = runtime()

    def work(session: Session) -> sharing.Article:
        return sharing.withdraw_article(session, code, by=operators.acting(session, by).login, now=here.clock.now())

    tell_one(_article(run(here.sessions.write, work)), json_wanted=as_json)


@group.command()
@click.option("--after", default="", metavar="CODE", help="Only those behind this code: the next page.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 200))
@as_json
def articles(*, after: str, limit: int, as_json: bool) -> None:
    """List articles by code."""
    with runtime().sessions.read() as session:
        found = [_article(one) for one in sharing.articles(session, after=after, limit=limit)]
    tell(found, json_wanted=as_json, empty="There are no articles.")


@group.command()
@as_json
def figures(*, as_json: bool) -> None:
    """What shares of each kind have brought: people, newcomers, members, purchases that were kept."""
    with runtime().sessions.read() as session:
        found = [vars(one) for one in sharing.figures(session)]
    tell(found, json_wanted=as_json, empty="Nothing was shared yet.")


@group.command()
@click.argument("card_no")
@click.option("--before", "before_id", type=int, help="Only those before this id: the next page.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 200))
@as_json
def rewards(card_no: str, *, before_id: int | None, limit: int, as_json: bool) -> None:
    """What the shares of the member with CARD_NO brought, newest first, and why something brought nothing."""
    with runtime().sessions.read() as session:
        member = members.by_card_no(session, card_no)
        found = sharing.rewards_page(session, member.id, before_id=before_id, limit=limit)
    tell([_reward(one) for one in found], json_wanted=as_json, empty="There are no rewards.")


def _article(one: sharing.Article) -> dict[str, Any]:
    return {"code": one.code, "title": one.title, "page": one.page, "shown": one.shown, "by": one.changed_by}


def _reward(one: sharing.ShareReward) -> dict[str, Any]:
    words = {"id": str(one.id), "kind": one.kind, "status": one.status, "why": one.why, "points": one.points}
    return {**words, "noted_at": local(one.noted_at), "due_at": local(one.due_at)}
