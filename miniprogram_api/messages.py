from typing import Annotated, Self

from pydantic import Field, model_validator

from backend import messaging
from backend.kit.calls import db, now
from backend.kit.openapi import problems
from backend.kit.paging import LARGEST_LIMIT, decode_int_cursor, encode_cursor
from backend.kit.schema import IdIn, IdText, Instant, PageQuery, Schema
from miniprogram_api.auth import resource, signed_in_member

api = resource("messages")


class FieldOut(Schema):
    """A line of a message."""

    label: str
    value: str


class MessageOut(Schema):
    """A message in the words of its moment. A tap opens `page` of the mini-program; null where there is none any more.
    `read_at` is null until it is read.
    """

    id: IdText
    kind: str
    title: str
    fields: list[FieldOut]
    page: str | None
    at: Instant
    read_at: Instant | None


class MessagesOut(Schema):
    """A page of my messages, newest first."""

    items: list[MessageOut]
    next_cursor: str | None


class ReadIn(Schema):
    """Exactly one of: the `ids` of messages, or `up_to`, the newest message that the phone has shown, which stands for
    itself and all before it.
    """

    ids: Annotated[list[IdIn], Field(min_length=1, max_length=LARGEST_LIMIT)] | None = None
    up_to: IdIn | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.ids is None) == (self.up_to is None):
            raise ValueError("exactly one of ids and up_to")
        return self


class UnreadOut(Schema):
    """How many of my messages are not read; 100 means as many or more."""

    unread: int


@api.get("/messages", responses={200: MessagesOut} | problems(400))
def inbox(query: PageQuery) -> MessagesOut:
    """My messages, also those that WeChat did not bring."""
    member_id, before = signed_in_member(), decode_int_cursor(query.cursor)
    found = messaging.received(db(), member_id, before_id=before, limit=query.limit + 1)
    page = found[: query.limit]
    return MessagesOut(
        items=[_out(one) for one in page],
        next_cursor=encode_cursor(page[-1].id) if len(found) > len(page) else None,
    )


@api.post("/messages/read", responses={200: UnreadOut} | problems(404))
def read(body: ReadIn) -> UnreadOut:
    """Note that I have read messages, all of them or none. Read before, it stays read since then."""
    member_id = signed_in_member()
    if body.ids is not None:
        messaging.mark_read(db(), member_id, body.ids, now=now())
    if body.up_to is not None:
        messaging.mark_read_up_to(db(), member_id, body.up_to, now=now())
    return UnreadOut(unread=messaging.unread(db(), member_id))


def _out(message: messaging.Received) -> MessageOut:
    return MessageOut(
        id=message.id,
        kind=message.kind,
        title=message.title,
        fields=[FieldOut(label=label, value=value) for label, value in message.lines],
        page=message.page,
        at=message.at,
        read_at=message.read_at,
    )
