from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import click
from sqlalchemy.orm import Session

from backend import members, points, tiers
from backend.commands.speech import Group, as_json, local, tell, tell_one
from backend.kit.db import run
from backend.runtime import runtime

group = Group("members", help="Members, by the number of their card.")

SHOP_DAY = click.DateTime(["%Y-%m-%d"])


@group.command()
@click.argument("card_no")
@as_json
def show(card_no: str, *, as_json: bool) -> None:
    """Show a member as staff may see them: name and phone masked, whether there is a birthday but not which."""
    here = runtime()
    with here.sessions.read() as session:
        answer = _seen(session, members.by_card_no(session, card_no), here.clock.now())
    tell_one(answer, json_wanted=as_json)


@group.command("correct-birthday")
@click.argument("card_no")
@click.argument("birthday", metavar="YYYY-MM-DD", type=SHOP_DAY)
def correct_birthday(card_no: str, birthday: datetime) -> None:
    """Set the birthday of a member, who could set it only once."""
    _change(card_no, partial(members.correct_birthday, birthday=birthday.date(), now=runtime().clock.now()))
    click.echo(f"The birthday of {card_no} is corrected.")


@group.command()
@click.argument("card_no")
def block(card_no: str) -> None:
    """Bar a member from the mini-program and the tills. Nothing is lost: `unblock` is the way back."""
    _change(card_no, members.block)
    click.echo(f"{card_no} is blocked.")


@group.command()
@click.argument("card_no")
def unblock(card_no: str) -> None:
    """Let a blocked member act again."""
    _change(card_no, members.unblock)
    click.echo(f"{card_no} is active.")


@group.command()
@click.argument("card_no")
@click.argument("tag")
def tag(card_no: str, tag: str) -> None:
    """Put a TAG to a member, for rules and segments to ask for."""
    _change(card_no, lambda session, member_id: members.tag(session, member_id, tag))
    click.echo(f"{card_no} has the tag {tag}.")


@group.command()
@click.argument("card_no")
@click.argument("tag")
def untag(card_no: str, tag: str) -> None:
    """Take a TAG from a member."""
    _change(card_no, lambda session, member_id: members.untag(session, member_id, tag))
    click.echo(f"{card_no} does not have the tag {tag}.")


@group.command()
@click.argument("card_no")
@as_json
def tags(card_no: str, *, as_json: bool) -> None:
    """List the tags of a member."""
    with runtime().sessions.read() as session:
        found = members.tags_of(session, members.by_card_no(session, card_no).id)
    tell([{"tag": one} for one in sorted(found)], json_wanted=as_json, empty="The member has no tags.")


def _seen(session: Session, member: members.Member, now: datetime) -> dict[str, Any]:
    profile, standing = members.profile(session, member), tiers.standing(session, member.id, now=now)
    balance = points.summary(session, member.id, now=now)
    return {
        "id": str(member.id),
        "card_no": member.card_no,
        "status": member.status,
        "name": members.masked_name(session, member),
        "phone": profile.phone_masked,
        "birthday_set": profile.birthday is not None,
        "joined_at": local(member.joined_at),
        "tier": standing.tier.name,
        "growth": standing.growth,
        "points": balance.available,
        "held": balance.held,
        "debt": balance.debt,
    }


def _change(card_no: str, verb: Callable[[Session, int], object]) -> None:
    run(runtime().sessions.write, lambda session: verb(session, members.by_card_no(session, card_no).id))
