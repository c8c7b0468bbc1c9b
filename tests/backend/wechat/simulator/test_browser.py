from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.support.simulator import RunningSimulator, User

PAGE = "http://127.0.0.1:9/page"


@pytest.fixture
def browser():
    with requests.Session() as session:
        yield session


def authorize(simulator: RunningSimulator, browser: requests.Session, **change: str) -> requests.Response:
    asked = {"redirect_uri": PAGE, "state": "s1", **change}
    return browser.get(f"{simulator.base_url}/connect/oauth2/authorize", params=asked, allow_redirects=False, timeout=5)


def hold(simulator: RunningSimulator, browser: requests.Session, user: User) -> requests.Response:
    """Open a page on this user's phone, as far as the simulator goes."""
    url = f"{simulator.base_url}/_sim/users/{user.id}/open"
    answer = browser.get(url, params={"url": PAGE}, allow_redirects=False, timeout=5)
    if answer.headers["Location"] != PAGE:
        taken = simulator.base_url + answer.headers["Location"]
        assert browser.get(taken, allow_redirects=False, timeout=5).headers["Location"] == PAGE
    return answer


def test_the_phones_user_is_let_through(simulator: RunningSimulator, browser: requests.Session):
    hold(simulator, browser, simulator.new_user())
    back = authorize(simulator, browser)
    query = parse_qs(urlsplit(back.headers["Location"]).query)
    assert back.headers["Location"].startswith(f"{PAGE}?")
    assert query["state"] == ["s1"]
    assert len(query["code"][0]) > 20


def test_a_phone_that_changes_hands_forgets_its_cookies(simulator: RunningSimulator, browser: requests.Session):
    one, other = simulator.new_user(), simulator.new_user()
    forgets = [hold(simulator, browser, user).headers.get("Clear-Site-Data") for user in (one, one, other, one)]
    assert forgets == ['"cookies"', None, '"cookies"', '"cookies"']


def test_who_has_no_phone_is_asked(simulator: RunningSimulator, browser: requests.Session):
    assert "请先在模拟器里新建一位" in authorize(simulator, browser).text
    user = simulator.new_user("小<b>惠")
    asked = authorize(simulator, browser)
    assert asked.status_code == 200
    assert "小&lt;b&gt;惠" in asked.text
    assert authorize(simulator, browser, **{"as": str(user.id)}).status_code == 302


def test_pages_of_other_hosts_get_no_code(simulator: RunningSimulator, browser: requests.Session):
    user = simulator.new_user()
    simulator.push_to("http://127.0.0.1:8000/wechat/oa")
    for place in (PAGE, "javascript:alert(1)", ""):
        refused = authorize(simulator, browser, redirect_uri=place, **{"as": str(user.id)})
        assert refused.status_code == 404
    allowed = authorize(simulator, browser, redirect_uri="http://127.0.0.1:8000/x?a=b", **{"as": str(user.id)})
    assert allowed.headers["Location"].startswith("http://127.0.0.1:8000/x?a=b&code=")


def test_nobody_and_nothing(simulator: RunningSimulator, browser: requests.Session):
    assert authorize(simulator, browser, appid="wx0").status_code == 404
    assert authorize(simulator, browser, **{"as": "99"}).status_code == 404
    assert browser.get(f"{simulator.base_url}/_sim/link/none", timeout=5).status_code == 404
    assert browser.get(f"{simulator.base_url}/_sim/users/99/open", params={"url": PAGE}, timeout=5).status_code == 404
