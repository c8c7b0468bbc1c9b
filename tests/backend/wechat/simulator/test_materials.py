import pytest
import requests

from backend import wechat
from backend.wechat import OfficialAccount
from tests.backend.wechat.simulator.calling import stable_token
from tests.support.simulator import RunningSimulator

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
JPEG = b"\xff\xd8\xff" + b"0" * 20


@pytest.mark.parametrize(("data", "kind"), [(PNG, "image/png"), (JPEG, "image/jpeg")])
def test_an_uploaded_picture_is_shown(
    simulator: RunningSimulator, official_account: OfficialAccount, data: bytes, kind: str
):
    media_id = official_account.upload_picture(data, kind)
    shown = requests.get(f"{simulator.base_url}/_sim/materials/{media_id}", timeout=5)
    assert (shown.content, shown.headers["Content-Type"]) == (data, kind)


def test_what_was_not_uploaded_is_not_shown(simulator: RunningSimulator):
    assert requests.get(f"{simulator.base_url}/_sim/materials/x", timeout=5).status_code == 404


def test_what_is_no_picture_is_refused(official_account: OfficialAccount):
    with pytest.raises(wechat.WeChatError) as refused:
        official_account.upload_picture(b"GIF89a", "image/gif")
    assert refused.value.errcode == 40005


def test_an_upload_without_a_file_is_refused(simulator: RunningSimulator):
    params = {"access_token": str(stable_token(simulator)["access_token"]), "type": "image"}
    answer = requests.post(f"{simulator.base_url}/cgi-bin/material/add_material", params=params, timeout=5).json()
    assert answer["errcode"] == 41005


def test_too_large_a_picture_is_refused(official_account: OfficialAccount):
    with pytest.raises(wechat.WeChatError) as refused:
        official_account.upload_picture(JPEG + b"0" * (10 << 20), "image/jpeg")
    assert refused.value.errcode == 45001
