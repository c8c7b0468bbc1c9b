import argparse
import signal
import sys
from dataclasses import replace
from pathlib import Path

from backend.wechat.simulator.config import OFFICIAL_ACCOUNT, SimulatorConfig, read_config
from backend.wechat.simulator.program import create_simulator, make_simulator_server, world_of


def main(arguments: list[str] | None = None) -> int:
    """Run the simulated WeChat until SIGTERM or Ctrl-C."""
    options = _parser().parse_args(arguments)
    config = SimulatorConfig(state=options.state)
    if options.config:
        config = read_config(options.config, config)
    if options.callback_url:
        apps = (
            replace(app, callback_url=options.callback_url) if app.kind == OFFICIAL_ACCOUNT else app
            for app in config.apps
        )
        config = replace(config, apps=tuple(apps))
    program = create_simulator(config)
    server = make_simulator_server(program, host=options.host, port=options.port)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.stdout.write(f"WeChat simulator: http://{options.host}:{server.port}\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    finally:
        server.server_close()
        world_of(program).close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m backend.wechat.simulator", description=main.__doc__)
    parser.add_argument("--port", type=int, default=8001, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--state", type=Path, help="SQLite file that outlives a restart; memory without it")
    parser.add_argument("--config", type=Path, help="JSON with apps and templates")
    parser.add_argument("--callback-url", help="where the official accounts' pushes go")
    return parser


if __name__ == "__main__":
    sys.exit(main())
