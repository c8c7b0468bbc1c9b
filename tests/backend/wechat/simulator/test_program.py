import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from backend.kit.cache import MemoryCache
from backend.kit.clock import FixedClock
from backend.wechat import LoginRefused, MiniProgram, OfficialAccount
from backend.wechat.simulator import DEMO_MINI_PROGRAM, DEMO_OFFICIAL_ACCOUNT, SimulatorConfig
from tests.support.simulator import RunningSimulator, running_simulator

ROOT = Path(__file__).parents[4]


def test_state_survives_a_restart(tmp_path: Path, clock: FixedClock):
    config = SimulatorConfig(state=tmp_path / "deep" / "wechat.db", clock=clock)
    cache = MemoryCache(clock)
    with running_simulator(config) as before:
        user = before.new_user("小惠")
        before.follow(user)
        kept, used = before.login_code(user), before.login_code(user)
        MiniProgram(DEMO_MINI_PROGRAM, base_url=before.base_url, cache=cache).code_to_session(used)
        account = OfficialAccount(DEMO_OFFICIAL_ACCOUNT, base_url=before.base_url, cache=cache)
        msgid = account.send_template(user.oa_openid, "T", {"thing1": "x"}, client_msg_id="1")
    with running_simulator(config) as after:
        account = OfficialAccount(DEMO_OFFICIAL_ACCOUNT, base_url=after.base_url, cache=cache)
        assert account.user(user.oa_openid).subscribed
        assert account.send_template(user.oa_openid, "T", {"thing1": "x"}, client_msg_id="1") == msgid
        assert [one["msgid"] for one in after.messages(user, "template")] == [msgid]
        program = MiniProgram(DEMO_MINI_PROGRAM, base_url=after.base_url, cache=cache)
        assert program.code_to_session(kept).openid == user.mp_openid
        with pytest.raises(LoginRefused):
            program.code_to_session(used)
        assert [call["api"] for call in after.calls("stable_token")] == ["cgi-bin/stable_token"]


def test_new_accounts_are_known_to_old_users(simulator: RunningSimulator):
    user = simulator.new_user()
    simulator.post("apps", kind="mini-program", appid="wx2", secret="s2")
    assert "wx2" in simulator.get(f"users/{user.id}")["openids"]


def test_it_runs_as_a_program_of_its_own(tmp_path: Path):
    config = tmp_path / "config.json"
    config.write_text(
        json.dumps(
            {
                "apps": [{"kind": "official-account", "appid": "wxoa", "secret": "s", "name": "百汇"}],
                "templates": {"T": {"title": "标题", "fields": [{"key": "thing1", "label": "标签"}]}},
            }
        ),
        "utf-8",
    )
    options = ["--port", "0", "--state", str(tmp_path / "w.db"), "--config", str(config), "--callback-url", "http://x/"]
    command = [sys.executable, "-m", "backend.wechat.simulator", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own program
        assert process.stdout is not None
        base_url = process.stdout.readline().split()[-1]
        apps = requests.get(f"{base_url}/_sim/apps", timeout=5).json()["items"]
        templates = requests.get(f"{base_url}/_sim/templates", timeout=5).json()["items"]
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert apps == [{"appid": "wxoa", "kind": "official-account", "name": "百汇", "callback_url": "http://x/"}]
    assert [one["title"] for one in templates] == ["标题"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "users", {}, 400),
        ("POST", "users/99/login-code", {}, 404),
        ("POST", "users/99/follow", {}, 404),
        ("GET", "users/99", {}, 404),
        ("POST", "faults", {"errcode": 1}, 400),
        ("POST", "templates", {"templates": {"T": {}}}, 400),
    ],
)
def test_control_refuses_what_it_does_not_understand(
    simulator: RunningSimulator, method: str, path: str, body: dict[str, object], status: int
):
    response = requests.request(method, f"{simulator.base_url}/_sim/{path}", json=body, timeout=5)
    assert response.status_code == status
    assert "error" in response.json()


def test_following_twice_and_leaving_twice_are_conflicts(simulator: RunningSimulator):
    user = simulator.new_user()
    url = f"{simulator.base_url}/_sim/users/{user.id}"
    answers = [requests.post(f"{url}/{what}", timeout=5).status_code for what in ("unfollow", "follow", "follow")]
    assert answers == [409, 200, 409]
