from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from backend import members, messaging, scenes
from backend.oa import arriving, chatting, subscribing, texts
from backend.oa.heard import Heard
from backend.oa.replies import Links
from backend.wechat import Event, Message, Said, TextMessage, Unknown

SHOWN = "success"
NOT_SHOWN = {"failed:user block": messaging.Delivered.UNREACHABLE}
SAID_BY_PEOPLE = frozenset({"image", "voice", "video", "shortvideo", "location", "link"})
OPENS_THE_CHAT = frozenset({"subscribe", "SCAN"})


@dataclass(frozen=True)
class Pushed:
    """A push to the official account `appid`, judged at `now`. `unionid` is known of a new follower at best."""

    message: Message
    appid: str
    now: datetime
    links: Links
    unionid: str | None = None


def react(session: Session, pushed: Pushed) -> Said | None:
    """Do what the push asks for. What answers it, None where nobody waits for words. Raises DomainError."""
    match pushed.message:
        case TextMessage(text=words):
            return chatting.answered(session, _heard(session, pushed, "text", words))
        case Event(kind="CLICK", key=key):
            return chatting.answered(session, _heard(session, pushed, "CLICK", key))
        case Unknown(kind=kind, said=words) if kind in SAID_BY_PEOPLE:
            return chatting.answered(session, _heard(session, pushed, kind, words))
        case Event(kind=kind, key=key):
            reaction = EVENTS.get(kind)
            said = reaction(session, pushed) if reaction else None
            if kind in OPENS_THE_CHAT:
                _note(session, _heard(session, pushed, kind, key), said)
            return said
    return None


def expects_words(message: Message) -> bool:
    """Whether a person waits for an answer in the chat."""
    match message:
        case TextMessage() | Event(kind="CLICK"):
            return True
        case Unknown(kind=kind):
            return kind in SAID_BY_PEOPLE
    return False


def is_new_follower(message: Message) -> bool:
    """Whether somebody has just begun to follow the account."""
    return isinstance(message, Event) and message.kind == "subscribe"


def _heard(session: Session, pushed: Pushed, kind: str, words: str) -> Heard:
    follower = _follower(session, pushed)
    session.flush()  # a first message makes the identity, which is asked for next
    at = pushed.message.created_at
    return Heard(follower.id, kind, words, at, pushed.now, pushed.links, pushed.appid)


def _note(session: Session, heard: Heard, said: str | None) -> None:
    chatting.listen(session, heard)
    if said is not None:
        chatting.speak(session, heard, said)


def _follower(session: Session, pushed: Pushed) -> members.Identity:
    appid, openid, now = pushed.appid, pushed.message.from_user, pushed.now
    identity = members.sign_in(
        session, kind=members.OFFICIAL_ACCOUNT, appid=appid, openid=openid, unionid=None, now=now
    )
    if not identity.follows:  # only followers can write or scan: this one came before us, or the push was lost
        identity = members.follow(session, appid=appid, openid=openid, unionid=None, now=now)
    return identity


def _welcome(session: Session, pushed: Pushed) -> str:
    openid = pushed.message.from_user
    identity = members.follow(session, appid=pushed.appid, openid=openid, unionid=pushed.unionid, now=pushed.now)
    scene = _scene_of(pushed)
    arrival = arriving.arrived(session, identity, scene, now=pushed.now)
    led = scenes.note_follow(session, scene, identity.id, now=pushed.now) if scene else None
    if identity.member_id is None:
        return texts.WELCOME.format(greeting=_greeting(led) or texts.HELLO, link=_link(pushed, identity))
    said = texts.WELCOME_BACK.format(greeting=_greeting(led) or texts.HELLO_AGAIN, link=_link(pushed, identity))
    return said + arrival


def _scanned(session: Session, pushed: Pushed) -> str | None:
    identity, scene = _follower(session, pushed), _scene_of(pushed)
    arrival = arriving.arrived(session, identity, scene, now=pushed.now)
    led = scenes.note_scan(session, scene, identity.id, now=pushed.now) if scene else None
    return texts.SCANNED.format(greeting=_greeting(led), link=_link(pushed, identity)) + arrival if led else None


def _farewell(session: Session, pushed: Pushed) -> None:
    members.unfollow(session, appid=pushed.appid, openid=pushed.message.from_user, now=pushed.now)


def _template_message_ended(session: Session, pushed: Pushed) -> None:
    """WeChat's last word on a template message; what it calls `failed` was not shown."""
    event = pushed.message
    if not isinstance(event, Event) or not event.msg_id or not event.status:
        return
    shown = event.status == SHOWN
    messaging.report(
        session,
        channel=messaging.TEMPLATE_MESSAGES,
        msgid=event.msg_id,
        status=messaging.Delivered.SHOWN if shown else NOT_SHOWN.get(event.status, messaging.Delivered.DEAD),
        error=None if shown else event.status,
        now=pushed.now,
    )


def _subscription_told(session: Session, pushed: Pushed) -> None:
    if isinstance(pushed.message, Event):
        subscribing.hear(session, pushed.message, kind=members.OFFICIAL_ACCOUNT, appid=pushed.appid, now=pushed.now)


def _scene_of(pushed: Pushed) -> str | None:
    return pushed.message.scene if isinstance(pushed.message, Event) else None


def _greeting(scene: scenes.Scene | None) -> str | None:
    if scene is None:
        return None
    return scene.greeting or texts.GREETINGS[scene.kind].format(label=scene.label)


def _link(pushed: Pushed, identity: members.Identity) -> str:
    if identity.member_id is None:
        return pushed.links.to(texts.JOIN_PAGE, texts.JOIN_LINK)
    return pushed.links.to(texts.CARD_PAGE, texts.OPEN_CARD_LINK)


EVENTS: dict[str, Callable[[Session, Pushed], str | None]] = {
    "subscribe": _welcome,
    "unsubscribe": _farewell,
    "SCAN": _scanned,
    "TEMPLATESENDJOBFINISH": _template_message_ended,
    "subscribe_msg_popup_event": _subscription_told,
    "subscribe_msg_change_event": _subscription_told,
    "subscribe_msg_sent_event": _subscription_told,
}
