from uuid import uuid4

import pytest

from backend.kit.limits import AskedTooOften, RateLimiter
from backend.kit.problems import refusal
from tests.support.redis_servers import away_url

PER_MINUTE = {"login": 600, "join": 10, "operator-login": 5}


@pytest.fixture(params=["memory", "redis", "redis away"])
def limiter(request):
    if request.param == "memory":
        return RateLimiter()
    return RateLimiter(request.getfixturevalue("redis_url") if request.param == "redis" else away_url())


@pytest.fixture
def who():
    return uuid4().hex


def spend(limiter, name, who):
    for _ in range(PER_MINUTE[name]):
        limiter.hit(name, who)


@pytest.mark.parametrize("name", PER_MINUTE)
def test_one_more_than_the_rule_allows_is_refused(limiter, who, name):
    spend(limiter, name, who)
    with pytest.raises(AskedTooOften) as refused:  # noqa: PT012  a minute may just have turned
        limiter.hit(name, who)
        limiter.hit(name, who)
    assert 1 <= refused.value.retry_after <= 120


def test_others_and_other_rules_are_not_concerned(limiter, who):
    spend(limiter, "operator-login", who)
    limiter.hit("operator-login", f"{who}-2")
    limiter.hit("login", who)


def test_looking_counts_nothing(limiter, who):
    for _ in range(50):
        limiter.check("operator-login", who)
    spend(limiter, "operator-login", who)
    with pytest.raises(AskedTooOften):
        limiter.check("operator-login", who)


def test_two_processes_count_together_through_redis(redis_url, who):
    spend(RateLimiter(redis_url), "operator-login", who)
    with pytest.raises(AskedTooOften):
        RateLimiter(redis_url).check("operator-login", who)


def test_an_unknown_rule_is_a_bug(limiter, who):
    with pytest.raises(KeyError):
        limiter.hit("no-such-rule", who)


def test_the_refusal_says_when_to_ask_again(app):
    with app.test_request_context("/"):
        reply = refusal(AskedTooOften(retry_after=17))
    assert reply.status_code == 429
    assert reply.headers["Retry-After"] == "17"
    assert reply.json["code"] == "rate.limited"
