"""What of a book of tiers cannot be meant, in words for whoever wrote it: all of it at once."""

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from itertools import pairwise
from typing import Any, Final

from pydantic import ValidationError
from sqlalchemy.orm import Session

from backend import rulebooks
from backend.kit.definitions import Path, dotted, faults
from backend.kit.errors import Invalid
from backend.tiers import editions
from backend.tiers.book import Months, TierBook, TierRules
from backend.tiers.conditions import leaves
from backend.tiers.contradictions import easier
from backend.tiers.grammar import KINDS, AllOf, AnyOf, Condition, Friends, Growth, Manual

SHORTEST_MONTH: Final = 28
MOST_LEAVES: Final = 24
DEEPEST: Final = 4
WORDS: Final = {"union_tag_not_found": f"不是已知的条件（可用：{'、'.join(KINDS)}）"}
INNER: Final = frozenset(KINDS)  # pydantic names the branch it tried


class BookRefused(Invalid):
    """The definition is no book of tiers; `why` tells all that is wrong with it, in words."""

    code = "tiers.book-refused"
    message = "等级规则有误：{why}"


def checked(definition: dict[str, Any]) -> TierBook:
    """The tiers that a definition says, without gaps and overlaps. Raises BookRefused with all that is wrong."""
    try:
        book = TierBook.model_validate(definition)
    except ValidationError as error:
        raise BookRefused(why=faults(error, place=partial(_place, definition=definition), more=WORDS)) from error
    found = list(dict.fromkeys(_faults(book)))
    if found:
        raise BookRefused(why="；".join(found))
    return book


def draft(
    session: Session, definition: dict[str, Any], *, based_on: int, by: str, note: str, now: datetime
) -> rulebooks.Book:
    """Keep a definition as the next version, which changes nothing yet. No tier of an earlier book may be left out
    without saying what replaces it.

    Raises BookRefused, rulebooks.BookOutdated, rulebooks.NoteRefused, rulebooks.DefinitionRefused.
    """
    book = checked(definition)
    gone = [code for code in codes_of_all(session, until=now) if code not in book.ranks and code not in book.replaced]
    if gone:
        raise BookRefused(why="；".join(f"原有等级 {code} 须在 replaced 中说明由哪个等级接替" for code in gone))
    return rulebooks.draft(session, editions.KIND, definition, based_on=based_on, by=by, note=note, now=now)


def codes_of_all(session: Session, *, until: datetime) -> list[str]:
    """The codes of all tiers that there ever were until an instant."""
    timeline = editions.all_until(session, until=until)
    return list(dict.fromkeys(tier.code for edition in timeline.editions for tier in edition.book.tiers))


def _faults(book: TierBook) -> Iterator[str]:
    yield from _codes(book)
    yield from _lowest(book.tiers[0])
    for tier in book.tiers[1:]:
        yield from _tier(tier, book)
    for rank, higher in enumerate(book.tiers):
        for lower in book.tiers[1:rank]:
            for how in easier(higher, lower, book):
                yield f"等级 {higher.code} 不比下面的 {lower.code} 难：{how}"


def _codes(book: TierBook) -> Iterator[str]:
    codes = [tier.code for tier in book.tiers]
    names = [tier.name for tier in book.tiers]
    yield from (f"等级代码 {code} 重复" for code in sorted({code for code in codes if codes.count(code) > 1}))
    yield from (f"等级名称 {name} 重复" for name in sorted({name for name in names if names.count(name) > 1}))
    for old, new in book.replaced.items():
        if new not in codes:
            yield f"replaced 中的 {new} 不是本规则的等级"
        if old in codes:
            yield f"replaced 中的 {old} 仍是本规则的等级"


def _lowest(tier: TierRules) -> Iterator[str]:
    if tier.qualify is not None or tier.keep is not None:
        yield f"最低等级 {tier.code} 不能有条件"
    if tier.validity != "forever" or tier.grace_days:
        yield f"最低等级 {tier.code} 不能有期限"
    if tier.gift is not None:
        yield f"最低等级 {tier.code} 不能有升级礼"


def _tier(tier: TierRules, book: TierBook) -> Iterator[str]:
    if tier.qualify is None:
        yield f"等级 {tier.code} 没有达到条件，谁也到不了"
    if tier.keep is not None and tier.validity == "forever":
        yield f"等级 {tier.code} 永久有效，保级条件不会起作用"
    if tier.keep is not None and not book.growth.decay and _is_lasting(tier.qualify):
        yield f"等级 {tier.code} 的成长值不衰减，达到后永远满足，保级条件不会起作用"
    if isinstance(tier.validity, Months) and tier.grace_days > SHORTEST_MONTH * tier.validity.months:
        yield f"等级 {tier.code} 的宽限期比有效期还长"
    if tier.gift is not None and not (tier.gift.points or tier.gift.coupons):
        yield f"等级 {tier.code} 的升级礼是空的"
    for condition in (tier.qualify, tier.keep):
        if condition is not None:
            yield from _condition(tier, condition, book)


def _condition(tier: TierRules, condition: Condition, book: TierBook) -> Iterator[str]:
    found = list(leaves(condition))
    if len(found) > MOST_LEAVES or _depth(condition) > DEEPEST:
        yield f"等级 {tier.code} 的条件过于复杂"
        return
    for leaf in found:
        if isinstance(leaf, Friends) and leaf.tier is not None:
            if leaf.tier not in book.ranks:
                yield f"等级 {tier.code} 的条件提到未知等级 {leaf.tier}"
            elif book.ranks[leaf.tier] == 0:
                yield f"等级 {tier.code} 的条件要求好友为最低等级，等于没有要求"
    if _is_by_hand_with_more(condition):
        yield f"等级 {tier.code} 的 manual 不能与其他条件同时要求"


def _is_lasting(condition: Condition | None) -> bool:
    """Whether a condition, once met, is met for ever by growth value alone."""
    match condition:
        case Growth():
            return True
        case AnyOf():
            return any(_is_lasting(part) for part in condition.any)
        case AllOf():
            return all(_is_lasting(part) for part in condition.all)
        case _:
            return False


def _is_by_hand_with_more(condition: Condition) -> bool:
    match condition:
        case AnyOf():
            return any(_is_by_hand_with_more(part) for part in condition.any)
        case AllOf():
            return any(isinstance(leaf, Manual) for leaf in leaves(condition))
        case _:
            return False


def _depth(condition: Condition) -> int:
    match condition:
        case AnyOf():
            return 1 + max(_depth(part) for part in condition.any)
        case AllOf():
            return 1 + max(_depth(part) for part in condition.all)
        case _:
            return 1


def _place(path: Path, definition: dict[str, Any]) -> str:
    """Where something is wrong: a tier is called by its code, if it has one."""
    if len(path) > 1 and path[0] == "tiers" and isinstance(path[1], int):
        tier = definition["tiers"][path[1]]
        code = tier.get("code") if isinstance(tier, dict) else None
        inner = [part for before, part in pairwise(path[1:]) if part != before or part not in INNER]
        return f"等级 {code or f'第 {path[1] + 1} 个'} {'.'.join(map(str, inner))}".rstrip()
    return dotted(path)
