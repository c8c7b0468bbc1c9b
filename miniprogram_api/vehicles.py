from typing import Annotated

from flask import Response
from pydantic import Field

from backend import benefits
from backend.kit.calls import db, now
from backend.kit.openapi import problems
from backend.kit.schema import IdIn, IdText, Instant, Points, Schema
from miniprogram_api.auth import resource, signed_in_member

api = resource("vehicles")


class VehiclePath(Schema):
    id: IdText


class VehicleIn(Schema):
    """A car by its plate, written in any usual way."""

    plate: Annotated[str, Field(max_length=40, repr=False)]


class GatePointsIn(Schema):
    """So many points may be spent for one stay of a car without asking me at the gate; null: none."""

    vehicle_id: IdIn
    most_points: Points | None


class VehicleOut(Schema):
    """One of my cars; the plate is masked."""

    id: IdText
    plate: str
    most_points: int | None
    added_at: Instant


class VehiclesOut(Schema):
    """My cars, newest first; they are a handful."""

    items: list[VehicleOut]


@api.get("/me/vehicles", responses={200: VehiclesOut})
def cars() -> VehiclesOut:
    """My cars."""
    found = benefits.vehicles(db(), signed_in_member())
    return VehiclesOut(items=[VehicleOut.model_validate(one) for one in found])


@api.put("/me/vehicles", responses={200: VehicleOut, 201: VehicleOut} | problems(409))
def add(body: VehicleIn) -> tuple[VehicleOut, int]:
    """Note a car; one that I have is answered 200. A plate that another member has stays theirs."""
    car, new = benefits.add(db(), signed_in_member(), body.plate, now=now())
    return VehicleOut.model_validate(car), 201 if new else 200


@api.delete("/me/vehicles/<id>", responses={204: None} | problems(404))
def remove(path: VehiclePath) -> Response:
    """Strike a car out."""
    benefits.remove(db(), signed_in_member(), path.id, now=now())
    return Response(status=204)


@api.post("/me/parking/points", responses={200: VehicleOut} | problems(404))
def allow_points(body: GatePointsIn) -> VehicleOut:
    """Say whether the gate may spend my points for a stay of a car, and how many."""
    car = benefits.allow_points(db(), signed_in_member(), body.vehicle_id, most=body.most_points, now=now())
    return VehicleOut.model_validate(car)
