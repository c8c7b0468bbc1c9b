"""Every example of docs/coupons.md is a template that goes live, and is good for as long as the page says."""

import json
import re
from datetime import datetime, timedelta

import pytest

from backend import coupons
from backend.coupons.rules import last_day, validity
from config import policy
from tests.architecture.sources import ROOT
from tests.factories.coupons import READER, WRITER, make_staff
from tests.support.clocks import MORNING

PAGE = (ROOT / "docs" / "coupons.md").read_text(encoding="utf-8")
TABLE = r"\n\|[^\n]+\n\|[^\n]+\n\| (.+?) \| (.+?) \| (.+?) \|$"
EXAMPLE = re.compile(rf"^```json template\n(.*?)^```\n{TABLE}", re.MULTILINE | re.DOTALL)
EXAMPLES = EXAMPLE.findall(PAGE)


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=policy.SHOP_ZONE)


def test_no_block_of_json_is_left_out():
    assert PAGE.count("```json") == len(EXAMPLES) == 3


@pytest.mark.parametrize(("text", "got_at", "start", "end"), EXAMPLES)
def test_an_example_goes_live_and_is_good_for_its_days(session, text, got_at, start, end):
    make_staff(session)
    coupons.draft(session, "example", json.loads(text), by=WRITER, note="试", now=MORNING)
    coupons.approve(session, "example", by=READER, now=MORNING)
    assert coupons.go_live(session, "example", by=WRITER, now=MORNING).status == "live"
    session.flush()
    terms = coupons.terms_of(session, coupons.template(session, "example"))
    good_from, until = validity(terms.validity, local(got_at))
    assert (good_from - local(start), f"{last_day(until)}") == (timedelta(0), end)
