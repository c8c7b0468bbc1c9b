from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from flask import Response, g
from pydantic import Field, StringConstraints
from sqlalchemy.orm import Session

from backend import media, members, sharing
from backend.kit.calls import db, now, without_transaction
from backend.kit.db import run
from backend.kit.openapi import problems
from backend.kit.paging import decode_int_cursor, encode_cursor
from backend.kit.schema import IdText, Instant, PageQuery, Schema
from backend.runtime import runtime
from backend.wechat import ProgramState
from miniprogram_api.auth import resource, signed_in_identity, signed_in_member
from miniprogram_api.wechat import asking_wechat

api = resource("shares")

PAGE: Final = (
    "pages/share/open"  # of the mini-program: it opens the token that a code's scene is, and goes on from there
)
CODE_WIDTH: Final = 430
CODE_KEPT_S: Final = 7 * 86_400
POSTER_KEPT_S: Final = 3_600
PNG, JPEG = "image/png", "image/jpeg"
OURS: Final = "/media/"
VERSIONS: Final[dict[ProgramState, Literal["release", "trial", "develop"]]] = {
    "formal": "release",
    "trial": "trial",
    "developer": "develop",
}

Token = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{8,16}$")]


class ShareIn(Schema):
    """What I share: an item, coupon (template) or event by its id, an article by its code, or `members`: to join."""

    kind: sharing.Kind
    thing: Annotated[str, Field(min_length=1, max_length=64)] = "members"


class TokenPath(Schema):
    token: Token


class ShareOut(Schema):
    """One of my shares, with what came of it: people who opened it, those of them who were new, who joined, and what
    was bought through it and kept. `points` is what it brought me.
    """

    id: IdText
    token: str
    kind: sharing.Kind
    thing: str
    path: str
    visits: int
    newcomers: int
    joined: int
    purchases: int
    points: int
    made_at: Instant


class SharesOut(Schema):
    """A page of my shares."""

    items: list[ShareOut]
    next_cursor: str | None


class OpenedOut(Schema):
    """What a share shows, and the page of the mini-program that goes on. `counted`: this was my first visit."""

    kind: sharing.Kind
    thing: str
    title: str
    line: str
    page: str
    counted: bool


class ShareRewardOut(Schema):
    """What a newcomer or a purchase brought me. `why` something brought nothing: day-full, month-full, returned, left,
    no-reward.
    """

    id: IdText
    kind: Literal["visit", "purchase"]
    status: Literal["waiting", "paid", "dropped"]
    why: str | None
    points: int
    noted_at: Instant
    due_at: Instant


class ShareRewardsOut(Schema):
    """A page of rewards for shares."""

    items: list[ShareRewardOut]
    next_cursor: str | None


@dataclass(frozen=True)
class Shown:
    """What a poster is made of, read in one go."""

    thing: sharing.Thing
    sharer: str


@api.post("/shares", responses={200: ShareOut, 201: ShareOut} | problems(404))
def share(body: ShareIn) -> tuple[ShareOut, int]:
    """Share something: one token for me and this thing, also when I share it again (200)."""
    member_id, rng = signed_in_member(), runtime().rng
    made, new = sharing.share(db(), member_id, body.kind, body.thing, rng=rng, now=now())
    return _told(db(), [made])[0], 201 if new else 200


@api.get("/shares", responses={200: SharesOut} | problems(400))
def mine(query: PageQuery) -> SharesOut:
    """My shares, newest first."""
    before = decode_int_cursor(query.cursor)
    found = sharing.shares_page(db(), signed_in_member(), before_id=before, limit=query.limit + 1)
    page = found[: query.limit]
    cursor = encode_cursor(page[-1].id) if len(found) > len(page) else None
    return SharesOut(items=_told(db(), page), next_cursor=cursor)


