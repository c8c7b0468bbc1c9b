from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import click
from sqlalchemy.orm import Session

from backend import members, operators, risk
from backend.commands.speech import Group, Number, as_json, local, tell, tell_one
from backend.kit.db import run
from backend.runtime import runtime

group = Group("risk", help="Who earns nothing by invitations: blocked members, devices and networks.")
block = Group("block", help="Block a member, the devices of a member, or a network.")
group.add_command(block)

by_option = click.option("--by", required=True, metavar="LOGIN", help="The operator whose decision it is.")
reason_option = click.option("--reason", required=True, help="Why, in a few words; it is kept.")


@block.command("member")
@click.argument("card_no")
@reason_option
@by_option
@as_json
def block_member(card_no: str, *, reason: str, by: str, as_json: bool) -> None:
    """Let the member of a card be rewarded for no invitation; all else of the membership goes on."""
    verb = partial(risk.block_member, reason=reason)
    _block(lambda session, at: [verb(session, _member(session, card_no), by=_login(session, by), now=at)], as_json)


@block.command("devices")
@click.argument("card_no")
@reason_option
@by_option
@as_json
def block_devices(card_no: str, *, reason: str, by: str, as_json: bool) -> None:
    """Block the devices that the member of a card was seen with: who joins with one waits for a decision."""
    verb = partial(risk.block_devices, reason=reason)
    _block(lambda session, at: verb(session, _member(session, card_no), by=_login(session, by), now=at), as_json)


@block.command("network")
@click.argument("address")
@reason_option
@by_option
@as_json
def block_network(address: str, *, reason: str, by: str, as_json: bool) -> None:
    """Block the network of an IP address (/24, of IPv6 /48): who joins from there waits for a decision."""
    verb = partial(risk.block_network, address=address, reason=reason)
    _block(lambda session, at: [verb(session, by=_login(session, by), now=at)], as_json)


@group.command()
@click.argument("block_id", type=Number())
@reason_option
@by_option
@as_json
def unblock(block_id: int, *, reason: str, by: str, as_json: bool) -> None:
    """Lift a block; it stays readable."""
    verb = partial(risk.unblock, block_id=block_id, reason=reason)

    def work(session: Session) -> dict[str, Any]:
        return _row(session, verb(session, by=_login(session, by), now=runtime().clock.now()))

    tell_one(run(runtime().sessions.write, work), json_wanted=as_json)


@group.command("list")
@click.option("--all", "with_lifted", is_flag=True, help="Also what was lifted.")
@click.option("--before", "before_id", type=Number(), help="Only those before this id: the next page.")
@click.option("--limit", default=20, show_default=True, type=click.IntRange(1, 200))
@as_json
def show(*, with_lifted: bool, before_id: int | None, limit: int, as_json: bool) -> None:
    """List what is blocked, the newest first."""
    with runtime().sessions.read() as session:
        found = risk.blocks(session, standing_only=not with_lifted, before_id=before_id, limit=limit)
        rows = [_row(session, one) for one in found]
    tell(rows, json_wanted=as_json, empty="Nothing is blocked.")


def _block(work: Callable[[Session, datetime], list[risk.Block]], as_json: bool) -> None:  # noqa: FBT001  an option's value
    here = runtime()
    at = here.clock.now()
    made = run(here.sessions.write, lambda session: [_row(session, one) for one in work(session, at)])
    tell(made, json_wanted=as_json, empty="")


def _member(session: Session, card_no: str) -> int:
    return members.by_card_no(session, card_no).id


def _login(session: Session, by: str) -> str:
    return operators.acting(session, by).login


def _row(session: Session, row: risk.Block) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "kind": row.kind,
        "card_no": members.get(session, row.member_id).card_no if row.member_id is not None else None,
        "reason": row.reason,
        "by": row.blocked_by,
        "at": local(row.blocked_at),
        "lifted_by": row.lifted_by,
        "lifted_why": row.lifted_why,
        "lifted_at": local(row.lifted_at),
    }
