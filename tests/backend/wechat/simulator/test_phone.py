import re

import requests

from backend.wechat.simulator.program import POLICY
from tests.support.simulator import RunningSimulator


def test_the_page_is_served_with_all_it_needs_from_here(simulator: RunningSimulator):
    page = requests.get(f"{simulator.base_url}/", timeout=5)
    assert page.headers["Content-Security-Policy"] == POLICY
    assets = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(assets) >= 4
    for asset in assets:
        assert asset.startswith("/_sim/")
        assert requests.get(f"{simulator.base_url}{asset}", timeout=5).status_code == 200


def test_the_page_has_no_script_or_style_of_its_own(simulator: RunningSimulator):
    page = requests.get(f"{simulator.base_url}/", timeout=5).text
    assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\bstyle=|\bon\w+=", page)


def test_every_module_of_the_page_can_be_loaded(simulator: RunningSimulator):
    wanted, seen = {"main.js"}, set()
    while wanted - seen:
        name = (wanted - seen).pop()
        module = requests.get(f"{simulator.base_url}/_sim/static/{name}", timeout=5)
        assert module.status_code == 200
        assert "javascript" in module.headers["Content-Type"]
        seen.add(name)
        wanted |= set(re.findall(r'from "\./([\w.]+)"', module.text))
    assert len(seen) >= 6
