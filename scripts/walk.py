"""`make walk`: walks through a running demo store as a shopper and a till would, and fails loudly.

It knows the store by HTTP only and imports nothing of it.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from scripts.walking.doors import Till, WalkFailed, Wire
from scripts.walking.steps import Walk


def main() -> int:
    """Walk once. Exits 0 when everything was as it should be, 1 otherwise."""
    options = _parser().parse_args()
    demo = _read(options.demo_file)
    web = Wire(options.base_url or demo["base_url"])
    simulator = Wire(options.simulator_url or demo["simulator_url"])
    key = demo["till"]
    till = Till(web, app_key=key["app_key"], secret=key["secret"])
    try:
        Walk(web, simulator, till, store_name=key["store_name"]).go()
    except WalkFailed as failure:
        print(f"\nFAILED: {failure}", file=sys.stderr)
        return 1
    print("\nThe walk is done: everything came back as it should.")
    return 0


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise SystemExit(f"{path} is not there: start the demo store first, with `make run`.") from None
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make walk", description=main.__doc__)
    parser.add_argument("--base-url", help="where the store is (default: what `make run` noted)")
    parser.add_argument("--simulator-url", help="where the simulated WeChat is (default: what `make run` noted)")
    parser.add_argument(
        "--demo-file", type=Path, default=Path("var/demo.json"), help="till's key (default: %(default)s)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
