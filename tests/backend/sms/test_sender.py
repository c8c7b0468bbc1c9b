from backend.sms import Sms, SmsSender, Taken
from tests.support.sms import READY, sender_to


def test_our_adapter_is_a_sender(simulator, owner):
    sender: SmsSender = sender_to(simulator)
    assert isinstance(sender.send(Sms(owner.phone, READY, ("杯", "今天"), "1")), Taken)
