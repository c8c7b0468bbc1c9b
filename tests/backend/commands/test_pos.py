import pytest

from backend import stores


@pytest.fixture(autouse=True)
def _store(flask):
    flask("stores", "create", "HQ", "人民广场店")


def test_key_opens_everything_unless_told(answer, sessions):
    made = answer("pos", "create-key", "HQ")
    with sessions.read() as session:
        key = stores.till_key(session, made["app_key"])
    assert (key.secret, key.scopes) == (made["secret"], stores.SCOPES)


def test_key_of_one_scope(answer):
    assert answer("pos", "create-key", "HQ", "--scope", "members")["scopes"] == ["members"]


def test_unknown_scope_is_refused_with_the_choices(flask):
    result = flask("pos", "create-key", "HQ", "--scope", "everything")
    assert result.exit_code == 2
    assert "'members'" in result.stderr


def test_unknown_store(flask):
    result = flask("pos", "create-key", "NOWHERE")
    assert result.exit_code == 1
    assert "(stores.unknown)" in result.stderr


def test_revoked_key_opens_nothing_and_stays_listed(answer, flask, sessions):
    app_key = answer("pos", "create-key", "HQ")["app_key"]
    assert flask("pos", "revoke-key", app_key).exit_code == 0
    with sessions.read() as session:
        assert stores.till_key(session, app_key) is None
    assert [(key["app_key"], bool(key["revoked_at"])) for key in answer("pos", "list-keys", "HQ")] == [(app_key, True)]


def test_list_never_shows_a_secret(answer, flask):
    secret = answer("pos", "create-key", "HQ")["secret"]
    assert secret not in flask("pos", "list-keys", "HQ").output
