"""Finds the question that somebody asks: words of Chinese, weighed by how rare they are, and the angle between two."""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import rjieba

THRESHOLD: Final = 0.45
"""How near (0 to 1) a question must be to be the answer; found with the test set of tests/backend/answers."""

LONGEST_ASKED: Final = 200
"""Characters of what is asked that are looked at."""

LONG_NUMBER: Final = re.compile(r"\d[\d\- ]{4,}\d")
AROUND_A_WORD: Final = " \t\r\n\u3000。.!?,、~…「」『』“”\"'《》[]【】"
WORDLESS: Final = re.compile(r"[\W_]+")
STOP_WORDS: Final = frozenset(Path(__file__).with_name("stop_words.txt").read_text(encoding="utf-8").split())
FEWER_COUNTS: Final = 0.5
"""What the letters of a word count beside the word itself: 退货 and 退换货 share letters, not words."""


@dataclass(frozen=True)
class Found:
    """The nearest question, and how near it is."""

    question_id: int
    score: float

    @property
    def is_answer(self) -> bool:
        return self.score >= THRESHOLD


def plain(words: str) -> str:
    """What somebody wrote, however it was typed, or the key of a menu button."""
    return unicodedata.normalize("NFKC", words).strip(AROUND_A_WORD).lower()


def terms(text: str) -> Counter[str]:
    """What a text is about: its words without those that every question has, and the letters of Chinese ones."""
    plain = unicodedata.normalize("NFKC", text)[:LONGEST_ASKED].lower()
    words = [word for word in rjieba.cut_for_search(plain) if word not in STOP_WORDS and not WORDLESS.fullmatch(word)]
    found = Counter(words)
    letters = Counter(f"#{letter}" for word in words if len(word) > 1 and not word.isascii() for letter in word)
    return found + letters


def without_numbers(text: str) -> str:
    """A text as it may be kept: long numbers may be somebody's phone or card."""
    return LONG_NUMBER.sub("#", text)[:LONGEST_ASKED]


class Index:
    """All phrasings of all questions, to be asked which question is nearest. Built once an edition, never changed."""

    def __init__(self, phrasings: Iterable[tuple[int, str]]) -> None:
        counted = [(question_id, terms(text)) for question_id, text in phrasings]
        seen = Counter(term for _, found in counted for term in found)
        total = len(counted)
        self._rarity = {term: math.log(1 + total / count) for term, count in seen.items()}
        self._unseen = math.log(2 + total)
        self._questions = [question_id for question_id, _ in counted]
        self._postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, (_, found) in enumerate(counted):
            for term, weight in self._unit(found).items():
                self._postings[term].append((place, weight))

    def nearest(self, text: str) -> Found | None:
        """The question whose phrasing is nearest; None where no word is shared with any."""
        scores: defaultdict[int, float] = defaultdict(float)
        for term, weight in self._unit(terms(text)).items():
            for place, other in self._postings.get(term, ()):
                scores[place] += weight * other
        if not scores:
            return None
        place = max(scores, key=lambda one: (scores[one], -one))
        return Found(self._questions[place], scores[place])

    def _unit(self, found: Mapping[str, int]) -> dict[str, float]:
        weights = {term: (1 + math.log(count)) * self._weight(term) for term, count in found.items()}
        length = math.sqrt(sum(weight * weight for weight in weights.values()))
        return {term: weight / length for term, weight in weights.items()}

    def _weight(self, term: str) -> float:
        rarity = self._rarity.get(term, self._unseen)
        return rarity * FEWER_COUNTS if term.startswith("#") else rarity
