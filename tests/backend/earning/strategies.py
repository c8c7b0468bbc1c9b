"""Books, bills and refunds as Hypothesis draws them: every kind of rule, valid books only."""

from hypothesis import strategies as st

from backend.earning.book import EarningBook
from backend.earning.contradictions import contradictions
from tests.factories.earning import make_bill, make_rule

BRANDS = ("A", "B")
ROUNDINGS = st.sampled_from(["down", "half-up", "up"])
POINTS_EFFECTS = {
    "yuan": st.builds(lambda rate: {"per_yuan": rate}, st.integers(1, 30_000)),
    "fixed": st.builds(lambda fixed: {"fixed": fixed}, st.integers(1, 300)),
}
MULTIPLIERS = st.builds(lambda rate: {"multiplier": rate}, st.integers(10_000, 35_000))
REDUCERS = st.builds(lambda rate: {"multiplier": rate}, st.integers(0, 9_999))
FEN = st.integers(0, 30_000)


@st.composite
def groups(draw):
    def points(code, **parts):
        return {
            "code": code,
            "kind": "points",
            "stacking": draw(st.sampled_from(["add", "best"])),
            "rounding": draw(ROUNDINGS),
            **parts,
        }

    def multiplier(code, *stackings):
        return {"code": code, "kind": "multiplier", "stacking": draw(st.sampled_from(stackings))}

    return [
        points("base", scaled=True),
        points("extra"),
        multiplier("bonus", "add", "best", "multiply"),
        multiplier("season", "multiply"),
    ]


@st.composite
def rules(draw, code, group, kind):
    """One rule of a group whose rules give alike (`kind`)."""
    reduces = group["code"] == "season" and draw(st.booleans())
    effects = POINTS_EFFECTS[kind] if group["kind"] == "points" else REDUCERS if reduces else MULTIPLIERS
    effect = draw(effects)
    conditions = {}
    if draw(st.booleans()):
        conditions["brands"] = [draw(st.sampled_from(BRANDS))]
    parts = {}
    if not reduces:
        if draw(st.booleans()):
            conditions["min_amount_fen"] = draw(FEN)
        elif draw(st.integers(0, 3)) == 0:
            conditions["max_amount_fen"] = draw(FEN)
        if draw(st.integers(0, 2)) == 0:
            parts["caps"] = {"day": draw(st.integers(1, 200))}
        if draw(st.integers(0, 3)) == 0:
            parts["budget"] = draw(st.integers(1, 200))
        parts["expiry"] = draw(st.sampled_from([None, "never", {"months": 3}]))
    return make_rule(code, group["code"], effect=effect, conditions=conditions, **parts)


@st.composite
def definitions(draw, *, prefix="r", limits=True):
    """A book of up to eight rules without contradictions."""
    found, kinds = draw(groups()), draw(st.tuples(st.sampled_from(list(POINTS_EFFECTS)), st.just("fixed")))
    of_group = dict(zip(("base", "extra"), kinds, strict=True))
    drawn = [draw(rules(f"{prefix}-0", found[0], of_group["base"]))]
    for number in range(1, draw(st.integers(1, 8))):
        group = draw(st.sampled_from(found))
        drawn.append(draw(rules(f"{prefix}-{number}", group, of_group.get(group["code"], ""))))
    if not limits:
        drawn = [{key: value for key, value in rule.items() if key not in {"caps", "budget"}} for rule in drawn]
    return {"groups": found, "rules": [_mended(rule, found, drawn) for rule in drawn]}


@st.composite
def books(draw, **parts):
    book = EarningBook.model_validate(draw(definitions(**parts)))
    assert contradictions(book) == []
    return book


@st.composite
def bills(draw):
    lines = draw(st.lists(st.tuples(FEN, st.sampled_from([*BRANDS, None])), min_size=1, max_size=4))
    return make_bill(*lines, multiplier=draw(st.sampled_from([10_000, 12_000, 15_000])))


@st.composite
def shrinking(draw, amounts, *, most=5):
    """What is left of the lines of a bill after each of some refunds; at the end, perhaps nothing."""
    steps, left = [], list(amounts)
    for _ in range(draw(st.integers(1, most))):
        left = [draw(st.integers(0, fen)) for fen in left]
        steps.append(tuple(left))
    return steps


def _mended(rule, found, drawn):
    """The rule without what may not stand beside limits in a group where the best wins."""
    group = next(one for one in found if one["code"] == rule["group"])
    rivals = [other for other in drawn if other["group"] == rule["group"]]
    if group["stacking"] != "best" or not any("caps" in one or "budget" in one for one in rivals):
        return rule
    lost = {"min_amount_fen"} | ({"brands"} if "fixed" in rule["effect"] else set())
    kept = {name: value for name, value in rule["conditions"].items() if name not in lost}
    return {**rule, "conditions": kept}
