from backend.tiers.state import opening
from tests.factories.tiers import definition, noon, tier, timeline


def test_everybody_begins_in_the_lowest_tier():
    (edition,) = timeline(definition(tier("gold", {"growth": 5}))).editions
    begun = opening(edition, noon("2026-03-01"))
    assert (begun.tier, begun.earned, begun.version, begun.at) == ("basic", "basic", 1, noon("2026-03-01"))
    assert (begun.terms, begun.lapsed, begun.manual) == ({}, {}, None)
