from backend.wechat import Merchant, WechatPay
from backend.wechat.simulator import PayAccount
from scripts.launch.pay_keys import made_keys, pay_account, pay_environment


def test_keys_are_made_once_for_this_user_only(tmp_path):
    first = made_keys(tmp_path / "pay")
    assert made_keys(tmp_path / "pay") == first
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "pay").iterdir()} == {0o600}


def test_the_shop_and_its_wechat_pay_know_one_another(tmp_path):
    told, account = pay_environment(tmp_path, "http://127.0.0.1:1"), PayAccount(**pay_account(tmp_path))
    assert (told["WECHAT_PAY_MCHID"], told["WECHAT_PAY_SERIAL"]) == (account.mchid, account.serial_no)
    keys = made_keys(tmp_path)
    merchant = Merchant(account.mchid, "wx", account.serial_no, keys["merchant"], told["WECHAT_PAY_API_V3_KEY"])
    assert WechatPay(merchant, base_url="http://127.0.0.1:1", notify_url="").mchid == account.mchid
