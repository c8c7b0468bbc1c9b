from datetime import datetime

import click

from backend import jobs
from backend.commands.speech import Group, as_json, tell, tell_one
from backend.runtime import runtime
from config import policy

group = Group("jobs", help="What is done by the clock.")


class _Instant(click.ParamType[datetime]):
    """An ISO 8601 instant; without a zone it is the shop's."""

    name = "ISO"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value} is no ISO 8601 instant, such as 2026-03-01T02:10", param, ctx)
        return at if at.tzinfo else at.replace(tzinfo=policy.SHOP_ZONE)


@group.command("list")
@as_json
def show(*, as_json: bool) -> None:
    """List the timetable: when each job is due next and how its newest run ended."""
    rows = [
        {
            "name": job.name,
            "about": job.about,
            "cron": job.cron,
            "next_at": _local(job.next_at),
            "last_at": _local(job.last_at),
            "last_outcome": job.last_outcome,
            "last_counts": job.last_counts,
        }
        for job in jobs.listing(runtime())
    ]
    tell(rows, json_wanted=as_json, empty="The timetable is empty.")


@group.command()
@click.argument("name")
@click.option("--at", type=_Instant(), help="The instant that it is done for (default: now).")
@as_json
def run(name: str, *, at: datetime | None, as_json: bool) -> None:
    """Run the job NAME once, by hand, whether it is due or not."""
    here = runtime()
    instant = at or here.clock.now()
    counts = jobs.run(name, here, instant)
    tell_one({"job": name, "at": _local(instant), **counts}, json_wanted=as_json)


def _local(at: datetime | None) -> str | None:
    return at.astimezone(policy.SHOP_ZONE).isoformat(timespec="seconds") if at else None
