import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import requests
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from backend.sms import Misconfigured, Sms, Taken
from backend.wechat.simulator import SimulatorConfig
from tests.support.simulator import RunningSimulator, running_simulator
from tests.support.sms import READY, SIMULATED, sender_to

WORDS = ("陶瓷杯", "2026年3月15日")


@contextmanager
def a_shop(answer: dict[str, object], status: int = 200) -> Iterator[tuple[str, list[bytes]]]:
    """Where replies are posted to; what was posted."""
    heard: list[bytes] = []

    @Request.application
    def serve(request: Request) -> Response:
        heard.append(request.get_data())
        return Response(json.dumps(answer), status)

    server = make_server("127.0.0.1", 0, serve)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.port}/sms/replies", heard
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def texting() -> Iterator[RunningSimulator]:
    with running_simulator(SimulatorConfig(sms=SIMULATED)) as running:
        yield running


def test_a_message_is_on_the_phones_with_that_number_and_nowhere_else(texting: RunningSimulator):
    one, other = texting.new_user(), texting.new_user()
    abroad = texting.new_user(phone=one.phone, country_code="852")
    taken = sender_to(texting).send(Sms(one.phone, READY, WORDS, "77"))
    assert isinstance(taken, Taken)
    assert [len(texting.messages(user, "sms")) for user in (one, other, abroad)] == [1, 0, 0]


def test_a_number_that_nobody_here_has_is_taken_too(texting: RunningSimulator):
    assert sender_to(texting).send(Sms("13912345678", READY, WORDS, "77")).serial_no


def test_without_an_account_nobody_may_send(simulator: RunningSimulator):
    with pytest.raises(Misconfigured):
        sender_to(simulator).send(Sms("13912345678", READY, WORDS, "77"))


@pytest.mark.parametrize("body", [b"", b"{", b"[]"])
def test_what_cannot_be_read_is_refused_as_an_error(texting: RunningSimulator, body: bytes):
    answer = requests.post(texting.base_url, data=body, timeout=5).json()
    assert answer["Response"]["Error"]["Code"] == "AuthFailure.InvalidAuthorization"


@contextmanager
def texting_with(url: str) -> Iterator[RunningSimulator]:
    with running_simulator(SimulatorConfig(sms=replace(SIMULATED, replies_url=url))) as running:
        yield running


def test_an_answer_of_the_user_is_posted_to_the_shop():
    with a_shop({"result": 0, "errmsg": "OK"}) as (url, heard), texting_with(url) as texting:
        user = texting.new_user()
        assert texting.reply_to_sms(user, "TD") == "answered"
        [shown] = texting.messages(user, "sms")
    told = json.loads(heard[0])
    assert (told["nationcode"], told["mobile"], told["text"]) == ("86", user.phone, "TD")
    assert (shown["sender"], shown["text"]) == ("user", "TD")


@pytest.mark.parametrize(("answer", "status"), [({"result": 1, "errmsg": "no"}, 200), ({"result": 0}, 500), ({}, 200)])
def test_a_shop_that_does_not_take_it_is_told_of(answer: dict[str, object], status: int):
    with a_shop(answer, status) as (url, _), texting_with(url) as texting:
        assert texting.reply_to_sms(texting.new_user(), "TD") == "no-answer"


def test_a_shop_without_an_address_hears_nothing(texting: RunningSimulator):
    assert texting.reply_to_sms(texting.new_user(), "TD") == "nowhere"
