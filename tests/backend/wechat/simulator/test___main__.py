import json
import signal
import subprocess
import sys
from pathlib import Path

import requests

ROOT = Path(__file__).parents[4]


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
        try:
            base_url = process.stdout.readline().split()[-1]
            apps = requests.get(f"{base_url}/_sim/apps", timeout=30).json()["items"]
            templates = requests.get(f"{base_url}/_sim/templates", timeout=30).json()["items"]
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
        finally:
            process.kill()  # or who waits for its end would wait for ever
    assert apps == [{"appid": "wxoa", "kind": "official-account", "name": "百汇", "callback_url": "http://x/"}]
    assert [one["title"] for one in templates] == ["标题"]
