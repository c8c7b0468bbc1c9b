"""What the simulated WeChat is told before it starts: our accounts, and our templates as its console knows them."""

import base64
import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from backend.wechat import fit
from config.settings import Settings
from scripts.launch.pay_keys import pay_account
from templates_msg import catalogue

SMS_ACCOUNT: Final = {
    "secret_id": "AKIDsimulated",
    "secret_key": "simulated-sms-secret",
    "app_id": "1400000001",
    "sign": "百汇百货",
}
SMS_REPLIES_KEY: Final = "simulated-sms-replies"
REFUSING: Final = "拒收请回复R"


def template_ids() -> str:
    """Ids for all our message templates, as MESSAGE_TEMPLATE_IDS spells them; each start gives the same."""
    return ",".join(f"{name}={_template_id(name)}" for name in catalogue.load())


def notice_ids() -> str:
    """Likewise, for subscription notices, as NOTICE_TEMPLATE_IDS spells them."""
    return ",".join(f"{name}={_template_id(f'notice {name}')}" for name in catalogue.load())


def subscribe_ids() -> str:
    """Likewise, for subscribe messages of the mini-program, as SUBSCRIBE_TEMPLATE_IDS spells them."""
    return ",".join(f"{name}={_template_id(f'mini-program {name}')}" for name in catalogue.load())


def sms_environment(endpoint: str) -> dict[str, str]:
    """What a shop is told that sends its SMS through the simulator."""
    return {
        "SMS_PROVIDER": "tencent",
        "SMS_ENDPOINT": endpoint,
        "SMS_SECRET_ID": SMS_ACCOUNT["secret_id"],
        "SMS_SECRET_KEY": SMS_ACCOUNT["secret_key"],
        "SMS_APP_ID": SMS_ACCOUNT["app_id"],
        "SMS_SIGN": SMS_ACCOUNT["sign"],
        "SMS_TEMPLATE_IDS": ",".join(f"{name}={_sms_id(name)}" for name in _texted()),
        "SMS_REPLIES_KEY": SMS_REPLIES_KEY,
    }


def write_config(path: Path, *, web_url: str, ids: str, pay_keys: Path | None = None) -> None:
    """Write the simulator's configuration. It holds secrets, so it is for this user only.

    `ids` are the official account's templates. The same messages are sent as notices, as subscribe messages of the
    mini-program and by SMS; these templates have ids of their own, as in the consoles.
    """
    path.touch(mode=0o600)
    content: dict[str, Any] = {
        "apps": _apps(web_url),
        "templates": {**_templates(ids, "official_account"), **_templates(notice_ids(), "subscription")},
        "subscribe_templates": _templates(subscribe_ids(), "subscription"),
        "sms": {
            **SMS_ACCOUNT,
            "templates": {_sms_id(name): _sms_text(template) for name, template in _texted().items()},
            "replies_url": f"{web_url}/sms/replies?key={SMS_REPLIES_KEY}",
        },
        **({"pay": pay_account(pay_keys)} if pay_keys else {}),
        "samples": [_sample(template) for template in catalogue.load().values()],
    }
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2), "utf-8")


def _template_id(name: str) -> str:
    return base64.urlsafe_b64encode(sha256(f"baihui {name}".encode()).digest()).rstrip(b"=").decode()


def _sms_id(name: str) -> str:
    return str(int.from_bytes(sha256(f"sms {name}".encode()).digest()[:4], "big"))


def _texted() -> dict[str, catalogue.Template]:
    return {name: template for name, template in catalogue.load().items() if template.sms}


def _sms_text(template: catalogue.Template) -> str:
    blanks = "，".join(f"{{{number}}}" for number in range(1, len(template.sms) + 1))
    return f"{template.title}：{blanks}。{REFUSING if template.kind == catalogue.MARKETING else ''}"


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
