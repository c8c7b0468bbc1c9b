import dataclasses

import pytest

from backend.runtime import runtime as runtime_of_call


def test_a_call_finds_the_runtime_of_its_app(app, runtime):
    with app.app_context():
        assert runtime_of_call() is runtime


def test_a_runtime_never_changes(runtime):
    with pytest.raises(dataclasses.FrozenInstanceError):
        runtime.public_base_url = "http://elsewhere"


def test_a_runtime_shows_no_keys(runtime):
    shown = repr(runtime)
    for secret in (*dataclasses.astuple(runtime.keys), b"1" * 32, b"i" * 32):
        assert repr(secret) not in shown
        assert secret.decode() not in shown
