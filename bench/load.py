"""Clients that send prepared calls one after another over kept-alive connections, and note how long each took."""

import socket
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from time import perf_counter

from bench.shop import Call

HEAD_END = b"\r\n\r\n"


@dataclass(frozen=True)
class Figures:
    """What a load measured: calls a second, latencies in milliseconds, answers by success and status."""

    clients: int
    rate: float
    p50: float
    p95: float
    p99: float
    failed: int
    statuses: dict[int, int]


def load(address: tuple[str, int], calls: Sequence[Call], *, clients: int) -> Figures:
    """Send `calls`, divided over `clients` connections, each sending its next call when the last is answered."""
    shares = [[_bytes_of(call) for call in calls[first::clients]] for first in range(clients)]
    start = Barrier(clients + 1)
    with ThreadPoolExecutor(clients) as pool:
        running = [pool.submit(_client, address, share, start) for share in shares]
        start.wait()
        began = perf_counter()
        answers = [answer for client in running for answer in client.result()]
        took = perf_counter() - began
    times = sorted(seconds * 1000 for seconds, _ in answers)
    failed = sum(status >= 300 for _, status in answers)
    p50, p95, p99 = (_percentile(times, share) for share in (50, 95, 99))
    statuses = dict(Counter(status for _, status in answers))
    return Figures(clients, len(calls) / took, p50, p95, p99, failed, statuses)


def _client(address: tuple[str, int], share: list[bytes], start: Barrier) -> list[tuple[float, int]]:
    with socket.create_connection(address, timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        start.wait()
        return [_ask(connection, call) for call in share]


def _ask(connection: socket.socket, call: bytes) -> tuple[float, int]:
    began = perf_counter()
    connection.sendall(call)
    received = b""
    while HEAD_END not in received:
        received += _more(connection)
    head, _, body = received.partition(HEAD_END)
    lines = head.lower().split(b"\r\n")
    length = next(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:"))
    while len(body) < length:
        body += _more(connection)
    return perf_counter() - began, int(lines[0].split()[1])


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("the server closed the connection")
    return data


def _bytes_of(call: Call) -> bytes:
    headers = {"Host": "bench", "Content-Length": str(len(call.body))} | call.headers
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{call.method} {call.path} HTTP/1.1\r\n{lines}\r\n".encode() + call.body


def _percentile(ordered: list[float], share: int) -> float:
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)]
