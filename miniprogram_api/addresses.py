from typing import Annotated

from flask import Response
from pydantic import Field

from backend import addresses
from backend.kit.calls import db, now
from backend.kit.openapi import problems
from backend.kit.paging import decode_int_cursor, encode_cursor
from backend.kit.schema import IdText, PageQuery, Schema
from miniprogram_api.auth import resource, signed_in_member

api = resource("addresses")

RegionCode = Annotated[str, Field(pattern=r"^[0-9]{6}$")]
Text = Annotated[str, Field(max_length=200, repr=False)]  # what is acceptable is the domain's to say


class AddressPath(Schema):
    id: IdText


class AddressIn(Schema):
    """An address as it is written down. With `default` it becomes the default; the first one does so anyway."""

    recipient: Text
    phone: Text
    province_code: RegionCode
    city_code: RegionCode
    district_code: RegionCode
    street: Text
    default: bool = False


class AddressOut(Schema):
    """One of my addresses. Regions bear the names they had when it was written down."""

    id: IdText
    recipient: str
    phone: str
    province_code: str
    city_code: str
    district_code: str
    province: str
    city: str
    district: str
    street: str
    default: bool


class AddressesOut(Schema):
    """A page of my addresses, newest first."""

    items: list[AddressOut]
    next_cursor: str | None


@api.get("/me/addresses", responses={200: AddressesOut} | problems(400))
def book(query: PageQuery) -> AddressesOut:
    """My addresses."""
    member_id, before = signed_in_member(), decode_int_cursor(query.cursor)
    found = addresses.addresses(db(), member_id, before_id=before, limit=query.limit + 1)
    page = found[: query.limit]
    return AddressesOut(
        items=[_out(entry) for entry in page],
        next_cursor=encode_cursor(page[-1].id) if len(found) > len(page) else None,
    )


@api.post("/me/addresses", responses={200: AddressOut, 201: AddressOut} | problems(409))
def add(body: AddressIn) -> tuple[AddressOut, int]:
    """Write down an address, up to 20. What I have word for word is answered 200 with what is there."""
    entry, created = addresses.add(db(), signed_in_member(), _draft(body), default=body.default, now=now())
    return _out(entry), 201 if created else 200


@api.put("/me/addresses/<id>", responses={200: AddressOut} | problems(404))
def change(path: AddressPath, body: AddressIn) -> AddressOut:
    """Write one anew. The default stays the default until another one is made it."""
    member_id = signed_in_member()
    return _out(addresses.change(db(), member_id, path.id, _draft(body), default=body.default, now=now()))


@api.post("/me/addresses/<id>/default", responses={200: AddressOut} | problems(404))
def make_default(path: AddressPath) -> AddressOut:
    """Make one the default."""
    return _out(addresses.make_default(db(), signed_in_member(), path.id))


@api.delete("/me/addresses/<id>", responses={204: None} | problems(404))
def remove(path: AddressPath) -> Response:
    """Strike one out; after the default the newest of the others is. Orders keep what they took down of it."""
    addresses.remove(db(), signed_in_member(), path.id)
    return Response(status=204)


def _draft(body: AddressIn) -> addresses.Draft:
    return addresses.Draft(**body.model_dump(exclude={"default"}))


def _out(entry: addresses.Entry) -> AddressOut:
    return AddressOut(id=entry.id, default=entry.is_default, **vars(entry.delivery))
