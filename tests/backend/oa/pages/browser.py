"""A phone's browser: opens pages of the shop, and goes to the simulated WeChat and back where it is sent."""

from urllib.parse import parse_qs, urlsplit

import requests

SHOP = "https://shop.example"
MOST_STEPS = 9


class Browser:
    """The browser of one WeChat user; `client` is the shop."""

    def __init__(self, client, wechat, user):
        self.client, self.wechat, self.user = client, wechat, user
        self.went_to = []

    def open(self, path):
        """The page that is shown in the end, however often the browser is sent elsewhere."""
        response = self.client.get(path)
        for _ in range(MOST_STEPS):
            if response.status_code != 302:
                return response
            self.went_to.append(response.location)
            response = self.client.get(self.come_back(response.location))
        raise AssertionError(f"sent round and round: {self.went_to}")

    def come_back(self, location):
        """The path in the shop where a redirection leads, by way of WeChat if it does."""
        if location.startswith(self.wechat.base_url):
            location = self.authorize(location)
        return location.removeprefix(SHOP)

    def authorize(self, location):
        """Where WeChat sends the browser of this user."""
        url = location.partition("#")[0]
        answer = requests.get(url, params={"as": self.user.id}, allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def begin(self, path="/wechat/pages/card"):
        """Open a page without going to WeChat: where that would have led, and the state it was sent with."""
        location = self.client.get(path).location
        assert location.startswith(self.wechat.base_url)
        return location, parse_qs(urlsplit(location).query)["state"][0]

    def send(self, path, **form):
        """Send a form of the page that is open, with what this browser was given for it."""
        return self.client.post(path, data=form)
