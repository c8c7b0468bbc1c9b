"""What names a member in the links of mails: signed, so that nobody ends what another one wants."""

from typing import Final

from itsdangerous import BadSignature, URLSafeSerializer

MARKETING_MAIL: Final = "marketing by mail"


def mail_token(member_id: int, key: bytes) -> str:
    """What stands for a member in the link that ends marketing by mail. It has no end: mails are kept for years."""
    return _signer(key).dumps(str(member_id))


def member_of_mail_token(token: str, key: bytes) -> int | None:
    """The member whom a token stands for; None for what is no token of ours."""
    try:
        return int(_signer(key).loads(token))
    except (BadSignature, ValueError, TypeError):
        return None


def _signer(key: bytes) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt=MARKETING_MAIL)
