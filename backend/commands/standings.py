from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import click
from flask.cli import with_appcontext
from sqlalchemy.orm import Session

from backend import members, operators, points, tiers
from backend.commands.books import by_option
from backend.commands.speech import Instant, as_json, local, tell, tell_one
from backend.kit.db import run
from backend.runtime import runtime

NEWEST_CHANGES: Final = 20
PAID_MEMBERSHIP: Final = "paid-membership"
LONGEST_REFERENCE: Final = 64

reason_option = click.option("--reason", required=True, help="Why.")


@click.command()
@click.argument("card_no")
@as_json
@with_appcontext
def member(card_no: str, *, as_json: bool) -> None:
    """Show where a member stands, what leads further, and the newest changes with their evidence."""
    here = runtime()
    with here.sessions.read() as session:
        one = members.by_card_no(session, card_no)
        standing = tiers.standing(session, one.id, now=here.clock.now())
        changes = [_change(change) for change in tiers.history(session, one.id, limit=NEWEST_CHANGES)]
    answer = _standing(card_no, standing)
    if as_json:
        tell_one(answer | {"history": changes}, json_wanted=True)
        return
    tell_one(answer | {"missing": tiers.ways_words(standing.missing_ways, standing.names)}, json_wanted=False)
    rows = [change | {"evidence": _words(change["evidence"] or ())} for change in changes]
    tell(rows, json_wanted=False, empty="No change of tier yet.")


@click.command("set")
@click.argument("card_no")
@click.argument("tier_code")
@click.option("--until", type=Instant(), help="It ends then, in what the history says (default: it does not end).")
@reason_option
@by_option
@as_json
@with_appcontext
def set_by_hand(card_no: str, tier_code: str, *, until: datetime | None, reason: str, by: str, as_json: bool) -> None:
    """Give a member a tier by hand: they hold it, or a higher one that they earned."""
    tell_one(_set(card_no, tier_code, until=until, by=by, reason=reason), json_wanted=as_json)


@click.command()
@click.argument("card_no")
@reason_option
@by_option
@as_json
@with_appcontext
def unset(card_no: str, *, reason: str, by: str, as_json: bool) -> None:
    """Take a tier away again that was given by hand: the member holds what they earned."""
    tell_one(_set(card_no, None, until=None, by=by, reason=reason), json_wanted=as_json)


@click.command()
@click.argument("card_no")
@click.option("--from", "from_at", type=Instant(), help="It begins then (default: now).")
@click.option("--until", "until_at", type=Instant(), help="It ends then (default: it does not end).")
@click.option("--reference", required=True, metavar="NO", help="What was paid: the same number counts once.")
@by_option
@as_json
@with_appcontext
def membership(
    card_no: str, *, from_at: datetime | None, until_at: datetime | None, reference: str, by: str, as_json: bool
) -> None:
    """Note that a member has paid for a membership, which gives the tiers that ask for one for as long as it lasts."""
    if not 0 < len(reference) <= LONGEST_REFERENCE:
        raise click.BadParameter(f"1 to {LONGEST_REFERENCE} characters", param_hint="--reference")
    now = runtime().clock.now()

    def work(session: Session) -> tiers.Standing:
        login, source = operators.acting(session, by).login, points.Source(PAID_MEMBERSHIP, reference)
        account = points.lock(session, members.by_card_no(session, card_no).id, now=now)
        tiers.note_paid_period(
            session, account, from_at=from_at or now, until_at=until_at, source=source, now=now, by=login
        )
        return tiers.standing(session, account.member_id, now=now)

    tell_one(_standing(card_no, run(runtime().sessions.write, work)), json_wanted=as_json)


def _set(card_no: str, code: str | None, *, until: datetime | None, by: str, reason: str) -> dict[str, Any]:
    now = runtime().clock.now()

    def work(session: Session) -> tiers.Standing:
        login = operators.acting(session, by).login
        account = points.lock(session, members.by_card_no(session, card_no).id, now=now)
        tiers.set_manual(session, account, code, until_at=until, by=login, reason=reason, now=now)
        return tiers.standing(session, account.member_id, now=now)

    return _standing(card_no, run(runtime().sessions.write, work))


def _standing(card_no: str, standing: tiers.Standing) -> dict[str, Any]:
    return {
        "card_no": card_no,
        "tier": standing.tier.code,
        "name": standing.tier.name,
        "growth": standing.growth,
        "since_at": local(standing.since_at),
        "last_day": standing.last_day and standing.last_day.isoformat(),
        "next": standing.next and standing.next.code,
        "missing": [[f"{need.kind} {need.missing}" for need in way] for way in standing.missing_ways],
        "book_version": standing.book_version,
    }


def _change(change: tiers.TierChange) -> dict[str, Any]:
    return {
        "at": local(change.at),
        "from": change.from_code,
        "to": change.to_code,
        "cause": change.cause,
        "book_version": change.book_version,
        "evidence": change.evidence,
    }


def _words(ways: Sequence[Sequence[Mapping[str, Any]]]) -> str:
    """Each way to qualify: what there was of what was needed."""
    told = [" and ".join(f"{need['kind']} {need['had']} of {need['needed']}" for need in way) for way in ways]
    return " or ".join(told)
