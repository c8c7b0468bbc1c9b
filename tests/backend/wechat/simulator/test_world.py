from pathlib import Path

import pytest

from backend.kit.cache import MemoryCache
from backend.kit.clock import FixedClock
from backend.wechat import LoginRefused, MiniProgram, OfficialAccount
from backend.wechat.simulator import DEMO_MINI_PROGRAM, DEMO_OFFICIAL_ACCOUNT, SimulatorConfig
from tests.support.simulator import RunningSimulator, running_simulator


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
