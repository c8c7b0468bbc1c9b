from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.messaging import routing
from backend.messaging.routing import End, Go, Rest, Standing, route
from backend.messaging.rules import Delivered, Status
from backend.messaging.wording import CATALOGUE
from backend.preferences import HOUSE_QUIET, QuietHours
from config import policy
from tests.support.clocks import LATE, MORNING

EIGHT = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # in the shop
SOON, TOMORROW = MORNING + timedelta(minutes=10), MORNING + timedelta(hours=15)
ALL = frozenset(policy.MESSAGE_CHANNELS["service"])
SERVICE = Standing(
    template=CATALOGUE["points_earned"],
    carried=frozenset({"official-account", "sms"}),
    reach={"official-account": "o1", "sms": "138"},
    refused=frozenset(),
    quiet=HOUSE_QUIET,
    closed={},
    tried={},
    marketing_this_week=0,
)
BY_DAY = replace(SERVICE, template=CATALOGUE["tier_lost"])
MARKETING = replace(
    SERVICE,
    template=CATALOGUE["campaign"],
    carried=frozenset({"notice", "e-mail"}),
    reach={"notice": "o1", "e-mail": "a"},
)
BY_OA, BY_SMS = Go("official-account", "o1"), Go("sms", "138")


def test_the_first_channel_that_reaches():
    assert route(SERVICE, MORNING) == BY_OA
    assert route(replace(SERVICE, reach={"sms": "138"}), MORNING) == BY_SMS


def test_a_channel_that_is_through_with_it_leaves_it_to_the_next():
    assert route(replace(SERVICE, tried={"official-account": Delivered.UNREACHABLE}), MORNING) == BY_SMS


@pytest.mark.parametrize(
    ("how", "status"), [(Delivered.UNREACHABLE, Status.UNREACHABLE), (Delivered.DEAD, Status.DEAD)]
)
def test_when_all_are_through_it_ends_as_the_worst_of_them(how, status):
    tried = {"official-account": how, "sms": Delivered.UNREACHABLE}
    end = route(replace(SERVICE, tried=tried), MORNING)
    assert isinstance(end, End)
    assert end.status is status


@pytest.mark.parametrize(
    ("standing", "end"),
    [
        (replace(SERVICE, template=None), End(Status.DEAD, routing.NOT_IN_CATALOGUE)),
        (replace(SERVICE, carried=frozenset()), End(Status.SKIPPED, routing.NO_TEMPLATE)),
        (replace(SERVICE, reach={}), End(Status.UNREACHABLE, routing.NO_WAY)),
        (
            replace(SERVICE, refused=frozenset({("points", "official-account"), ("points", "sms")})),
            End(Status.SKIPPED, routing.NOT_WANTED),
        ),
        (replace(MARKETING, marketing_this_week=policy.MARKETING_A_WEEK), End(Status.SKIPPED, routing.ENOUGH)),
    ],
)
def test_what_finds_no_way_ends_with_the_reason(standing, end):
    assert route(standing, MORNING) == end


def test_a_topic_refused_in_one_way_goes_another_and_others_are_not_touched():
    refused = frozenset({("points", "official-account"), ("tiers", "sms")})
    assert route(replace(SERVICE, refused=refused), MORNING) == BY_SMS


def test_marketing_is_never_a_template_message_and_ends_at_the_cap_only():
    everywhere = replace(MARKETING, carried=ALL, reach=dict.fromkeys(ALL, "x"))
    assert route(everywhere, MORNING) == Go("notice", "x")
    assert route(replace(everywhere, marketing_this_week=policy.MARKETING_A_WEEK - 1), MORNING) == Go("notice", "x")
    assert route(replace(SERVICE, marketing_this_week=99), MORNING) == BY_OA


def test_what_can_wait_waits_for_the_end_of_the_quiet_hours_and_what_cannot_goes():
    assert route(BY_DAY, LATE) == route(MARKETING, LATE) == Rest(EIGHT)
    assert route(SERVICE, LATE) == BY_OA
    assert route(BY_DAY, EIGHT) == BY_OA


def test_members_have_quiet_hours_of_their_own_or_none():
    noon = replace(BY_DAY, quiet=QuietHours(time(8, 30), time(12)))
    assert route(noon, MORNING) == Rest(datetime(2026, 3, 1, 4, 0, tzinfo=UTC))
    assert route(replace(BY_DAY, quiet=None), LATE) == BY_OA


def test_a_channel_that_opens_soon_is_waited_for_and_a_spent_one_is_not():
    assert route(replace(SERVICE, closed={"official-account": SOON}), MORNING) == Rest(SOON)
    assert route(replace(SERVICE, closed={"official-account": TOMORROW}), MORNING) == BY_SMS
    both = {"official-account": TOMORROW, "sms": TOMORROW + timedelta(hours=1)}
    assert route(replace(SERVICE, closed=both), MORNING) == Rest(TOMORROW)
    assert route(replace(SERVICE, closed=both), TOMORROW) == BY_OA


UNSURE = replace(SERVICE, channel="official-account", attempts=1, doubt_ends_at=SOON)


def test_what_may_have_been_shown_stays_with_its_channel_or_ends_in_doubt():
    assert route(UNSURE, MORNING) == BY_OA
    assert route(replace(UNSURE, closed={"official-account": TOMORROW}), MORNING) == Rest(TOMORROW)
    in_doubt = End(Status.DOUBTFUL, routing.NEVER_ANSWERED)
    assert route(UNSURE, SOON) == in_doubt
    assert route(replace(UNSURE, reach={"sms": "138"}), MORNING) == in_doubt


def test_what_ends_its_deliverers_is_not_tried_for_ever():
    deadly = replace(SERVICE, channel="official-account", attempts=policy.MESSAGE_TRIES)
    assert route(deadly, MORNING) == End(Status.DEAD, routing.DEADLY)


STANDINGS = st.builds(
    Standing,
    template=st.sampled_from([CATALOGUE[name] for name in ("points_earned", "tier_lost", "campaign")]),
    carried=st.frozensets(st.sampled_from(sorted(ALL))),
    reach=st.dictionaries(st.sampled_from(sorted(ALL)), st.just("x")),
    refused=st.frozensets(
        st.tuples(
            st.sampled_from(["points", "tiers", "campaigns"]),
            st.sampled_from(["official-account", "mini-program", "sms", "e-mail"]),
        )
    ),
    quiet=st.sampled_from([HOUSE_QUIET, None]),
    closed=st.dictionaries(st.sampled_from(sorted(ALL)), st.sampled_from([SOON, TOMORROW])),
    tried=st.dictionaries(st.sampled_from(sorted(ALL)), st.sampled_from([Delivered.UNREACHABLE, Delivered.DEAD])),
    marketing_this_week=st.integers(0, 5),
)


@given(standing=STANDINGS, now=st.sampled_from([MORNING, LATE, SOON, TOMORROW]))
def test_whatever_stands_in_the_way_nobody_is_sent_what_is_not_wanted_and_every_rest_has_an_end(standing, now):
    way = route(standing, now)
    if isinstance(way, Go):
        assert way.channel in standing.carried & standing.reach.keys() - standing.tried.keys()
        assert standing.closed.get(way.channel, now) <= now
        assert (standing.template.topic, routing.WAYS[way.channel]) not in standing.refused
        assert standing.template.when == "at once" or standing.quiet is None or standing.quiet.end(now) is None
    elif isinstance(way, Rest):
        assert way.until_at > now
