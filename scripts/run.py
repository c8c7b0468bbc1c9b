"""`make run`: prepares the store, starts its processes, says where they are, and ends them together."""

import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Final

from scripts.launch.greeting import greeting, keep_addresses
from scripts.launch.plan import ROOT, LaunchSettings, environment_of, read_plan
from scripts.launch.ports import refuse_taken_ports
from scripts.launch.processes import Died, Household, Stopped, listen_for_the_end
from scripts.launch.simulated_wechat import write_config

READY_WITHIN_S: Final = 60.0
MODULE: Final = [sys.executable, "-m"]


def main() -> int:
    """Run the store until Ctrl-C or SIGTERM. Exits 0 when asked to end, else with the code of the process that died."""
    plan = read_plan()
    refuse_taken_ports(plan)
    environment = environment_of(plan)
    logs = _make_folders(plan)
    listen_for_the_end()
    household = Household(logs, environment, ROOT)
    try:
        _prepare(plan, environment)
        _start(plan, household, environment)
        _wait_until_ready(plan, household)
        if plan.seeded and plan.simulated:
            _flask(environment, "demo", "publish")
        print(greeting(plan), flush=True)
        household.watch()
    except Stopped:
        print("\nEnding …", flush=True)
        return 0
    except Died as died:
        print(died, file=sys.stderr, flush=True)
        return died.code if died.code > 0 else 1
    finally:
        household.end()


def _make_folders(plan: LaunchSettings) -> Path:
    logs = plan.var_dir / "log"
    logs.mkdir(parents=True, exist_ok=True)
    metrics = plan.var_dir / "metrics"
    shutil.rmtree(metrics, ignore_errors=True)  # figures of processes that are no more
    metrics.mkdir()
    return logs


def _prepare(plan: LaunchSettings, environment: Mapping[str, str]) -> None:
    if plan.seeded:
        _flask(environment, "demo", "seed", "--once", "--upgrade", "--logins", str(plan.logins))
        keep_addresses(plan)
    else:
        _flask(environment, "db", "upgrade")


def _flask(environment: Mapping[str, str], *arguments: str) -> None:
    done = subprocess.run([*MODULE, "flask", "--app", "wsgi", *arguments], cwd=ROOT, env=dict(environment), check=False)
    if done.returncode:
        raise SystemExit(f"`flask {' '.join(arguments)}` failed, see above.")


def _start(plan: LaunchSettings, household: Household, environment: Mapping[str, str]) -> None:
    if plan.simulated:
        config = plan.var_dir / "simulator.json"
        write_config(config, web_url=plan.web_url, ids=environment["MESSAGE_TEMPLATE_IDS"], pay_keys=plan.pay_keys)
        address = ["--host", plan.host, "--port", str(plan.simulator_port)]
        state = ["--config", str(config), "--state", str(plan.var_dir / "simulator.db")]
        household.start("simulator", [*MODULE, "backend.wechat.simulator", *address, *state])
    if plan.dispatcher == "cluster":
        for number in range(1, plan.worker_groups + 1):
            household.start(f"workers-{number}", [*MODULE, "backend.cluster"], replaceable=True)
    household.start("jobs", [*MODULE, "backend.jobs"])
    household.start("web", _web(plan))


def _web(plan: LaunchSettings) -> list[str]:
    server = [*MODULE, "granian", "--interface", "wsgi", "--host", plan.host, "--port", str(plan.port)]
    # few threads beat many under the interpreter lock; the queue is longer than a proxy keeps connections alive
    amounts = ["--workers", str(plan.web_workers), "--blocking-threads", "4", "--backpressure", "64"]
    endurance = ["--respawn-failed-workers", "--workers-kill-timeout", "30"]
    return [*server, *amounts, *endurance, "--no-ws", "wsgi:app"]


def _wait_until_ready(plan: LaunchSettings, household: Household) -> None:
    addresses = [f"{plan.web_url}/readyz", *([f"{plan.simulator_url}/"] if plan.simulated else [])]
    if not household.wait_until(lambda: all(map(_answers, addresses)), within_s=READY_WITHIN_S):
        said = household.log_of("web")
        raise SystemExit(f"The store was not ready within {READY_WITHIN_S:.0f} s. The web server said:\n{said}")


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as response:  # noqa: S310  our own address, http
            return bool(response.status == HTTPStatus.OK)
    except (urllib.error.URLError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(main())
