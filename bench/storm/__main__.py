"""`python -m bench.storm [--messages N] [--members N] [--processes N] [--seed N]`: deliveries under a storm.

Every message that was decided is shown once or ends in a named state, in the order of its member, whatever WeChat does
and however often a delivery process is killed. Exits 1 when one is not.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from threading import Thread
from time import monotonic, sleep

from backend.messaging import deliver_due, outbox_depth
from backend.runtime import Runtime
from backend.wechat.simulator import (
    MINI_PROGRAM,
    OFFICIAL_ACCOUNT,
    App,
    SimulatorConfig,
    create_simulator,
    make_simulator_server,
    world_of,
)
from bench.soak.place import database
from bench.storm.crew import Crew
from bench.storm.door import forgetful_door
from bench.storm.hourglass import Hourglass
from bench.storm.place import EVENING, TOMORROW, WeChat, impatient, people, tell
from bench.storm.proof import endings, faults
from bench.storm.weather import Weather

SPEED = 30.0
LOOK_EVERY_S = 0.2
A_GUST_EVERY = 7  # messages that have ended
KILLED_IN = 10  # one look in so many kills a process
LONGEST_S = 600.0


@dataclass(frozen=True)
class Storm:
    """How much is told to how many, by how many processes, after which call today's quota is spent, and the luck."""

    messages: int = 3_000
    members: int = 100
    processes: int = 2
    quota: int = 300
    seed: int = 7


def main() -> None:
    """Let the storm rage, print what it did, prove what came of it."""
    parser = ArgumentParser(prog="python -m bench.storm", description=__doc__)
    for name, value in vars(Storm()).items():
        parser.add_argument(f"--{name}", type=int, default=value)
    storm = Storm(**vars(parser.parse_args()))
    with database(None) as url:
        found = rage(storm, url)
    sys.exit(1 if found else 0)


def rage(storm: Storm, url: str) -> list[str]:
    """A storm over a migrated, empty database; what was not as it must be afterwards."""
    clock, began, luck = Hourglass.turned(EVENING, speed=SPEED), monotonic(), Random(storm.seed)
    runtime = impatient(url, "http://127.0.0.1:9", clock)
    with _wechat(runtime, clock) as wechat:
        phones = people(runtime, wechat, storm.members)
        tell(runtime, phones, storm.messages)
        weather = Weather(wechat, runtime.official_account.appid, phones, luck)
        weather.spend_quota(at=storm.quota)
        with forgetful_door(impatient(url, wechat.url, clock)) as door:
            wechat.post("callback-url", url=door)
            with Crew(url, wechat.url, clock, size=storm.processes) as crew:
                _blow_until_told(runtime, weather, crew, luck)
                wechat.clear_faults()
                _wait_until_told(runtime)
            wechat.post("quiet", timeout_s=60)
        _last_words(url, wechat, clock)
        found = faults(runtime, wechat, phones, storm.messages)
        _print(storm, runtime, weather, crew, monotonic() - began, found)
    return found


@contextmanager
def _wechat(runtime: Runtime, clock: Hourglass) -> Iterator[WeChat]:
    apps = (
        App(OFFICIAL_ACCOUNT, runtime.official_account.credentials),
        App(MINI_PROGRAM, runtime.mini_program.credentials),
    )
    program = create_simulator(SimulatorConfig(apps=apps, clock=clock, push_timeout=2))
    server = make_simulator_server(program)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield WeChat(f"http://127.0.0.1:{server.port}")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        world_of(program).close()


def _blow_until_told(runtime: Runtime, weather: Weather, crew: Crew, luck: Random) -> None:
    """Gust upon gust; the calm comes when a tenth is left, so that the last ones end too."""
    begun = waiting = last = _waiting(runtime)
    until = monotonic() + LONGEST_S
    while waiting > begun / 10:
        if monotonic() > until:
            raise TimeoutError(f"{waiting} of {begun} messages still wait: {endings(runtime)}")
        if last - waiting >= A_GUST_EVERY:
            weather.blow()
            last -= A_GUST_EVERY
        if runtime.clock.now() >= TOMORROW:
            weather.renew_quota()
        if luck.random() < 1 / KILLED_IN:
            crew.kill_one(luck)
        sleep(LOOK_EVERY_S)
        waiting = _waiting(runtime)


def _wait_until_told(runtime: Runtime) -> None:
    until = monotonic() + LONGEST_S
    while _waiting(runtime):
        if monotonic() > until:
            raise TimeoutError(f"messages still wait: {endings(runtime)}")
        sleep(LOOK_EVERY_S)


def _last_words(url: str, wechat: WeChat, clock: Hourglass) -> None:
    """What WeChat says last of some messages brings them back into the outbox, where they end."""
    runtime = impatient(url, wechat.url, clock)
    while _waiting(runtime):
        deliver_due(runtime)
        sleep(LOOK_EVERY_S)


def _waiting(runtime: Runtime) -> int:
    with runtime.sessions.read() as session:
        return outbox_depth(session)


def _print(storm: Storm, runtime: Runtime, weather: Weather, crew: Crew, took_s: float, found: list[str]) -> None:
    print(f"{storm.messages:,} messages to {storm.members} members by {storm.processes} processes in {took_s:,.0f} s")
    print(f"{crew.killed} processes killed, {sum(weather.seen.values())} faults of {len(weather.seen)} kinds")
    for name, count in sorted(weather.seen.items()):
        print(f"  {name}: {count}")
    print("ended: " + ", ".join(f"{status} {count:,}" for status, count in sorted(endings(runtime).items())))
    print("\n".join(found) or "every message was shown once or ended in a named state, in the order of its member")


if __name__ == "__main__":
    main()
