import re
from dataclasses import replace
from urllib.parse import urljoin

import pytest
from flask import jsonify, request

from backend.app import create_app

ADDRESS = re.compile(r"""(?:src|href)=["']?([^"'\s>]+)""")


def test_the_page_of_the_document_loads_nothing_from_elsewhere(client):
    page = client.get("/api/docs", follow_redirects=True)
    assert page.status_code == 200
    addresses = ADDRESS.findall(page.text)
    assert len(addresses) >= 4
    assert not re.search(r"(src|href|url)\s*[=(:]\s*[\"']?(https?:)?//", page.text)
    for address in addresses:
        with client.get(urljoin(page.request.path, address)) as asset:
            assert asset.status_code == 200
    assert '"validatorUrl": null' in page.text


def test_the_stylesheet_loads_nothing_from_elsewhere(client):
    with client.get("/api/swagger/css/swagger-ui.css") as reply:
        sheet = reply.text
    assert not re.search(r"url\(\s*[\"']?(https?:)?//", sheet)
    assert "@import" not in sheet


def test_alive_and_metrics_answer_without_a_database(client):
    assert client.get("/healthz").json == {"status": "ok"}
    assert "baihui_http_requests_total" in client.get("/metrics").text


@pytest.mark.parametrize(("proxies", "expected"), [(0, "127.0.0.1"), (1, "203.0.113.7"), (2, "198.51.100.9")])
def test_only_as_many_proxies_are_believed_as_there_are(runtime, proxies, expected):
    app = create_app(replace(runtime, trusted_proxies=proxies))
    app.add_url_rule("/who", view_func=lambda: jsonify(request.remote_addr))
    forwarded = {"X-Forwarded-For": "192.0.2.1, 198.51.100.9, 203.0.113.7"}
    assert app.test_client().get("/who", headers=forwarded).json == expected
