import pytest
from openapi_spec_validator import validate

from backend.kit.openapi import polish, problems
from backend.kit.problems import Problem
from tests.support.toys import TallyIn, TallyOut, counting_door


@pytest.fixture
def document(app):
    api = counting_door()

    @api.post("/plain", responses={200: TallyOut, **problems(404)})
    def plain(body: TallyIn):
        """Says what it does."""

    app.register_api(api)
    return app.test_client().get("/api/openapi.json").json


def test_the_document_is_valid(document):
    validate(document)
    assert document["openapi"] == "3.1.0"


def test_the_document_is_written_once(app):
    assert app.api_doc is app.api_doc


def test_an_idempotent_call_declares_its_header_and_refusals(document):
    tally, plain = (document["paths"][f"/api/toy/{name}"]["post"] for name in ("tallies", "plain"))
    (header,) = tally["parameters"]
    assert (header["name"], header["in"], header["required"]) == ("Idempotency-Key", "header", False)
    assert set(tally["responses"]) == {"201", "400", "409", "413", "415", "422"}
    assert "parameters" not in plain
    assert "x-idempotent" not in str(document)


def test_refusals_are_problems_and_replies_are_not(document):
    responses = document["paths"]["/api/toy/plain"]["post"]["responses"]
    assert set(responses) == {"200", "400", "404", "413", "415", "422"}
    assert set(responses.pop("200")["content"]) == {"application/json"}
    for response in responses.values():
        assert response["content"] == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def test_an_error_that_is_no_problem_keeps_its_media_type():
    own = {"content": {"application/json": {"schema": {"type": "object"}}}}
    document = {"paths": {"/x": {"get": {"responses": {"503": own}}}}}
    polish(document)
    assert document["paths"]["/x"]["get"]["responses"] == {"503": own}


def test_problems_declares_each_status():
    assert problems(401, 404) == {401: Problem, 404: Problem}
