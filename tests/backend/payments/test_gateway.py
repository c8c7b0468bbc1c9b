import inspect

from backend.payments import PayGateway
from backend.wechat import WechatPay


def test_the_adapter_has_every_verb_as_the_protocol_says_it():
    verbs = [name for name in vars(PayGateway) if not name.startswith("_")]
    for name in verbs:
        wanted, found = (inspect.getattr_static(one, name) for one in (PayGateway, WechatPay))
        if inspect.isfunction(wanted):
            assert inspect.signature(found) == inspect.signature(wanted), name
