from typing import Annotated

from flask import Response
from pydantic import Field

from backend import addresses
from backend.kit.calls import without_transaction
from backend.kit.openapi import problems
from backend.kit.schema import Schema
from miniprogram_api.auth import resource

api = resource("regions")

KEPT_FOR_A_DAY = "private, max-age=86400"


class RegionsQuery(Schema):
    """The code of the region to look into; without it, the whole country."""

    parent: Annotated[str, Field(pattern=r"^[0-9]{6}$")] | None = None


class RegionOut(Schema):
    """A province, a city or a district by its code of GB/T 2260."""

    code: str
    name: str


class RegionsOut(Schema):
    """All regions that lie in one, at most 100; in a district lies none."""

    items: list[RegionOut]


@api.get("/regions", responses={200: RegionsOut} | problems(404))
@without_transaction
def regions(query: RegionsQuery) -> Response:
    """The provinces, the cities of a province, or the districts of a city."""
    found = RegionsOut(items=[RegionOut.model_validate(one) for one in addresses.regions(query.parent)])
    reply = Response(found.model_dump_json(), mimetype="application/json")
    reply.headers["Cache-Control"] = KEPT_FOR_A_DAY
    return reply
