import pytest

from backend.mail import AddressUnreachable, TryLater
from backend.mail.errors import refusal


@pytest.mark.parametrize(("code", "kind"), [(421, TryLater), (499, TryLater), (500, AddressUnreachable)])
def test_only_codes_from_500_last(code, kind):
    error = refusal(code, "recipient", AddressUnreachable)
    assert type(error) is kind
    assert str(error) == f"{kind.__name__} recipient {code}"
