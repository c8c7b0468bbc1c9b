"""A simulated WeChat for tests: `with running_simulator() as wechat: ... wechat.base_url`."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from backend.wechat.simulator import (
    MINI_PROGRAM,
    OFFICIAL_ACCOUNT,
    SimulatorConfig,
    create_simulator,
    make_simulator_server,
    world_of,
)


@dataclass(frozen=True)
class User:
    """A WeChat user with their openids in the first account of each kind, empty where there is none."""

    id: int
    phone: str
    unionid: str
    oa_openid: str
    mp_openid: str


class RunningSimulator:
    """What tests do with a running simulator, over its control API."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._http = requests.Session()
        self._phones = iter(range(13800000000, 13900000000))

    def new_user(self, nickname: str = "小惠", *, phone: str | None = None, country_code: str = "86") -> User:
        given = {"nickname": nickname, "phone": phone or str(next(self._phones)), "country_code": country_code}
        user = self.post("users", **given)
        openids = user["openids"]
        return User(
            user["id"],
            user["phone"],
            user["unionid"],
            openids.get(self._first(OFFICIAL_ACCOUNT), ""),
            openids.get(self._first(MINI_PROGRAM), ""),
        )

    def login_code(self, user: User, *, appid: str | None = None) -> str:
        return str(self.post(f"users/{user.id}/login-code", appid=appid)["code"])

    def phone_code(self, user: User, *, appid: str | None = None) -> str:
        return str(self.post(f"users/{user.id}/phone-code", appid=appid)["code"])

    def web_code(self, user: User) -> str:
        """The code that the authorize page sends a browser back with."""
        asked = {"redirect_uri": "http://127.0.0.1/", "as": str(user.id), "appid": self._first(OFFICIAL_ACCOUNT) or ""}
        url = f"{self.base_url}/connect/oauth2/authorize"
        answer = self._http.get(url, params=asked, allow_redirects=False, timeout=10)
        return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]

    def snapshot(self, user: User, *, on: bool = True) -> None:
        """Let web pages meet a made-up user in this one's place."""
        self.post(f"users/{user.id}/snapshot", on=on)

    def press(self, user: User, *place: int) -> dict[str, Any]:
        """Press a button of the menu: {button, outcome, tries, reply}."""
        return self.post(f"users/{user.id}/press", place=place)

    def follow(self, user: User, *, scene: str | None = None) -> dict[str, Any]:
        """Answers what became of the push: {outcome, tries, reply}."""
        return self.post(f"users/{user.id}/follow", scene=scene)

    def unfollow(self, user: User) -> dict[str, Any]:
        return self.post(f"users/{user.id}/unfollow")

    def scan(self, user: User, scene: str) -> dict[str, Any]:
        return self.post(f"users/{user.id}/scan", scene=scene)

    def say(self, user: User, text: str) -> dict[str, Any]:
        return self.post(f"users/{user.id}/say", text=text)

    def subscribe(
        self, user: User, template_id: str, choice: str = "accept", *, appid: str | None = None
    ) -> dict[str, Any]:
        """Answer the question for subscribe messages, the mini-program's unless told: accept is one message more, or
        reject.
        """
        return self.post(f"users/{user.id}/subscriptions", choices={template_id: choice}, appid=appid)

    def switch_subscription_off(self, user: User, template_id: str) -> None:
        """Refuse a subscribe message in the mini-program's settings."""
        url = f"{self.base_url}/_sim/users/{user.id}/subscriptions/{template_id}"
        self._http.delete(url, timeout=10).raise_for_status()

    def reply_to_sms(self, user: User, text: str) -> str:
        """Answer the shop's SMS; what became of telling the shop."""
        return str(self.post(f"users/{user.id}/sms", text=text)["outcome"])

    def accepts(self, user: User, template_id: str, *, appid: str | None = None) -> int:
        """How many subscribe messages of that template the user still takes, the mini-program's unless told."""
        items = self.get(f"users/{user.id}/subscriptions", **({"appid": appid} if appid else {}))["items"]
        return next((item["accepts"] for item in items if item["template_id"] == template_id), 0)

    def messages(self, user: User, kind: str | None = None) -> list[dict[str, Any]]:
        """What the user's phone shows, oldest first: of one kind (text, template, notice, subscribe,
        subscription-notice, sms) when told.
        """
        items = self.get(f"users/{user.id}/messages")["items"]
        return [item for item in items if kind in {None, item["kind"]}]

    def fault(self, api: str, **effect: Any) -> None:
        """Let calls of `api` go wrong: errcode=, delay_ms=, drop=, http_status=, html=, finish=; times=, openid=."""
        self.post("faults", api=api, **effect)

    def clear_faults(self) -> None:
        self._http.delete(f"{self.base_url}/_sim/faults", timeout=10).raise_for_status()

    def calls(self, api: str | None = None) -> list[dict[str, Any]]:
        """The log of calls made to WeChat, oldest first."""
        items: list[dict[str, Any]] = self.get("calls", **({"api": api} if api else {}))["items"]
        return items

    def push_to(self, callback_url: str, *, appid: str | None = None) -> None:
        """Where the pushes of an account go from now on, the official account's unless told."""
        self.post("callback-url", url=callback_url, appid=appid)

    def register_templates(self, templates: dict[str, Any], *, appid: str | None = None) -> None:
        """{template_id: {"title": ..., "fields": [{"key": ..., "label": ...}]}} of an account, as above."""
        self.post("templates", templates=templates, appid=appid)

    def wait_until_quiet(self) -> None:
        """Wait until what the simulator pushes in the background has been answered."""
        assert self.post("quiet")["quiet"]

    def post(self, path: str, **given: Any) -> dict[str, Any]:
        return _answer(self._http.post(f"{self.base_url}/_sim/{path}", json=given, timeout=60))

    def get(self, path: str, **query: str) -> dict[str, Any]:
        return _answer(self._http.get(f"{self.base_url}/_sim/{path}", params=query, timeout=60))

    def _first(self, kind: str) -> str | None:
        return next((app["appid"] for app in self.get("apps")["items"] if app["kind"] == kind), None)

    def close(self) -> None:
        self._http.close()


@contextmanager
def running_simulator(config: SimulatorConfig | None = None) -> Iterator[RunningSimulator]:
    """A simulator on a free port of 127.0.0.1, in a thread; state in memory unless the config names a file."""
    program = create_simulator(config or SimulatorConfig())
    server = make_simulator_server(program)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    running = RunningSimulator(f"http://127.0.0.1:{server.port}")
    try:
        yield running
    finally:
        running.close()
        server.shutdown()
        server.server_close()
        thread.join()
        world_of(program).close()


def _answer(response: requests.Response) -> dict[str, Any]:
    response.raise_for_status()
    body: dict[str, Any] = response.json()
    return body
