from collections.abc import Callable
from datetime import datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from backend import operators, partners
from backend.commands.speech import Group, Number, as_json, local, tell, tell_one
from backend.kit.db import run
from backend.runtime import runtime

group = Group("partners", help="Merchants with whom points are exchanged: terms, keys, coupons, files of a day.")

partner_argument = click.argument("code", metavar="PARTNER")
by_option = click.option("--by", required=True, metavar="LOGIN", help="The operator who answers for it.")
reason_option = click.option("--reason", required=True, help="Why; it is asked for later.")
limit_option = click.option("--limit", default=20, show_default=True, type=click.IntRange(min=1, max=1000))
MOST_DIGITS = 18
WAY = tuple(partners.Way.__dataclass_fields__)


@group.command()
@partner_argument
@click.argument("name")
@click.argument("base_url", metavar="URL")
@click.option("--our-key", required=True, help="The key that the partner gave us.")
@click.option("--secret", prompt=True, hide_input=True, help="Its secret; asked for where it is not told.")
@as_json
def create(code: str, name: str, base_url: str, *, our_key: str, secret: str, as_json: bool) -> None:
    """Know a partner, whose API is at URL."""

    def work(session: Session, now: datetime) -> dict[str, Any]:
        made = partners.create_partner(
            session, code, name=name, base_url=base_url, our_key=our_key, secret=secret, now=now
        )
        return _shown(made)

    tell_one(_done(work), json_wanted=as_json)


@group.command("list")
@as_json
def listing(*, as_json: bool) -> None:
    """List the partners."""
    with runtime().sessions.read() as session:
        rows = [_shown(one) for one in partners.partners(session)]
    tell(rows, json_wanted=as_json, empty="There are no partners yet.")


@group.command()
@partner_argument
@click.option("--in", "ours_in", required=True, metavar="TERMS", help=f"Their points to ours: {','.join(WAY)}.")
@click.option("--out", "theirs_out", required=True, metavar="TERMS", help="Ours to theirs; rate 0: not at all.")
@reason_option
@by_option
@as_json
def agree(code: str, *, ours_in: str, theirs_out: str, reason: str, by: str, as_json: bool) -> None:
    """Put new terms in force with PARTNER; what was begun before keeps its own.

    TERMS are seven numbers: what 10,000 points become, the least, the step, caps of a member and of all members a day,
    the budget ever (both in our points), and what 10,000 of our points are settled at, in fen.
    """
    ways = _way(ours_in), _way(theirs_out)

    def work(session: Session, now: datetime) -> dict[str, Any]:
        login = operators.acting(session, by).login
        agreed = partners.agree(session, code, ours_in=ways[0], theirs_out=ways[1], by=login, reason=reason, now=now)
        return _terms(agreed)

    tell_one(_done(work), json_wanted=as_json)


@group.command()
@partner_argument
@as_json
def terms(code: str, *, as_json: bool) -> None:
    """List what was agreed with PARTNER, the newest first."""
    with runtime().sessions.read() as session:
        found = partners.versions(session, partners.partner_by_code(session, code).id)
        rows = [_terms(one) for one in found]
    tell(rows, json_wanted=as_json, empty="Nothing was agreed yet.")


@group.command()
@partner_argument
@reason_option
@by_option
@as_json
def suspend(code: str, *, reason: str, by: str, as_json: bool) -> None:
    """Let nothing new begin with PARTNER, from this moment on."""

    def work(session: Session, now: datetime) -> dict[str, Any]:
        login = operators.acting(session, by).login
        return _shown(partners.suspend(session, code, by=login, reason=reason, now=now))

    tell_one(_done(work), json_wanted=as_json)


@group.command()
@partner_argument
@as_json
def resume(code: str, *, as_json: bool) -> None:
    """Go on with PARTNER."""
    tell_one(_done(lambda session, _: _shown(partners.resume(session, code))), json_wanted=as_json)


@group.command("create-key")
@partner_argument
@click.option("--scope", "scopes", type=click.Choice(sorted(partners.SCOPES)), multiple=True, help="May be repeated.")
@as_json
def create_key(code: str, scopes: tuple[str, ...], *, as_json: bool) -> None:
    """Make a key by which PARTNER calls us (default: for everything). Its secret is shown this once."""
    granted = frozenset(scopes) or partners.SCOPES

    def work(session: Session, now: datetime) -> dict[str, Any]:
        key = partners.create_key(session, code, scopes=granted, rng=runtime().rng, now=now)
        return {"app_key": key.app_key, "secret": key.secret, "partner": code, "scopes": sorted(granted)}

    tell_one(_done(work), json_wanted=as_json)


