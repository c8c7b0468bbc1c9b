"""What an official account says to one follower: in answer to a push, or as a customer message."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

LONGEST_TEXT: Final = 600
"""Characters of a text that fit WeChat's 2048 bytes whatever they are, but for emoji; see `fits_text`."""

MOST_BYTES: Final = 2048
NOT_XML: Final = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")  # XML 1.0, production 2
REPLY: Final = (
    "<xml><ToUserName>{to}</ToUserName><FromUserName>{from_}</FromUserName>"
    "<CreateTime>{time}</CreateTime><MsgType>{kind}</MsgType>{content}</xml>"
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that was uploaded to WeChat before."""

    media_id: str


@dataclass(frozen=True, slots=True)
class Article:
    """A card with a picture that leads to a web page (图文)."""

    title: str
    description: str
    picture_url: str
    url: str


Said = str | Picture | Article


def fits_text(text: str) -> bool:
    """Whether WeChat takes a text whole."""
    return 0 < len(text.encode()) <= MOST_BYTES


def passive_reply(to: str, from_: str, said: Said, *, at: datetime) -> str:
    """The XML that answers a push. Whatever a user or operator wrote: it cannot break out of its field."""
    kind, content = _passive(said)
    return REPLY.format(
        to=_cdata(to), from_=_cdata(from_), time=int(at.timestamp()), kind=_cdata(kind), content=content
    )


def customer_message(openid: str, said: Said) -> dict[str, Any]:
    """The body of a customer message."""
    match said:
        case Picture(media_id):
            return {"touser": openid, "msgtype": "image", "image": {"media_id": media_id}}
        case Article():
            article = {
                "title": said.title,
                "description": said.description,
                "url": said.url,
                "picurl": said.picture_url,
            }
            return {"touser": openid, "msgtype": "news", "news": {"articles": [article]}}
        case str():
            return {"touser": openid, "msgtype": "text", "text": {"content": said}}


def _passive(said: Said) -> tuple[str, str]:
    match said:
        case Picture(media_id):
            return "image", f"<Image><MediaId>{_cdata(media_id)}</MediaId></Image>"
        case Article():
            parts = {
                "Title": said.title,
                "Description": said.description,
                "PicUrl": said.picture_url,
                "Url": said.url,
            }
            item = "".join(f"<{name}>{_cdata(text)}</{name}>" for name, text in parts.items())
            return "news", f"<ArticleCount>1</ArticleCount><Articles><item>{item}</item></Articles>"
        case str():
            return "text", f"<Content>{_cdata(said)}</Content>"


def _cdata(text: str) -> str:
    return "<![CDATA[" + NOT_XML.sub("", text).replace("]]>", "]]]]><![CDATA[>") + "]]>"
