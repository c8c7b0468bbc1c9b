from backend.messaging.channels import Refused
from backend.messaging.rules import Verdict


def test_a_reason_fits_its_column():
    refusal = Refused(Verdict(), "x" * 300, errcode=7)
    assert (str(refusal), refusal.errcode, refusal.maybe_shown) == ("x" * 128, 7, False)