@group.command("list-keys")
@partner_argument
@as_json
def list_keys(code: str, *, as_json: bool) -> None:
    """List the keys of PARTNER, revoked ones too."""
    with runtime().sessions.read() as session:
        found = partners.keys(session, partners.partner_by_code(session, code).id)
        rows = [{"app_key": one.app_key, "scopes": one.scopes, "revoked_at": local(one.revoked_at)} for one in found]
    tell(rows, json_wanted=as_json, empty="This partner has no keys yet.")


@group.command("revoke-key")
@click.argument("app_key")
@as_json
def revoke_key(app_key: str, *, as_json: bool) -> None:
    """Let a key open nothing any more, from this moment on."""

    def work(session: Session, now: datetime) -> dict[str, Any]:
        partners.revoke_key(session, app_key, now=now)
        return {"revoked": app_key}

    tell_one(_done(work), json_wanted=as_json)


@group.command("offer-coupons")
@partner_argument
@click.argument("template")
@click.argument("most", type=click.IntRange(min=0, max=100_000_000))
@as_json
def offer_coupons(code: str, template: str, most: int, *, as_json: bool) -> None:
    """Let PARTNER give MOST coupons of TEMPLATE in all, given ones too; never fewer than it has given."""

    def work(session: Session, _: datetime) -> dict[str, Any]:
        offer = partners.offer_coupons(session, code, template, most)
        return {"partner": code, "template": template, "most": offer.most, "given": offer.given}

    tell_one(_done(work), json_wanted=as_json)


@group.command()
@limit_option
@as_json
def waiting(*, limit: int, as_json: bool) -> None:
    """List exchanges that partners have not ended, the longest waiting first."""
    here = runtime()
    with here.sessions.read() as session:
        found = partners.waiting(session, since=here.clock.now(), limit=limit)
        rows = [_exchange(one) | {"partner": partner.code} for one, partner in found]
    tell(rows, json_wanted=as_json, empty="Nothing waits.")


@group.command()
@click.argument("exchange_id", metavar="EXCHANGE", type=Number())
@click.option("--confirmed/--refused", required=True, help="How it ended at the partner.")
@reason_option
@by_option
@as_json
def settle(exchange_id: int, *, confirmed: bool, reason: str, by: str, as_json: bool) -> None:
    """Say how EXCHANGE ended at a partner whose API does not. Have it in writing first."""

    def work(session: Session, now: datetime) -> dict[str, Any]:
        login = operators.acting(session, by).login
        done = partners.settle(session, exchange_id, confirmed=confirmed, by=login, reason=reason, now=now)
        return _exchange(done)

    tell_one(_done(work), json_wanted=as_json)


def _done(work: Callable[[Session, datetime], dict[str, Any]]) -> dict[str, Any]:
    here = runtime()
    now = here.clock.now()
    return run(here.sessions.write, lambda session: work(session, now))


def _way(text: str) -> partners.Way:
    numbers = text.split(",")
    if len(numbers) != len(WAY) or not all(
        one.isascii() and one.isdigit() and len(one) <= MOST_DIGITS for one in numbers
    ):
        raise click.ClickException(f"{text}: {len(WAY)} numbers are wanted, {','.join(WAY)}")
    return partners.Way(*map(int, numbers))


def _shown(one: partners.Partner) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": one.name,
        "base_url": one.base_url,
        "our_key": one.our_key,
        "suspended_at": local(one.suspended_at),
        "reason": one.suspended_for,
    }


def _terms(one: partners.Terms) -> dict[str, Any]:
    ways = {name: ",".join(str(getattr(one.way(name), part)) for part in WAY) for name in (partners.IN, partners.OUT)}
    return {"version": one.version} | ways | {"agreed_by": one.agreed_by, "reason": one.reason}


def _exchange(one: partners.Exchange) -> dict[str, Any]:
    return {
        "exchange": str(one.id),
        "status": one.status,
        "points": one.given,
        "begun_at": local(one.begun_at),
        "tries": one.tries,
        "alerted_at": local(one.alerted_at),
    }