@api.get("/shares/rewards", responses={200: ShareRewardsOut} | problems(400))
def rewards(query: PageQuery) -> ShareRewardsOut:
    """What my shares brought me, newest first."""
    before = decode_int_cursor(query.cursor)
    found = sharing.rewards_page(db(), signed_in_member(), before_id=before, limit=query.limit + 1)
    page = found[: query.limit]
    cursor = encode_cursor(page[-1].id) if len(found) > len(page) else None
    return ShareRewardsOut(items=[ShareRewardOut.model_validate(one) for one in page], next_cursor=cursor)


@api.post("/shares/<token>/visits", responses={200: OpenedOut} | problems(404))
def visit(path: TokenPath) -> OpenedOut:
    """I opened a share, as a member or not: counted once a person, and never for the one who shares."""
    opened = sharing.open_share(db(), path.token, signed_in_identity(), now=now())
    return OpenedOut(
        kind=opened.share.kind,
        thing=opened.share.thing,
        title=opened.thing.title,
        line=opened.thing.line,
        page=opened.thing.page,
        counted=opened.counted,
    )


@api.get("/shares/<token>/code.png", responses={200: None} | problems(404))
@without_transaction
def code(path: TokenPath) -> Response:
    """The mini-program code of one of my shares: a PNG, or a JPEG where WeChat likes that better."""
    _shown(path.token)
    return _picture(_code(path.token))


@api.get("/shares/<token>/poster.png", responses={200: None} | problems(404))
@without_transaction
def poster(path: TokenPath) -> Response:
    """A poster of one of my shares, to keep or send on."""
    shown = _shown(path.token)
    drawn = _kept(f"share-poster:{path.token}", POSTER_KEPT_S, lambda: _drawn(path.token, shown))
    return _picture(drawn)


def _told(session: Session, page: Sequence[sharing.Share]) -> list[ShareOut]:
    points = sharing.points_of(session, [one.id for one in page])
    return [
        ShareOut(
            **{name: getattr(one, name) for name in ShareOut.model_fields if name not in {"path", "points"}},
            path=f"{PAGE}?scene={one.token}",
            points=points.get(one.id, 0),
        )
        for one in page
    ]


def _shown(token: str) -> Shown:
    """What my share shows. Raises ShareUnknown also for somebody else's."""
    part, at, identity_id = runtime(), now(), signed_in_identity()

    def read(session: Session) -> Shown:
        me = members.active_member(members.of_identity(session, identity_id))
        found = sharing.by_token(session, token)
        if found.member_id != me.id:
            raise sharing.ShareUnknown
        thing = sharing.thing_of(session, found.kind, found.thing, now=at)
        return Shown(thing, members.masked_name(session, me))

    return run(part.sessions.read, read)


def _drawn(token: str, shown: Shown) -> bytes:
    runtime().limiter.hit("poster", g.caller)
    thing = shown.thing
    poster = sharing.Poster(thing.title, thing.line, shown.sharer, _code(token), _read(thing.picture_url))
    return sharing.draw(poster)


def _read(url: str | None) -> bytes | None:
    """A picture of ours; others are somebody else's server, which is not asked."""
    folder, _, file = (url or "").removeprefix(OURS).partition("/")
    is_ours = url is not None and url.startswith(OURS) and media.is_name(folder, file)
    return runtime().media.read(f"{folder}/{file}") if is_ours else None


def _code(token: str) -> bytes:
    return _kept(f"share-code:{token}", CODE_KEPT_S, lambda: _asked(token))


def _asked(token: str) -> bytes:
    part = runtime()
    part.limiter.hit("share-code", g.caller)
    with asking_wechat(refused=sharing.ShareUnknown):
        version = VERSIONS[part.program_state]
        return part.mini_program.code_image(token, PAGE, width=CODE_WIDTH, env_version=version)


def _kept(key: str, ttl: int, make: Callable[[], bytes]) -> bytes:
    cache = runtime().cache
    found = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found, ttl=ttl)
    return found


def _picture(data: bytes) -> Response:
    reply = Response(data, mimetype=PNG if data.startswith(b"\x89PNG") else JPEG)
    reply.headers["Cache-Control"] = "private, max-age=3600"
    return reply
