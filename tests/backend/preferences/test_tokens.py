import pytest

from backend.preferences import mail_token, member_of_mail_token

KEY, OTHER = b"k" * 32, b"o" * 32


def test_a_token_leads_to_its_member():
    assert member_of_mail_token(mail_token(385927523966626718, KEY), KEY) == 385927523966626718


@pytest.mark.parametrize("token", ["", "x", "385927523966626718", "a.b", "Im5vYm9keSI.sig", mail_token(7, OTHER)])
def test_what_we_did_not_sign_leads_to_nobody(token):
    assert member_of_mail_token(token, KEY) is None


def test_a_token_that_was_changed_leads_to_nobody():
    token, other = mail_token(7, KEY), mail_token(8, KEY)
    assert member_of_mail_token(other.partition(".")[0] + "." + token.partition(".")[2], KEY) is None
