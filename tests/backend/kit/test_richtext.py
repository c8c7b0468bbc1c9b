"""Texts of operators: whatever goes in, what comes out is harmless, and stays as it is."""

from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backend.kit.richtext import (
    ELSEWHERE,
    LARGEST_BYTES,
    OWN_PICTURE,
    TAGS,
    TextTooLarge,
    TextUnsound,
    own_pictures,
    sanitised,
    with_addresses,
)

HASH = "0123456789abcdef" * 4
OWN = f"/media/{HASH}/480.jpg"

SOURCES = [
    OWN,
    "https://img.example/a.png?x=1&y=2",
    "HTTPS://img.example",
    "javascript:alert(1)",
    " java\tscript:alert(1)",
    "data:text/html;base64,PHNjcmlwdD4=",
    "http://img.example/a.png",
    "//img.example/a.png",
    "/\\img.example/a.png",
    "https://user@img.example/",
    "/media/../admin",
    f"{OWN}?x",
]
TAG_NAMES = [*sorted(TAGS), "script", "style", "svg", "math", "table", "td", "form", "iframe", "a", "noscript", "title"]
ATTRIBUTES = ["", " onclick=alert(1)", ' style="background:url(javascript:1)"', " class=a", ' alt="a&quot;b>"']
opening = st.builds("<{}{}>".format, st.sampled_from(TAG_NAMES), st.sampled_from(ATTRIBUTES))
closing = st.builds("</{}>".format, st.sampled_from(TAG_NAMES))
picture = st.builds('<img{} src="{}">'.format, st.sampled_from(ATTRIBUTES), st.sampled_from(SOURCES))
texts = st.sampled_from(["会员日", "a < b & c", '" onerror="', "<!--", "-->", "]]>", "<![CDATA[", "&lt;b&gt;", "\0"])
markup = st.lists(st.one_of(opening, closing, picture, texts, st.text(max_size=5)), max_size=12).map("".join)


class Faults(HTMLParser):
    """Reads HTML by another parser than the one that cleans it, and notes what must not be there."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        if tag not in TAGS:
            self.found.append(tag)
        for name, value in attributes:
            if tag != "img" or name not in {"alt", "src"}:
                self.found.append(f"{tag} {name}")
            if name == "src" and not (OWN_PICTURE.fullmatch(value) or ELSEWHERE.fullmatch(value)):
                self.found.append(value)

    def handle_comment(self, data):
        self.found.append(f"comment {data}")

    def handle_decl(self, decl):
        self.found.append(decl)

    unknown_decl = handle_pi = handle_decl


@settings(max_examples=100)
@given(markup)
@example("<h2><table><h3>x")
@example('<noscript><p title="</noscript><img src=x onerror=alert(1)>">')
@example('<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">')
def test_what_comes_out_is_harmless_and_stays_as_it_is(html):
    try:
        clean = sanitised(html)
    except TextUnsound:
        assert any("\ud800" <= char <= "\udfff" for char in html)
        return
    assert not Faults(clean).found
    assert sanitised(clean) == clean


@pytest.mark.parametrize(
    "html",
    [
        "<script>",
        "<p onclick=alert(1)>",
        '<img src="javascript:alert(1)">',
        "<img src=http://img.example/a.png>",
        '<img src="//img.example/a.png">',
        "<p style='x'>",
        "<!--x-->",
    ],
)
def test_the_check_finds_what_is_planted(html):
    assert Faults(html).found
    assert not Faults(sanitised(html)).found


def test_what_is_allowed_stays():
    html = f'<h2>会员日</h2><p><strong>双倍</strong><em>积分</em><br></p><ul><li>一</li></ul><img src="{OWN}" alt="图">'
    assert sanitised(html) == html


def test_a_tag_goes_and_its_text_stays_but_that_of_scripts_and_styles():
    assert sanitised("<div><a href=https://a.cn>看</a>这里<script>x()</script><style>p{}</style></div>") == "看这里"


@pytest.mark.parametrize("source", SOURCES[3:])
def test_a_picture_from_anywhere_else_goes(source):
    assert sanitised(f'<p><img src="{source}" alt="图">文</p>') == "<p>文</p>"


@pytest.mark.parametrize("source", SOURCES[:3])
def test_own_pictures_and_those_by_https_stay(source):
    assert sanitised(f'<img src="{source}">').count("src=") == 1


def test_the_largest_text_is_kept_and_one_byte_more_refused():
    text = "文" * (LARGEST_BYTES // 3)
    assert sanitised(text) == text
    for larger in (f"{text}a", "&" * (LARGEST_BYTES // 5 + 1)):  # & is kept as five bytes
        with pytest.raises(TextTooLarge) as refused:
            sanitised(larger)
    assert (refused.value.code, refused.value.detail) == ("richtext.too-large", "图文内容过长，请精简后再保存")


def test_half_a_character_is_refused():
    with pytest.raises(TextUnsound):
        sanitised("\ud800")


def test_own_pictures_are_told_and_get_their_full_address():
    said = f'src="{OWN}" '
    html = sanitised(f'{said}<img alt="{HASH}" src="{OWN}"><img src="https://a.cn/media/{HASH}/480.jpg">')
    assert own_pictures(html) == {HASH}
    assert own_pictures(said) == set()
    full = with_addresses(html, "https://shop.example")
    assert full == html.replace(f'<img alt="{HASH}" src="/', f'<img alt="{HASH}" src="https://shop.example/')
