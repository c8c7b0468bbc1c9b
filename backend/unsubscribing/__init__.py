"""How members end marketing from where it reaches them: the link in a mail (`/unsubscribe/…`), and a word answered to
an SMS (`/sms/replies`, which the provider posts to). Owns no table.
"""

from flask_openapi import OpenAPI

from backend.unsubscribing import mail, sms

__all__ = ["register"]


def register(app: OpenAPI) -> None:
    """Open both doors."""
    app.register_blueprint(mail.bp)
    app.register_blueprint(sms.bp)
