import pytest

from backend import risk
from miniprogram_api.traces import trace


@pytest.mark.parametrize(
    ("header", "device"),
    [("phone-7", "phone-7"), (" phone-7 ", "phone-7"), ("", None), ("x" * 129, None), ("caf\xe9", None)],
)
def test_a_device_is_known_by_its_name_and_what_is_no_name_refuses_nothing(doors, header, device):
    with doors.test_request_context(headers={"X-Device-Id": header}, environ_base={"REMOTE_ADDR": "203.0.113.7"}):
        assert trace(phone="13812345678") == risk.Trace(device, "203.0.113.7", "13812345678")
