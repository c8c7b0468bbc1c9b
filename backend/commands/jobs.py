from datetime import datetime

import click

from backend import jobs
from backend.commands.speech import Group, Instant, as_json, local, tell, tell_one
from backend.runtime import runtime

group = Group("jobs", help="What is done by the clock.")


@group.command("list")
@as_json
def show(*, as_json: bool) -> None:
    """List the timetable: when each job is due next and how its newest run ended."""
    rows = [
        {
            "name": job.name,
            "about": job.about,
            "cron": job.cron,
            "missed": job.missed,
            "next_at": local(job.next_at),
            "last_at": local(job.last_at),
            "last_outcome": job.last_outcome,
            "last_seconds": job.last_seconds,
            "last_counts": job.last_counts,
            "last_error": job.last_error,
        }
        for job in jobs.listing(runtime())
    ]
    tell(rows, json_wanted=as_json, empty="The timetable is empty.")


@group.command()
@click.argument("name")
@click.option("--at", type=Instant(), help="The instant that it is done for (default: now).")
@as_json
def run(name: str, *, at: datetime | None, as_json: bool) -> None:
    """Run the job NAME once, by hand, whether it is due or not.

    An instant ahead is for development: what then settles, expires or ends has done so for good.
    """
    here = runtime()
    now = here.clock.now()
    instant = at or now
    if instant > now and not here.development:
        raise click.BadParameter("an instant ahead ends for good what is good until then", param_hint="--at")
    counts = jobs.run(name, here, instant)
    tell_one({"job": name, "at": local(instant), **counts}, json_wanted=as_json)
    if counts.get("failed"):
        raise SystemExit(1)
