from collections.abc import Mapping
from typing import Any

from backend.wechat import crypto
from backend.wechat.messages import parse_tree
from backend.wechat.simulator.chat import Said, image, news, text


def element(name: str, content: object) -> str:
    """The XML of a text, of further elements in a mapping, or of a list, which repeats the element."""
    if isinstance(content, list):
        return "".join(element(name, one) for one in content)
    inner = "".join(map(element, content, content.values())) if isinstance(content, Mapping) else _cdata(str(content))
    return f"<{name}>{inner}</{name}>"


def read_reply(app: Mapping[str, Any], body: str) -> Said | None:
    """What an answer to a push says to the user, empty for nothing; None when WeChat would not take it.

    Raises BadCallback, ValueError, KeyError or TypeError when it cannot be read.
    """
    if body.strip() in {"", "success"}:
        return {}
    tree, _ = parse_tree(body)
    if "Encrypt" in tree:
        expected = crypto.signature(app["token"], tree["TimeStamp"], tree["Nonce"], tree["Encrypt"])
        if not crypto.same(expected, tree["MsgSignature"]):
            return None
        tree, _ = parse_tree(crypto.unseal(tree["Encrypt"], crypto.aes_key(app["aes_key"]), app["appid"]))
    elif app["aes_key"]:
        return None
    return _said(tree)


def _said(tree: Mapping[str, Any]) -> Said | None:
    match tree.get("MsgType"):
        case "text":
            return text("account", str(tree["Content"])) if tree.get("Content") else {}
        case "image":
            return image(str(tree["Image"]["MediaId"]))
        case "news" if tree["ArticleCount"] == "1":
            item = tree["Articles"]["item"]
            return news({name.lower(): str(item[name] or "") for name in ("Title", "Description", "PicUrl", "Url")})
    return None


def _cdata(value: str) -> str:
    return "<![CDATA[" + value.replace("]]>", "]]]]><![CDATA[>") + "]]>"
