"""Texts that operators write with an editor, made safe for a phone's `<rich-text>` and for a browser."""

import re
from typing import Final

import nh3

from backend.kit.errors import Invalid

LARGEST_BYTES: Final = 60_000  # of UTF-8, so that a TEXT column of every engine holds it
MOST_ROUNDS: Final = 8
TAGS: Final = frozenset(("b", "br", "em", "h2", "h3", "h4", "i", "img", "li", "ol", "p", "strong", "ul"))
OWN_PICTURE: Final = re.compile(r"/media/([0-9a-f]{64})/[0-9]{2,4}\.(?:jpg|png)")
ELSEWHERE: Final = re.compile(r"https://[a-z0-9.-]+(?::[0-9]{1,5})?(?:/[^\x00-\x20\x7f\\<>\"'`]*)?", re.IGNORECASE)
# of what was cleaned: inside a value a quotation mark is &quot;
SOURCES: Final = re.compile(r'(<img(?: alt="[^"]*")? src=")([^"]*)')
WITHOUT_SOURCE: Final = re.compile(r'<img(?: alt="[^"]*")?>')


class TextTooLarge(Invalid):
    """A text is at most 60,000 bytes of UTF-8, as written and as kept."""

    code = "richtext.too-large"
    message = "图文内容过长，请精简后再保存"


class TextUnsound(Invalid):
    """Markup so broken that cleaning it does not come to an end, or half a character."""

    code = "richtext.unsound"
    message = "图文内容格式有误，请重新编辑"


def sanitised(html: str) -> str:
    """The text with nothing but headings, paragraphs, lists, emphasis and pictures; cleaning it again is no change.

    Other tags go and their text stays; scripts and styles go with their text. A picture comes from our own `/media/`
    or by https, any other goes. Raises TextTooLarge, TextUnsound.
    """
    _check_size(html)
    for _ in range(MOST_ROUNDS):
        html, before = _cleaned(html), html
        _check_size(html)
        if html == before:
            return html
    raise TextUnsound


def own_pictures(sanitised_html: str) -> set[str]:
    """The hashes of our own pictures that a sanitised text shows."""
    return {found[1] for _, source in SOURCES.findall(sanitised_html) if (found := OWN_PICTURE.match(source))}


def with_addresses(sanitised_html: str, base_url: str) -> str:
    """The text for a reader that knows no base address (a mini-program): our own pictures by their full address."""
    return SOURCES.sub(
        lambda found: f"{found[1]}{base_url if OWN_PICTURE.match(found[2]) else ''}{found[2]}", sanitised_html
    )


def _cleaned(html: str) -> str:
    clean = nh3.clean(
        html,
        tags=set(TAGS),
        attributes={"img": {"src", "alt"}},
        attribute_filter=_kept_value,
        url_schemes={"https"},
        link_rel=None,
    )
    return WITHOUT_SOURCE.sub("", clean)


def _kept_value(_tag: str, attribute: str, value: str) -> str | None:
    if attribute == "src":
        return value if OWN_PICTURE.fullmatch(value) or ELSEWHERE.fullmatch(value) else None
    return value


def _check_size(html: str) -> None:
    try:
        size = len(html.encode())
    except UnicodeEncodeError as error:
        raise TextUnsound from error
    if size > LARGEST_BYTES:
        raise TextTooLarge
