import argparse
import signal
from threading import Event

import prometheus_client

from backend.cluster.engine import NotInstalled
from backend.cluster.group import serve
from backend.wiring import production_runtime


def main() -> None:
    """Run a worker group until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(
        prog="python -m backend.cluster", description="Send messages when the jobs process asks (DISPATCHER=cluster)."
    )
    parser.add_argument("--metrics-port", type=int, help="serve Prometheus metrics on this port of 127.0.0.1")
    arguments = parser.parse_args()
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    runtime = production_runtime()
    if runtime.cluster is None:
        raise SystemExit("Error: DISPATCHER: nobody asks a worker group unless it is DISPATCHER=cluster")
    if arguments.metrics_port:
        prometheus_client.start_http_server(arguments.metrics_port, addr="127.0.0.1")
    try:
        serve(runtime, runtime.cluster, stopped)
    except NotInstalled as missing:
        raise SystemExit(f"Error: {missing}") from None


if __name__ == "__main__":
    main()
