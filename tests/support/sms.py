"""An account with the simulated SMS provider."""

from backend.sms import TencentAccount, TencentSms
from backend.wechat.simulator import SmsAccount
from tests.support.simulator import RunningSimulator

ACCOUNT = TencentAccount("AKIDsimulated", "sms-secret-key", "1400006666", "百汇百货")
READY, LONG = "T1001", "T1002"
TEXTS = {READY: "您兑换的{1}已到店，请于{2}前领取。", LONG: "长" * 60 + "{1}"}
SIMULATED = SmsAccount(ACCOUNT.secret_id, ACCOUNT.secret_key, ACCOUNT.app_id, ACCOUNT.sign, TEXTS)


def sender_to(simulator: RunningSimulator, **change: object) -> TencentSms:
    """Our adapter, as the account is or changed; it is not patient with the simulator."""
    known = {name: getattr(ACCOUNT, name) for name in ("secret_id", "secret_key", "app_id", "sign")}
    return TencentSms(TencentAccount(**{**known, **change}), endpoint=simulator.base_url, timeout=(1, 1))
