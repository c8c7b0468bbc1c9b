import argparse
import signal
from threading import Event

import prometheus_client

from backend.cluster import NotInstalled
from backend.jobs.dispatching import Dispatcher, dispatcher_of
from backend.jobs.loop import serve
from backend.runtime import Runtime
from backend.wiring import production_runtime


def main() -> None:
    """Run the jobs process until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m backend.jobs", description="Run the timetable, deliver messages.")
    parser.add_argument("--metrics-port", type=int, help="serve Prometheus metrics on this port of 127.0.0.1")
    arguments = parser.parse_args()
    stopped = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    runtime = production_runtime()
    if arguments.metrics_port:
        prometheus_client.start_http_server(arguments.metrics_port, addr="127.0.0.1")
    serve(runtime, _dispatcher(runtime), stopped)


def _dispatcher(runtime: Runtime) -> Dispatcher:
    try:
        return dispatcher_of(runtime)
    except NotInstalled as missing:
        raise SystemExit(f"Error: {missing}") from None


if __name__ == "__main__":
    main()
