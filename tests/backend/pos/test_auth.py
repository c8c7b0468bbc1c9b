import pytest

from backend import stores
from backend.app import LARGEST_BODY
from tests.support.clocks import MORNING
from tests.support.till import PREFIX, open_till

CALLS = [
    ("POST", "/members/lookup"),
    ("POST", "/quotes"),
    ("POST", "/purchases"),
    ("GET", "/purchases/SO-1"),
    ("POST", "/purchases/SO-1/refunds"),
    ("POST", "/mall/orders/pick-up"),
]
AT = int(MORNING.timestamp())
UNKNOWN_ORDER = ("/purchases/SO-none", (404, "purchases.unknown"))


def answer(response):
    return response.status_code, response.json["code"]


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_anonymous(client, method, path):
    response = client.open(PREFIX + path, method=method, json={} if method == "POST" else None)
    assert answer(response) == (401, "pos.unsigned")
    assert response.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    "forged",
    [
        {"app_key": ""},
        {"app_key": "till-" + "A" * 80},
        {"app_key": "till'--"},
        {"timestamp": ""},
        {"timestamp": "yesterday"},
        {"timestamp": "-1"},
        {"timestamp": "9" * 12},
        {"timestamp": "1772326800.5"},
        {"nonce": "short"},
        {"nonce": "n" * 65},
        {"nonce": "with space"},
        {"signature": ""},
        {"signature": "é" * 64},
        {"signature": "g" * 64},
    ],
)
def test_headers_of_no_possible_form(till, forged):
    assert answer(till.get("/purchases/SO-none", **forged)) == (401, "pos.unsigned")


def test_a_wrong_signature_and_an_unknown_key_get_the_same_answer(till):
    answers = [
        till.get("/purchases/SO-none", secret="0" * 64),
        till.get("/purchases/SO-none", signature="0" * 64),
        till.get("/purchases/SO-none", app_key="till-NOBODY"),
        till.get("/purchases/SO-none", app_key="till-NOBODY", secret="0" * 64),
    ]
    bodies = [{**response.json, "request_id": ""} for response in answers]
    assert bodies[0]["code"] == "pos.signature-invalid"
    assert all(body == bodies[0] for body in bodies)


def test_a_body_changed_on_the_way(till):
    target = PREFIX + "/quotes"
    headers = till.sign("POST", target, b'{"items": []}')
    response = till.send(
        path=target, method="POST", data=b'{"items":[]}', headers=headers, content_type="application/json"
    )
    assert answer(response) == (401, "pos.signature-invalid")


def test_a_query_added_on_the_way(till):
    headers = till.sign("GET", PREFIX + "/purchases/SO-1", b"")
    assert answer(till.send(path=PREFIX + "/purchases/SO-1?x=1", method="GET", headers=headers))[0] == 401


def test_a_revoked_key_opens_nothing_at_once(runtime, till):
    assert answer(till.get("/purchases/SO-none"))[0] == 404
    with runtime.sessions.write.begin() as session:
        stores.revoke_till_key(session, till.app_key, now=MORNING)
    assert answer(till.get("/purchases/SO-none")) == (401, "pos.signature-invalid")


def test_a_nonce_works_once(till):
    headers = till.sign("GET", PREFIX + "/purchases/SO-none", b"")
    answers = [answer(till.send(path=PREFIX + "/purchases/SO-none", method="GET", headers=headers)) for _ in range(3)]
    assert answers == [UNKNOWN_ORDER[1], (401, "pos.nonce-replayed"), (401, "pos.nonce-replayed")]


def test_a_nonce_is_not_used_up_by_somebody_without_the_secret(till):
    assert answer(till.get("/purchases/SO-none", nonce="nonce-of-till", secret="0" * 64))[0] == 401
    assert answer(till.get("/purchases/SO-none", nonce="nonce-of-till"))[0] == 404


def test_two_tills_may_use_the_same_nonce(app, till):
    other = open_till(app)
    assert [answer(each.get("/purchases/SO-none", nonce="same-nonce"))[0] for each in (till, other)] == [404, 404]


@pytest.mark.parametrize(("seconds", "good"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_clocks_may_differ_by_five_minutes(till, seconds, good):
    expected = (404, "purchases.unknown") if good else (401, "pos.timestamp-skew")
    assert answer(till.get("/purchases/SO-none", timestamp=AT + seconds)) == expected


def test_a_nonce_is_remembered_for_as_long_as_its_timestamp_is_good(clock, till):
    headers = till.sign("GET", PREFIX + "/purchases/SO-none", b"", timestamp=AT + 300)
    replay = {"path": PREFIX + "/purchases/SO-none", "method": "GET", "headers": headers}
    assert answer(till.send(**replay))[0] == 404
    clock.set(MORNING.replace(minute=10))  # the last instant at which the timestamp is good
    assert answer(till.send(**replay)) == (401, "pos.nonce-replayed")
    clock.set(MORNING.replace(minute=10, microsecond=1))
    assert answer(till.send(**replay)) == (401, "pos.timestamp-skew")


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_key_without_the_scope(app, method, path):
    scopes = {"members": "members", "mall": "mall"}.get(path.split("/")[1], "purchases")
    others = frozenset({"members", "purchases", "mall"} - {scopes})
    till = open_till(app, scopes=others)
    response = till.call(method, path, body=b"{}" if method == "POST" else b"")
    assert answer(response) == (403, "pos.out-of-scope")


@pytest.mark.parametrize("scope", ["members", "purchases", "mall"])
def test_a_key_with_the_scope_is_let_in(app, scope):
    till = open_till(app, scopes=frozenset({scope}))
    path = {"members": "/members/lookup", "purchases": "/purchases", "mall": "/mall/orders/pick-up"}[scope]
    assert answer(till.post(path, {})) == (422, "payload.invalid")


def test_a_body_over_the_limit(till):
    assert answer(till.call("POST", "/purchases", body=b'{"x":"' + b"a" * LARGEST_BODY + b'"}')) == (413, "http.413")


def test_the_query_is_signed_too(till):
    assert answer(till.get("/purchases/SO-none?x=%E4%B8%AD&y=%20z")) == (404, "purchases.unknown")


def test_a_path_with_percent_signs_reaches_the_view(till):
    assert answer(till.get("/purchases/%E4%B8%AD%20A")) == (422, "payload.invalid")
