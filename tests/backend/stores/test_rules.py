from random import Random

import pytest

from backend.stores import CodeRefused, NameRefused, ScopeUnknown
from backend.stores.rules import app_key, checked_code, checked_name, scopes_text, secret


@pytest.mark.parametrize("code", ["SH01", "a.b-c_d", "1", "x" * 20])
def test_a_code_of_plain_characters_is_accepted(code):
    assert checked_code(code) == code


@pytest.mark.parametrize("code", ["", "x" * 21, "沪01", "a b", "a/b", "a\n"])
def test_another_code_is_refused(code):
    with pytest.raises(CodeRefused):
        checked_code(code)


def test_a_name_loses_the_space_around_it():
    assert checked_name(" 徐汇店 ") == "徐汇店"


@pytest.mark.parametrize("name", ["", "  ", "x" * 65, "a\nb"])
def test_a_name_that_cannot_be_shown_is_refused(name):
    with pytest.raises(NameRefused):
        checked_name(name)


def test_scopes_are_stored_in_order():
    assert scopes_text(frozenset({"purchases", "mall", "members"})) == "mall members purchases"


@pytest.mark.parametrize("scopes", [frozenset(), frozenset({"members", "root"})])
def test_no_scope_and_an_unknown_scope_are_refused(scopes):
    with pytest.raises(ScopeUnknown):
        scopes_text(scopes)


def test_keys_and_secrets_are_drawn_anew_each_time():
    rng = Random(1)
    keys, secrets = {app_key(rng) for _ in range(100)}, {secret(rng) for _ in range(100)}
    assert (len(keys), len(secrets)) == (100, 100)
    assert {len(text) for text in secrets} == {64}
    assert all(key.startswith("till-") and len(key) == 21 for key in keys)
