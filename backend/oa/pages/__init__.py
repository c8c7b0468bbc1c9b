"""The official account's web pages (`/wechat/pages`): a small doorway to the mini-program for who does not open it.

WeChat says who looks (OAuth, `snsapi_base`); a signed cookie remembers it for a while. Server-rendered, with a few
lines of script that fetch the next rotating code; nothing is loaded from elsewhere but WeChat's own script.
"""

from backend.kit.calls import CallApp
from backend.oa.pages import card, coupons, inbox, join, login, points, sharing
from backend.oa.pages.door import bp

__all__ = ["card", "coupons", "inbox", "join", "login", "points", "register", "sharing"]


def register(app: CallApp) -> None:
    """Open the pages."""
    app.register_blueprint(bp)
