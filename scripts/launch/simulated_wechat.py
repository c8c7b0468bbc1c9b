"""What the simulated WeChat is told before it starts: our accounts, and our templates as its console knows them."""

import base64
import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from backend.wechat import fit
from config.settings import Settings
from templates_msg import catalogue


def template_ids() -> str:
    """Ids for all our message templates, as MESSAGE_TEMPLATE_IDS spells them; each start gives the same."""
    return ",".join(f"{name}={_template_id(name)}" for name in catalogue.load())


def write_config(path: Path, *, web_url: str, ids: str) -> None:
    """Write the simulator's configuration. It holds secrets, so it is for this user only.

    `ids` are the official account's templates. The mini-program may ask to send the same messages, as subscribe
    messages; these templates have ids of their own, as in its console.
    """
    path.touch(mode=0o600)
    asked_for = ",".join(f"{name}={_template_id(f'mini-program {name}')}" for name in catalogue.load())
    content = {
        "apps": _apps(web_url),
        "templates": _templates(ids, "official_account"),
        "subscribe_templates": _templates(asked_for, "subscription"),
        "samples": [_sample(template) for template in catalogue.load().values()],
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2), "utf-8")


def _template_id(name: str) -> str:
    return base64.urlsafe_b64encode(sha256(f"baihui {name}".encode()).digest()).rstrip(b"=").decode()


def _apps(web_url: str) -> list[dict[str, str]]:
    given = Settings(environment="development")
    official_account = {
        "kind": "official-account",
        "appid": given.wechat_oa_appid,
        "secret": given.wechat_oa_secret.get_secret_value(),
        "token": given.wechat_oa_token.get_secret_value(),
        "aes_key": given.wechat_oa_aes_key.get_secret_value(),
        "name": "百汇百货",
        "callback_url": f"{web_url}/wechat/oa",
    }
    mini_program = {
        "kind": "mini-program",
        "appid": given.wechat_mp_appid,
        "secret": given.wechat_mp_secret.get_secret_value(),
        "token": given.wechat_mp_token.get_secret_value(),
        "aes_key": given.wechat_mp_aes_key.get_secret_value(),
        "name": "百汇会员",
        "callback_url": f"{web_url}/wechat/mp",
    }
    return [official_account, mini_program]


def _templates(ids: str, channel: str) -> Mapping[str, Any]:
    """Those of the catalogue that have fields in a channel: marketing has none in template messages."""
    known = catalogue.load()
    pairs = (pair.partition("=") for pair in ids.split(",") if pair.strip())
    return {
        template_id.strip(): {
            "title": known[name.strip()].title,
            "fields": [{"key": field.key, "label": field.label} for field in getattr(known[name.strip()], channel)],
        }
        for name, _, template_id in pairs
        if name.strip() in known and getattr(known[name.strip()], channel)
    }


def _sample(template: catalogue.Template) -> Mapping[str, Any]:
    return {
        "name": template.name,
        "title": template.title,
        "marks": [template.kind, template.when],
        "template": _rows(template.official_account, template.sample),
        "notice": _rows(template.subscription, template.sample),
        "text": template.text.format_map(template.sample),
        "sms": [template.sample[word] for word in template.sms],
    }


def _rows(fields: tuple[catalogue.Field, ...], words: Mapping[str, str]) -> list[dict[str, str]]:
    return [
        {"key": one.key, "label": one.label, "value": fit(one.key, one.wording.format_map(words))} for one in fields
    ]
