"""What the API document says is what the API does: every call of it, with inputs that fit and inputs that do not."""

from io import BytesIO

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as how
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from backend.app import create_app
from backend.kit.clock import FixedClock
from backend.kit.db import connect
from tests.factories.members import make_member
from tests.support.clocks import MORNING
from tests.support.databases import sqlite_copy
from tests.support.phone import member_client, simulated_wechat
from tests.support.runtimes import make_runtime
from tests.support.till import PREFIX as TILLS
from tests.support.till import open_till

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)
EXAMPLES = 8
DOORS = ("/api/mp/", "/api/pos/", "/api/partners/")
DOCUMENT = create_app(make_runtime(connect("sqlite://"), FixedClock(MORNING))).api_doc


class SignedIn:
    """The app behind a front that signs every call in: as a member, or as a till."""

    def __init__(self, app, authorization, till):
        self.app, self.authorization, self.till = app, authorization, till

    def __call__(self, environ, start_response):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        path = environ["PATH_INFO"].encode("latin1").decode(errors="replace")
        if path.startswith(TILLS):
            query = environ["QUERY_STRING"]
            target = f"{path}?{query}" if query else path
            signed = self.till.sign(environ["REQUEST_METHOD"], target, body)
            environ |= {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in signed.items()}
        else:
            environ["HTTP_AUTHORIZATION"] = self.authorization
        return self.app(environ, start_response)


@pytest.fixture(scope="module")
def signed_in(sqlite_template, tmp_path_factory):
    with simulated_wechat() as wechat, sqlite_copy(sqlite_template, tmp_path_factory.mktemp("document")) as engine:
        runtime = make_runtime(engine, FixedClock(MORNING), wechat_url=wechat.base_url)
        app = create_app(runtime)
        with runtime.sessions.write.begin() as session:
            member_id = make_member(session).id
        phone = member_client(app, member_id)
        yield SignedIn(app, phone.environ_base["HTTP_AUTHORIZATION"], open_till(app))


@pytest.fixture(scope="module")
def api(signed_in):
    return schemathesis.openapi.from_wsgi("/api/openapi.json", signed_in)


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(DOCUMENT["paths"]))
@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: mode.value)
def test_every_call_keeps_to_the_document(api, path, mode):
    for method in DOCUMENT["paths"][path]:

        @how(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate])
        @given(api[path][method].as_strategy(generation_mode=mode))
        def keeps(case):
            case.call_and_validate(checks=CHECKS)

        keeps()


def test_the_anonymous_are_refused_everywhere_but_at_the_login(signed_in):
    client = signed_in.app.test_client()
    document = client.get("/api/openapi.json").json
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if {} not in operation["security"]:
                reply = client.open(path.replace("{", "").replace("}", ""), method=method)
                assert reply.status_code == 401, f"{method} {path}"
                assert reply.headers["WWW-Authenticate"]
    assert {} in document["paths"]["/api/mp/v1/login"]["post"]["security"]


def test_every_path_of_all_doors_is_documented(signed_in):
    documented = set(signed_in.app.api_doc["paths"])
    served = {rule.rule.replace("<", "{").replace(">", "}") for rule in signed_in.app.url_map.iter_rules()}
    doors = {rule.replace("{int:", "{") for rule in served if rule.startswith(DOORS)}
    assert doors
    assert doors == documented
