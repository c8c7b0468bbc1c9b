import json

import pytest


@pytest.fixture
def flask(app):
    """Run a command line against the test's database: `flask("stores", "list", "--json")`."""
    runner = app.test_cli_runner()
    return lambda *arguments, **given: runner.invoke(args=[str(one) for one in arguments], **given)


@pytest.fixture
def answer(flask):
    """What a command answers in JSON; it must succeed."""

    def ask(*arguments):
        result = flask(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return ask


@pytest.fixture
def refusal(flask):
    """What a command says that must fail, with exit code 1."""

    def ask(*arguments):
        result = flask(*arguments)
        assert result.exit_code == 1, result.output
        return result.output

    return ask
