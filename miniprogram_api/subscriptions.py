from typing import Annotated, Final

import structlog
from pydantic import Field

from backend import messaging, subscriptions
from backend.kit.calls import db, now
from backend.kit.openapi import problems
from backend.kit.schema import Schema
from backend.runtime import runtime
from config import policy
from miniprogram_api.auth import resource, signed_in_identity

log = structlog.get_logger(__name__)

MOST_AT_ONCE: Final = 5  # templates that wx.requestSubscribeMessage asks for
ACCEPTED: Final = "accept"  # also acceptWithAudio, acceptWithAlert
REJECTED: Final = "reject"
BANNED: Final = "ban"

api = resource("subscriptions")

TemplateId = Annotated[str, Field(min_length=1, max_length=64)]
Choice = Annotated[str, Field(pattern=r"^[A-Za-z]{1,32}$")]


class SceneQuery(Schema):
    """After what the mini-program would ask: exchange, check-in, coupon, draw, event, join, card."""

    scene: Annotated[str, Field(min_length=1, max_length=32)]


class AskedOut(Schema):
    """A template to ask for, and how many of its messages I still take."""

    template_id: str
    name: str
    title: str
    accepts: int


class ToAskOut(Schema):
    """What to hand to wx.requestSubscribeMessage, at most three; none where there is nothing to ask."""

    items: list[AskedOut]


class AnswersIn(Schema):
    """What wx.requestSubscribeMessage returned, without errMsg: accept, reject, ban or filter by template id."""

    answers: Annotated[dict[TemplateId, Choice], Field(min_length=1, max_length=MOST_AT_ONCE)]


class CountOut(Schema):
    """How many messages of a template I still take."""

    template_id: str
    accepts: int


class CountsOut(Schema):
    """Of each template of ours that was answered."""

    items: list[CountOut]


@api.get("/subscriptions", responses={200: ToAskOut} | problems(404))
def to_ask(query: SceneQuery) -> ToAskOut:
    """Which subscribe messages to ask me for at a scene; those that I take fewest of come first."""
    ids = runtime().subscribe_template_ids
    names = [name for name in policy.SUBSCRIBE_SCENES.get(query.scene, ()) if name in ids]
    accepts = subscriptions.accepts_of(db(), signed_in_identity(), [ids[name] for name in names])
    found = [
        AskedOut(
            template_id=ids[name],
            name=name,
            title=messaging.CATALOGUE[name].title,
            accepts=accepts[ids[name]],
        )
        for name in names
    ]
    return ToAskOut(items=sorted(found, key=lambda one: one.accepts))


@api.post("/subscriptions", responses={200: CountsOut})
def answer(body: AnswersIn) -> CountsOut:
    """Report what I answered. WeChat tells us too: each answer counts once, whoever comes first."""
    known = set(runtime().subscribe_template_ids.values())
    return CountsOut(
        items=[
            CountOut(template_id=template_id, accepts=_noted(template_id, choice))
            for template_id, choice in body.answers.items()
            if template_id in known
        ]
    )


def _noted(template_id: str, choice: str) -> int:
    identity_id = signed_in_identity()
    if choice == BANNED:
        log.error("subscriptions.template-banned", template_id=template_id)
    if choice != REJECTED and not choice.startswith(ACCEPTED):
        return subscriptions.accepts_of(db(), identity_id, [template_id])[template_id]
    told = subscriptions.Answer(choice != REJECTED, now(), told_by_wechat=False)
    return subscriptions.note_answer(db(), identity_id, template_id, told)
