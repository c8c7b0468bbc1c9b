from dataclasses import asdict
from datetime import datetime
from typing import Any, Final, TextIO

import click

from backend import earning, purchases, stores, tiers
from backend.commands.speech import Group, Instant, as_json, json_object_in, tell, tell_one
from backend.kit.money import PER_TEN_THOUSAND
from backend.runtime import runtime

group = Group("earning", help="What points are given for.")

NOBODY: Final = "No rule was asked: the sale has no member, or is older than the rules."


@group.command()
@click.argument("order_no")
@click.option("--store", "store_code", metavar="CODE", required=True, help="The store that reported it.")
@as_json
def explain(order_no: str, *, store_code: str, as_json: bool) -> None:
    """Say what became of each rule for a purchase: matched, skipped or refused, and by which condition."""
    with runtime().sessions.read() as session:
        store = stores.store_by_code(session, store_code)
        told = purchases.explanation(session, store_id=store.id, order_no=order_no)
    tell([asdict(one) for one in told], json_wanted=as_json, empty=NOBODY)


@group.command()
@as_json
def rules(*, as_json: bool) -> None:
    """List the rules in force, and what is spent of their budgets."""
    here = runtime()
    with here.sessions.read() as session:
        version, found = earning.live_rules(session, now=here.clock.now())
    tell([_listed(version, one) for one in found], json_wanted=as_json, empty=f"Version {version} has no rules.")


@group.command("try")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--trigger", type=click.Choice(earning.TRIGGERS), default="purchase", show_default=True)
@click.option("--amount-fen", "amounts", type=click.IntRange(min=0), multiple=True, help="A line; may be repeated.")
@click.option("--base-points", type=click.IntRange(min=0), default=0, help="What an activity reckoned itself.")
@click.option("--tier", "tier_code", metavar="CODE", help="The member's tier; its multiplier counts for purchases.")
@click.option("--tag", "tags", multiple=True, help="A tag of the member; may be repeated.")
@click.option("--store", "store_code", metavar="CODE", help="The store.")
@click.option("--counter", metavar="CODE", help="The counter of all lines.")
@click.option("--brand", help="The brand of all lines.")
@click.option("--category", help="The category of all lines.")
@click.option("--first-purchase", is_flag=True, help="The member never bought before.")
@click.option("--at", type=Instant(), help="When it happens (default: now).")
@as_json
def dry_run(file: TextIO, *, as_json: bool, at: datetime | None, **told: Any) -> None:
    """Check the rules in FILE (JSON; - for standard input) and try them on something made up.

    Caps and budgets count as untouched. Nothing is written.
    """
    book = earning.checked(json_object_in(file))
    tried = earning.try_out(book, _made_up(at or runtime().clock.now(), **told))
    if as_json:
        tell_one(asdict(tried), json_wanted=True)
    else:
        tell([asdict(one) for one in tried.rules], json_wanted=False, empty="No rule is for this.")
        click.echo(f"points: {tried.points}")


def _made_up(at: datetime, *, trigger: str, amounts: tuple[int, ...], **told: Any) -> earning.Event:
    of_lines = {name: told.pop(name) for name in ("counter", "brand", "category")}
    return earning.Event(
        trigger,
        at,
        lines=tuple(earning.EventLine(fen, **of_lines) for fen in amounts),
        multiplier=_multiplier(told["tier_code"], at) if trigger == "purchase" else PER_TEN_THOUSAND,
        tags=frozenset(told.pop("tags")),
        **told,
    )


def _multiplier(tier_code: str | None, at: datetime) -> int:
    if tier_code is None:
        return PER_TEN_THOUSAND
    with runtime().sessions.read() as session:
        for tier in tiers.tiers_now(session, now=at):
            if tier.code == tier_code:
                return tier.multiplier
    raise click.BadParameter(f"there is no tier {tier_code}", param_hint="--tier")


def _listed(version: int, one: earning.LiveRule) -> dict[str, Any]:
    rule = one.rule
    return {
        "version": version,
        "group": rule.group,
        "code": rule.code,
        "name": rule.name,
        "trigger": rule.trigger,
        "gives": earning.effect_of(rule),
        "when": earning.conditions_of(rule),
        "limits": earning.limits_of(rule),
        "spent": one.spent if rule.budget is not None else None,
        "enabled": rule.enabled,
    }
