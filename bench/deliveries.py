"""`python -m bench.deliveries [--messages N]`: messages delivered a second through a WeChat that takes 100 ms a call.

One, two and four delivery processes of 16 threads each, beside what would be ideal: a call of 100 ms on each thread and
nothing else. The WeChat is a bare one that answers after its time, so that the figures are of the deliveries alone.
"""

import asyncio
import json
import os
import resource
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from time import perf_counter
from typing import Final

from sqlalchemy import Engine, delete, insert, text

from backend import messaging
from backend.kit.db import connect
from backend.kit.ids import new_id
from backend.kit.migrations import upgrade
from backend.members import OFFICIAL_ACCOUNT, Identity
from backend.messaging.models import Delivery, Message
from backend.messaging.rules import cause_of
from bench.crowd import JOINED, MEMBERS, NOW
from bench.scratch import mariadb
from bench.soak.place import runtime_of

PROCESSES: Final = (1, 2, 4)
WORKERS: Final = 16
LATENCY_S: Final = 0.1
IDEAL: Final = WORKERS / LATENCY_S  # a second and process
EACH: Final = 5  # messages of a member, which keep their order
BATCH: Final = 5_000
WORDS: Final = {"points": "128", "reason": "消费积分", "balance": "1688", "at": "2026年3月1日 09:00"}
HEAD: Final = "| processes | messages | seconds | a second | of ideal | peak memory MB |\n|---|---|---|---|---|---|"


def main() -> None:
    """Deliver the same messages by one, two and four processes."""
    parser = ArgumentParser(prog="python -m bench.deliveries", description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    count = parser.parse_args().messages
    print(HEAD, flush=True)
    with mariadb() as url, slow_wechat() as wechat_url:
        os.environ.update(WECHAT_API_BASE_URL=wechat_url, MESSAGE_TEMPLATE_IDS="points_earned=T")
        engine = connect(url)
        upgrade(engine)
        _follow(engine, url, count // EACH)
        for processes in PROCESSES:
            _decide(engine, count)
            print(_row(url, processes, count), flush=True)
        engine.dispose()


@contextmanager
def slow_wechat() -> Iterator[str]:
    """The address of a WeChat in a process of its own that accepts everything, in its time."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.kill()
        process.join()


def _serve(told: Connection) -> None:
    async def serve() -> None:
        server = await asyncio.start_server(_answer_all, "127.0.0.1", 0, backlog=256)
        told.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(serve())


async def _answer_all(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while head := await _head(reader):
        length = next(
            (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        await reader.readexactly(length)
        answer: dict[str, object] = {"access_token": "t", "expires_in": 7200}
        if b"/send" in head:
            await asyncio.sleep(LATENCY_S)
            answer = {"errcode": 0, "errmsg": "ok", "msgid": new_id()}
        body = json.dumps(answer).encode()
        lines = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        writer.write(lines + body)


def _length(head: bytes) -> int:
    lines = (line.partition(b":") for line in head.lower().split(b"\r\n"))
    return next((int(value) for name, _, value in lines if name == b"content-length"), 0)


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


def _follow(engine: Engine, url: str, members: int) -> None:
    appid = runtime_of(url).official_account.appid
    rows = [
        {"id": number, "kind": OFFICIAL_ACCOUNT, "appid": appid, "openid": f"o{number}", "member_id": number}
        | {"follows": True, "followed_at": JOINED, "seen_at": JOINED}
        for number in range(1, members + 1)
    ]
    with engine.begin() as connection:
        connection.execute(text(MEMBERS.format(size=members)), {"joined": JOINED, "first": 1, "last": members})
        connection.execute(insert(Identity), rows)


def _decide(engine: Engine, count: int) -> None:
    with engine.begin() as connection:
        for table in (Delivery, Message):
            connection.execute(delete(table))
        for first in range(0, count, BATCH):
            numbers = range(first, min(first + BATCH, count))
            connection.execute(insert(Message), [_message(number, count // EACH) for number in numbers])


def _message(number: int, members: int) -> dict[str, object]:
    member_id = number % members + 1
    cause = cause_of("points_earned", member_id, str(number))
    decided = {"id": number + 1, "member_id": member_id, "template": "points_earned", "words": WORDS, "cause": cause}
    return decided | {"queue": 0, "status": "waiting", "attempts": 0, "decided_at": NOW, "due_at": NOW}


def _row(url: str, processes: int, count: int) -> str:
    with get_context("spawn").Pool(processes) as pool:
        pool.map(_warm_up, [url] * processes, chunksize=1)
        began = perf_counter()
        done = pool.map(_deliver, [url] * processes, chunksize=1)
        seconds = perf_counter() - began
    sent = sum(outcomes["sent"] for outcomes, _ in done)
    if sent != count:
        raise RuntimeError(f"{sent} of {count} messages were sent: {done}")
    rate, peak_mb = count / seconds, max(peak for _, peak in done)
    share = rate / (IDEAL * processes)
    return f"| {processes} | {count:,} | {seconds:,.1f} | {rate:,.0f} | {share:.0%} | {peak_mb:,.0f} |"


def _warm_up(url: str) -> None:
    with runtime_of(url).sessions.read() as session:
        messaging.outbox_depth(session)


def _deliver(url: str) -> tuple[Counter[str], float]:
    """What became of the attempts of this process, and its most memory in MB."""
    runtime, outcomes = runtime_of(url), Counter[str]()
    while _waiting(runtime):  # the other processes may have had the first message of every member under way
        outcomes += messaging.deliver_due(runtime, workers=WORKERS)
    return outcomes, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _waiting(runtime: messaging.Post) -> int:
    with runtime.sessions.read() as session:
        return messaging.outbox_depth(session)


if __name__ == "__main__":
    main()
