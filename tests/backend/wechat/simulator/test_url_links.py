from datetime import timedelta

import pytest
import requests

from backend.kit.clock import FixedClock
from backend.wechat import MiniProgram
from backend.wechat.errors import WeChatError
from tests.support.simulator import RunningSimulator


def test_a_link_is_good_for_its_days(simulator: RunningSimulator, mini_program: MiniProgram, clock: FixedClock):
    link = mini_program.url_link("pages/card/index", days=2)
    clock.move(timedelta(days=2, microseconds=-1000))
    assert "pages/card/index" in requests.get(link, timeout=5).text
    clock.move(timedelta(milliseconds=1))
    assert requests.get(link, timeout=5).status_code == 404


@pytest.mark.parametrize(
    ("body", "errcode"),
    [
        ({"path": "/pages/card", "expire_type": 1, "expire_interval": 1}, 40165),
        ({"path": "pages/card?a=b", "expire_type": 1, "expire_interval": 1}, 40165),
        ({"path": "pages/card"}, 85402),
        ({"path": "pages/card", "expire_type": 1, "expire_interval": 31}, 85402),
    ],
)
def test_what_wechat_would_refuse(mini_program: MiniProgram, body: dict[str, object], errcode: int):
    with pytest.raises(WeChatError) as refused:
        mini_program._transport.post("wxa/generate_urllink", body)
    assert refused.value.errcode == errcode
