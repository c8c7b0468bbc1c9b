"""What WeChat does in a storm: one fault after another, and once the quota of the day is spent."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from typing import Any, Final

from bench.storm.place import Phone, WeChat

SEND: Final = "cgi-bin/message/template/send"
TOKEN: Final = "cgi-bin/stable_token"  # noqa: S105  the name of a call
ENOUGH: Final = 100_000


class Weather:
    """Scripts faults, each drawn by the luck of a seed; `seen` counts them by name."""

    def __init__(self, wechat: WeChat, appid: str, phones: Sequence[Phone], luck: Random) -> None:
        self._wechat = wechat
        self._appid = appid
        self._phones = phones
        self._luck = luck
        self._gone: Phone | None = None
        self.seen: Counter[str] = Counter()
        fault = self._fault
        self._kinds: dict[str, Callable[[], object]] = {
            "token revoked": partial(wechat.post, "tokens/revoke", appid=appid),
            "no token": partial(fault, TOKEN, http_status=500, times=2),
            "HTTP 502": partial(fault, SEND, http_status=502, times=4),
            "a page instead of an answer": partial(fault, SEND, html=True, times=2),
            "busy (-1)": partial(fault, SEND, errcode=-1, times=6),
            "hangs": partial(fault, SEND, delay_ms=1_200, times=2),
            "hangs up before": partial(fault, SEND, drop="before", times=2),
            "hangs up after": partial(fault, SEND, drop="after", times=2),
            "too fast (45011)": partial(fault, SEND, errcode=45011),
            "not following (43004)": self._leave,
            "refused (43101)": lambda: self._fault_for_one(errcode=43101),
            "bad data (47003)": lambda: self._fault_for_one(errcode=47003),
            "blocked by the user": lambda: self._fault_for_one(finish="failed:user block"),
            "lost by WeChat": lambda: self._fault_for_one(finish="failed: system failed"),
        }

    def blow(self) -> None:
        """One more fault."""
        name = self._luck.choice(list(self._kinds))
        self._kinds[name]()
        self.seen[name] += 1

    def spend_quota(self, at: int) -> None:
        """From that call for sending on WeChat takes no more until tomorrow (45009)."""
        self._wechat.post("quotas", api=SEND, per_day=at)

    def renew_quota(self) -> None:
        """Tomorrow there is enough for all."""
        self._wechat.post("quotas", api=SEND, per_day=ENOUGH)

    def _fault(self, api: str, **effect: Any) -> None:
        self._wechat.post("faults", api=api, **effect)

    def _leave(self) -> None:
        """One is said to have left; who was said so before follows again."""
        if self._gone is not None:
            self._wechat.post(f"users/{self._gone.user_id}/unfollow")
            self._wechat.post(f"users/{self._gone.user_id}/follow")
        self._gone = self._luck.choice(self._phones)
        self._fault(SEND, openid=self._gone.openid, errcode=43004)

    def _fault_for_one(self, **effect: Any) -> None:
        self._fault(SEND, openid=self._luck.choice(self._phones).openid, **effect)
