"""How a member goes through the tiers: pure, and the same whether taken step by step or all at once.

A day on which a member qualifies gives a tier to the end of its validity: a term. When a term ends, the keep rule (or
qualifying) is asked as of its last day; if it holds, a further term follows, else the tier is held for its grace. A
member may have several terms of a tier, and holds it while any of them runs: so that having bought more can never
give less. The tier is the highest held, or one given by hand if that is higher.
"""

from bisect import insort
from copy import deepcopy
from datetime import date, datetime

from backend.kit.calendar import shop_day
from backend.kit.money import PER_TEN_THOUSAND
from backend.tiers.book import TierRules
from backend.tiers.conditions import met_until, ways
from backend.tiers.grammar import Condition
from backend.tiers.history import CORRECTION, MANUAL, History, Line
from backend.tiers.instants import FOREVER, MOMENT, days_later, last_day
from backend.tiers.measures import Moment
from backend.tiers.state import GRACE_END, MANUAL_END, NEW_BOOK, PAID_START, PERIOD_END, Decayed, State, Step
from backend.tiers.timeline import Edition, Timeline


class Career:
    """A member's way on from a state. `go_on` lets time pass, `count` takes what the member does; `steps` and `decays`
    tell what came of it. `growth_by` is the timeline of decays, where tiers are judged by another one.
    """

    def __init__(
        self, timeline: Timeline, history: History, state: State, *, growth_by: Timeline | None = None
    ) -> None:
        self.timeline = timeline
        self.growth_by = growth_by or timeline
        self._enter(timeline.edition(state.version))
        self.history = history
        self.state = state
        self.steps: list[Step] = []
        self.decays: list[Decayed] = []
        self._cause: str = ""
        self._asked: tuple[Condition, Moment] | None = None

    def copy(self) -> "Career":
        """The same place, to look ahead from."""
        return Career(self.timeline, deepcopy(self.history), deepcopy(self.state), growth_by=self.growth_by)

    def next_at(self) -> datetime | None:
        """When something next changes by itself, be it only what a tier rests on; new books are not foreseen here."""
        ends = [terms[0] for terms in self.state.terms.values() if terms]
        ends += [self._grace_end(code, over) for code, lapsed in self.state.lapsed.items() for over in lapsed]
        if self.state.manual:
            ends.append(self.state.manual[1])
        if paid := self.history.paid_after(self.state.at):
            ends.append(paid)
        if decay := self._decay():
            ends.append(decay[0])
        soonest = min(ends, default=FOREVER)
        return None if soonest == FOREVER else soonest

    def go_on(self, until: datetime) -> None:
        """Let time pass: everything that happens by itself up to an instant, that instant included."""
        while (at := self._next_event()) is not None and at <= until:
            self._happen(at if at > self.state.at else self.state.at + MOMENT)
        self.state.at = max(self.state.at, until)

    def count(self, line: Line) -> None:
        """Let a line count that gives something (a line that takes back is a matter of the whole replay)."""
        self.go_on(line.at)
        self.history.count(line)
        self._cause = line.kind
        if line.kind == MANUAL:
            code = line.tier_code and self.book.code_now(line.tier_code)
            self.state.manual = (code, line.until_at or FOREVER) if code else None
        elif line.kind != CORRECTION or line.value > 0:
            self._qualify(self._moments(line))
        self._settle()

    def follow(self, earlier: "Career", at: datetime, cause: str) -> None:
        """Take over from what had been reckoned until now: its story, and the step from where it stood to here."""
        state, old = self.state, earlier.state
        before, earned_before = self.book.code_now(old.tier), self.book.code_now(old.earned)
        self.steps, self.decays = earlier.steps[:], earlier.decays[:]
        if (before, earned_before) != (state.tier, state.earned):
            lost = self.book.rules_of(max(before, state.tier, key=self.book.rank)).qualify
            moment = Moment(self.book, shop_day(at), at)
            evidence = tuple(ways(lost, self.history, moment)) if lost else ()
            self.steps.append(Step(at, cause, state.version, before, state.tier, earned_before, state.earned, evidence))

    def _next_event(self) -> datetime | None:
        own, coming = self.next_at(), self._coming
        if coming is None or own is None:
            return coming.live_from if coming else own
        return min(own, coming.live_from)

    def _happen(self, at: datetime) -> None:
        """All that happens at one instant: what ends is judged by what was, then what begins counts."""
        decay, paid = self._decay(), self.history.paid_after(self.state.at)
        self._end_terms(at)
        self._end_grace(at)
        if self.state.manual and self.state.manual[1] <= at:
            self.state.manual, self._cause = None, MANUAL_END
        edition = self._coming
        if edition is not None and edition.live_from <= at:
            self._open(edition, at)
        if decay and decay[0] <= at:
            self._wither(decay[1], at)
        if paid and paid <= at:
            self._cause = PAID_START
        if (paid and paid <= at) or (edition is not None and edition.live_from <= at):
            self._qualify([Moment(self.book, shop_day(at), at)])
        self.state.at = at
        self._settle()

    def _end_terms(self, at: datetime) -> None:
        for tier in reversed(self.book.tiers):
            terms = self.state.terms.get(tier.code, [])
            while terms and terms[0] <= at:
                self._end_term(tier, terms.pop(0))

    def _end_term(self, tier: TierRules, end: datetime) -> None:
        moment = Moment(self.book, last_day(end), end)
        further = self._kept_until(tier, moment, from_day=moment.day)
        if further is not None and further > end:
            self._hold(tier.code, further)
        else:
            self._cause, self._asked = PERIOD_END, (tier.ways_to_keep[0], moment)
        if tier.grace_days and (further is None or further < tier.good_until(moment.day)):
            insort(self.state.lapsed.setdefault(tier.code, []), end)
        rank = self.book.rank(tier.code)
        if tier.landing == "one-step" and rank > 1:
            below = self.book.tiers[rank - 1]
            self._hold(below.code, below.good_until(last_day(days_later(end, tier.grace_days))))

    def _end_grace(self, at: datetime) -> None:
        for tier in self.book.tiers[1:]:
            lapsed = self.state.lapsed.get(tier.code, [])
            staying = [end for end in lapsed if self._grace_end(tier.code, end) > at]
            if len(staying) < len(lapsed):
                self.state.lapsed[tier.code] = staying
                self._cause, self._asked = (
                    GRACE_END,
                    (tier.ways_to_keep[0], Moment(self.book, last_day(at), at)),
                )

    def _enter(self, edition: Edition) -> None:
        """Let a book be in force, and know the one that comes after it."""
        self.edition, self.book, self._coming = edition, edition.book, self.timeline.after(edition)

    def _open(self, edition: Edition, at: datetime) -> None:
        """Go over to another book: what runs goes on to its end, and what had no end gets one where tiers now have."""
        state, book = self.state, edition.book
        terms, lapsed = state.terms, state.lapsed
        state.terms, state.lapsed = {}, {}
        self._enter(edition)
        self._cause = NEW_BOOK
        for code, ends in terms.items():
            tier = book.rules_of(code)
            for end in ends if book.rank(code) else ():
                self._hold(tier.code, tier.good_until(shop_day(at)) if end == FOREVER else end)
        for code, ends in lapsed.items():
            if book.rank(code):
                state.lapsed[book.code_now(code)] = sorted({*state.lapsed.get(book.code_now(code), []), *ends})
        if state.manual:
            state.manual = (book.code_now(state.manual[0]), state.manual[1])
        state.version, state.tier, state.earned = (
            edition.version,
            book.code_now(state.tier),
            book.code_now(state.earned),
        )

    def _wither(self, keep: int, at: datetime) -> None:
        left = self.history.growth * keep // PER_TEN_THOUSAND
        if left != self.history.growth:
            self.decays.append(Decayed(at, self.history.growth - left))
            self.history.growth = left

    def _qualify(self, moments: list[Moment]) -> None:
        """Give a term of every tier that is qualified for, from the highest down."""
        for tier in self.book.from_the_top:
            if tier.qualify is None or self._holds_for_ever(tier):
                continue
            end = tier.good_until(moments[-1].day)
            for moment in moments:
                until = met_until(tier.qualify, self.history, moment, end=end)
                if until is not None:
                    self._hold(tier.code, until)
                    if self.book.rank(tier.code) > self.book.rank(self.state.earned):
                        self._asked = self._asked or (tier.qualify, moment)
            if tier.code in self.state.lapsed:
                self._keep_late(tier, moments[-1])

    def _keep_late(self, tier: TierRules, moment: Moment) -> None:
        """In its grace a term is kept as if it had been in time."""
        for end in self.state.lapsed[tier.code][:]:
            further = self._kept_until(tier, moment, from_day=last_day(end))
            if further is not None and further > moment.at:
                self.state.lapsed[tier.code].remove(end)
                self._hold(tier.code, further)

    def _kept_until(self, tier: TierRules, moment: Moment, *, from_day: date) -> datetime | None:
        end = tier.good_until(from_day)
        found = [met_until(way, self.history, moment, end=end) for way in tier.ways_to_keep]
        return max((until for until in found if until is not None), default=None)

    def _holds_for_ever(self, tier: TierRules) -> bool:
        return FOREVER in self.state.terms.get(tier.code, ())[-1:]

    def _hold(self, code: str, until: datetime) -> None:
        terms = self.state.terms.setdefault(code, [])
        if until not in terms:
            insort(terms, until)

    def _settle(self) -> None:
        """Move to the highest tier held, and note it if that is another one."""
        state, rank, earned = self.state, self.book.rank, self._highest()
        after = state.manual[0] if state.manual and rank(state.manual[0]) > rank(earned) else earned
        if (after, earned) != (state.tier, state.earned):
            evidence = tuple(ways(self._asked[0], self.history, self._asked[1])) if self._asked else ()
            self.steps.append(
                Step(state.at, self._cause, state.version, state.tier, after, state.earned, earned, evidence)
            )
            state.tier, state.earned = after, earned
        self._asked = None

    def _highest(self) -> str:
        """The highest tier that a term runs of, or a grace."""
        for tier in self.book.from_the_top:
            if self.state.terms.get(tier.code) or self.state.lapsed.get(tier.code):
                return tier.code
        return self.book.tiers[0].code

    def _moments(self, line: Line) -> list[Moment]:
        """As of when a line is judged: now, and if it tells of an earlier day, as if it had told then."""
        today = shop_day(line.at)
        now = Moment(self.book, today, line.at)
        if line.counts_on is None or line.counts_on >= today:
            return [now]
        late = [day for day in self.history.days if line.counts_on <= day < today]
        return [*(Moment(self.book, day, line.at, upto=day) for day in late), now]

    def _grace_end(self, code: str, end: datetime) -> datetime:
        return days_later(end, self.book.rules_of(code).grace_days)

    def _decay(self) -> tuple[datetime, int] | None:
        return self.growth_by.decay_after(self.state.at) if self.history.growth > 0 else None
