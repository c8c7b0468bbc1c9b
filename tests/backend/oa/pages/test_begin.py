import pytest

from backend.kit.clock import FixedClock
from backend.oa.pages import begin


@pytest.mark.parametrize("state", ["", "a" * 31, "a" * 33, "ａ" * 32, "-" * 32])
def test_what_is_no_state(app, state):
    with app.test_request_context("/wechat/pages/login/back"):
        app.preprocess_request()
        assert begin.begun(state) is None


def test_a_login_leads_where_it_began(app, clock: FixedClock):
    with app.test_request_context("/wechat/pages/card"):
        app.preprocess_request()
        response = begin.begin_login("/wechat/pages/card?", tries=2)
    (cookie,) = response.headers.getlist("Set-Cookie")
    name, _, value = cookie.partition(";")[0].partition("=")
    state = response.location.split("state=")[1].partition("#")[0]
    with app.test_request_context("/wechat/pages/login/back", headers={"Cookie": f"{name}={value}"}):
        app.preprocess_request()
        found = begin.begun(state)
        assert (found.leads_to, found.tries) == ("/wechat/pages/card", 2)
        assert begin.begun(state) is None
