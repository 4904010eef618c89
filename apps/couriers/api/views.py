"""The operations on fleets, vehicles, couriers and shifts of one's own: parse, call, render."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.authentication import FleetOwnerToWrite, LiveKeyToWrite, ScopeOfMethod
from apps.accounts.api.operations import operation
from apps.accounts.api.views import RealView, principal_of
from apps.accounts.errors import LiveKeyRequired, NotAFleetOwner
from apps.accounts.principals import Scope
from apps.core.api.idempotent import answered_once
from apps.core.api.pages import PageQuery, page_of
from apps.core.api.schema import page_out
from apps.core.errors import Conflict, Invalid
from apps.core.ids import parse_public_id
from apps.couriers.api import requests
from apps.couriers.api.answers import CourierOut, FleetOut, RevokedOut, ShiftOut, TrackOut, VehicleOut
from apps.couriers.errors import (
    CourierInactive,
    CourierNotFound,
    ExternalIdTaken,
    FleetNotFound,
    PhoneTaken,
    ShiftBegan,
    ShiftNotFound,
    ShiftOverlaps,
    VehicleInUse,
    VehicleNotFound,
    VehicleRetired,
)
from apps.couriers.selectors import (
    courier_for,
    couriers_for,
    fleet_for,
    fleets_for,
    on_the_day,
    shift_for,
    shifts_for,
    vehicle_for,
    vehicles_for,
)
from apps.couriers.services import (
    NewCourier,
    NewShift,
    NewVehicle,
    activate_courier,
    add_courier,
    add_vehicle,
    cancel_shift,
    change_courier,
    change_fleet,
    change_shift,
    change_vehicle,
    create_fleet,
    plan_shift,
    retire_vehicle,
    revoke_devices,
)
from apps.couriers.track_reading import track_between
from apps.zones.errors import ZoneNotFound

TO_OWNERS = (NotAFleetOwner, LiveKeyRequired)
OF_SHIFTS = (*TO_OWNERS, ZoneNotFound, ShiftOverlaps, ExternalIdTaken, Invalid, Conflict)


class NetworkView(RealView):
    """Base: what a network's owner reads and changes."""

    scopes: ClassVar = {
        "GET": Scope.FLEETS_READ,
        "POST": Scope.FLEETS_WRITE,
        "PATCH": Scope.FLEETS_WRITE,
        "DELETE": Scope.FLEETS_WRITE,
    }
    permission_classes: ClassVar = (ScopeOfMethod, FleetOwnerToWrite, LiveKeyToWrite)  # type: ignore[misc]


class FleetsView(NetworkView):
    """`/v1/fleets`."""

    @operation(
        "create_fleet",
        tag="Fleets",
        request=requests.FleetIn,
        answers={201: FleetOut},
        refusals=(*TO_OWNERS, Invalid),
    )
    @answered_once
    def post(self, request: Request) -> Response:
        """Make a network of couriers."""
        asked = requests.FleetIn(data=request.data).validated()
        fleet = create_fleet(organisation_id=principal_of(request).organisation_id, **asked)
        return Response(FleetOut(fleet).data, status=201)

    @operation("list_fleets", tag="Fleets", query=PageQuery, answers={200: page_out(FleetOut)})
    def get(self, request: Request) -> Response:
        """List your fleets, newest first."""
        page, _ = PageQuery.read(request.query_params.dict())
        found, next_cursor = page_of(fleets_for(principal_of(request)), page)
        return Response({"data": FleetOut(found, many=True).data, "next_cursor": next_cursor})


class FleetView(NetworkView):
    """`/v1/fleets/{id}`."""

    @operation("get_fleet", tag="Fleets", answers={200: FleetOut}, refusals=(FleetNotFound,))
    def get(self, request: Request, fleet_id: str) -> Response:
        """Show one fleet."""
        return Response(FleetOut(_fleet(request, fleet_id)).data)

    @operation(
        "update_fleet",
        tag="Fleets",
        request=requests.FleetIn,
        answers={200: FleetOut},
        refusals=(*TO_OWNERS, FleetNotFound, Invalid),
    )
    def patch(self, request: Request, fleet_id: str) -> Response:
        """Rename a fleet, change how it gets work and where, open or close it."""
        changes = requests.FleetIn(data=request.data, partial=True).validated()
        return Response(FleetOut(change_fleet(fleet_id=_fleet(request, fleet_id).pk, changes=changes)).data)


class VehiclesView(NetworkView):
    """`/v1/vehicles`."""

    @operation(
        "create_vehicle",
        tag="Vehicles",
        request=requests.VehicleIn,
        answers={201: VehicleOut},
        refusals=(*TO_OWNERS, FleetNotFound, ExternalIdTaken),
    )
    @answered_once
    def post(self, request: Request) -> Response:
        """Add a vehicle to a fleet."""
        asked = requests.VehicleIn(data=request.data).validated()
        fleet_for(principal_of(request), asked["fleet_id"])
        return Response(VehicleOut(add_vehicle(NewVehicle(**asked))).data, status=201)

    @operation("list_vehicles", tag="Vehicles", query=requests.VehicleFilters, answers={200: page_out(VehicleOut)})
    def get(self, request: Request) -> Response:
        """List your vehicles, newest first."""
        page, filters = requests.VehicleFilters.read(request.query_params.dict())
        if "is_retired" in filters:
            filters["retired_at__isnull"] = not filters.pop("is_retired")
        found, next_cursor = page_of(vehicles_for(principal_of(request)).filter(**filters), page)
        return Response({"data": VehicleOut(found, many=True).data, "next_cursor": next_cursor})


class VehicleView(NetworkView):
    """`/v1/vehicles/{id}`."""

    @operation("get_vehicle", tag="Vehicles", answers={200: VehicleOut}, refusals=(VehicleNotFound,))
    def get(self, request: Request, vehicle_id: str) -> Response:
        """Show one vehicle."""
        return Response(VehicleOut(vehicle_for(principal_of(request), parse_public_id("veh", vehicle_id))).data)

    @operation(
        "update_vehicle",
        tag="Vehicles",
        request=requests.VehicleChangesIn,
        answers={200: VehicleOut},
        refusals=(*TO_OWNERS, VehicleNotFound, VehicleRetired, ExternalIdTaken, Conflict),
    )
    def patch(self, request: Request, vehicle_id: str) -> Response:
        """Change a vehicle."""
        vehicle = vehicle_for(principal_of(request), parse_public_id("veh", vehicle_id))
        changes = requests.VehicleChangesIn(data=request.data, partial=True).validated()
        return Response(VehicleOut(change_vehicle(vehicle_id=vehicle.pk, changes=changes)).data)


class VehicleRetireView(NetworkView):
    """`/v1/vehicles/{id}/retire`."""

    @operation(
        "retire_vehicle",
        tag="Vehicles",
        answers={200: VehicleOut},
        refusals=(*TO_OWNERS, VehicleNotFound, VehicleInUse, Conflict),
    )
    @answered_once
    def post(self, request: Request, vehicle_id: str) -> Response:
        """Retire a vehicle that no active courier rides."""
        vehicle = vehicle_for(principal_of(request), parse_public_id("veh", vehicle_id))
        return Response(VehicleOut(retire_vehicle(vehicle_id=vehicle.pk)).data)


class CouriersView(NetworkView):
    """`/v1/couriers`."""

    @operation(
        "create_courier",
        tag="Couriers",
        request=requests.CourierIn,
        answers={201: CourierOut},
        refusals=(*TO_OWNERS, FleetNotFound, VehicleNotFound, VehicleRetired, PhoneTaken, ExternalIdTaken),
    )
    @answered_once
    def post(self, request: Request) -> Response:
        """Add a courier to a fleet: they can sign in at once."""
        asked = requests.CourierIn(data=request.data).validated()
        fleet_for(principal_of(request), asked["fleet_id"])
        return Response(_shown(add_courier(_new_courier(asked))), status=201)

    @operation("list_couriers", tag="Couriers", query=requests.CourierFilters, answers={200: page_out(CourierOut)})
    def get(self, request: Request) -> Response:
        """List your couriers, newest first, with where those on duty are."""
        page, filters = requests.CourierFilters.read(request.query_params.dict())
        found, next_cursor = page_of(couriers_for(principal_of(request)).filter(**filters), page)
        return Response({"data": CourierOut.shown(found), "next_cursor": next_cursor})


class CourierView(NetworkView):
    """`/v1/couriers/{id}`."""

    @operation("get_courier", tag="Couriers", answers={200: CourierOut}, refusals=(CourierNotFound,))
    def get(self, request: Request, courier_id: str) -> Response:
        """Show one courier: whether on duty, and if so where."""
        return Response(_shown(courier_for(principal_of(request), parse_public_id("cou", courier_id))))

    @operation(
        "update_courier",
        tag="Couriers",
        request=requests.CourierChangesIn,
        answers={200: CourierOut},
        refusals=(*TO_OWNERS, CourierNotFound, VehicleNotFound, VehicleRetired, PhoneTaken, ExternalIdTaken, Conflict),
    )
    def patch(self, request: Request, courier_id: str) -> Response:
        """Change a courier; with another phone they sign in anew."""
        courier = courier_for(principal_of(request), parse_public_id("cou", courier_id))
        changes = requests.CourierChangesIn(data=request.data, partial=True).validated()
        return Response(_shown(change_courier(courier_id=courier.pk, changes=changes)))


class CourierActivateView(NetworkView):
    """`/v1/couriers/{id}/activate`."""

    @operation(
        "activate_courier",
        tag="Couriers",
        answers={200: CourierOut},
        refusals=(*TO_OWNERS, CourierNotFound, PhoneTaken, VehicleRetired, Conflict),
    )
    @answered_once
    def post(self, request: Request, courier_id: str) -> Response:
        """Put a courier back into service."""
        courier = courier_for(principal_of(request), parse_public_id("cou", courier_id))
        return Response(_shown(activate_courier(courier_id=courier.pk)))


class CourierTrackView(NetworkView):
    """`/v1/couriers/{id}/track`."""

    @operation(
        "get_courier_track",
        tag="Couriers",
        query=requests.TrackQuery,
        answers={200: TrackOut},
        refusals=(CourierNotFound,),
    )
    def get(self, request: Request, courier_id: str) -> Response:
        """Show where a courier was, on duty, within 24 hours at most."""
        asked = requests.TrackQuery(data=request.query_params.dict()).validated()
        courier = courier_for(principal_of(request), parse_public_id("cou", courier_id))
        return Response(TrackOut(track_between(courier.pk, begin=asked["from"], end=asked["to"])).data)


class CourierDevicesView(NetworkView):
    """`/v1/couriers/{id}/devices`."""

    @operation(
        "revoke_courier_devices",
        tag="Couriers",
        answers={200: RevokedOut},
        refusals=(*TO_OWNERS, CourierNotFound),
    )
    def delete(self, request: Request, courier_id: str) -> Response:
        """Sign a courier out of every phone: a lost one is worth nothing with its next request."""
        courier = courier_for(principal_of(request), parse_public_id("cou", courier_id))
        return Response(RevokedOut({"revoked": revoke_devices(courier_id=courier.pk)}).data)


class ShiftsView(NetworkView):
    """`/v1/shifts`."""

    @operation(
        "create_shift",
        tag="Shifts",
        request=requests.ShiftIn,
        answers={201: ShiftOut},
        refusals=(*OF_SHIFTS, CourierNotFound, CourierInactive),
    )
    @answered_once
    def post(self, request: Request) -> Response:
        """Plan a shift."""
        asked = requests.ShiftIn(data=request.data).validated()
        courier_for(principal_of(request), asked["courier_id"])
        shift = plan_shift(NewShift(**asked))
        return Response(ShiftOut(shift_for(principal_of(request), shift.pk)).data, status=201)

    @operation("list_shifts", tag="Shifts", query=requests.ShiftFilters, answers={200: page_out(ShiftOut)})
    def get(self, request: Request) -> Response:
        """List your couriers' shifts, the last planned first."""
        page, filters = requests.ShiftFilters.read(request.query_params.dict())
        if "fleet_id" in filters:
            filters["courier__fleet_id"] = filters.pop("fleet_id")
        day, caller = filters.pop("day", None), principal_of(request)
        shifts = shifts_for(caller).filter(**filters)
        found, next_cursor = page_of(on_the_day(shifts, caller, day) if day else shifts, page)
        return Response({"data": ShiftOut(found, many=True).data, "next_cursor": next_cursor})


class ShiftView(NetworkView):
    """`/v1/shifts/{id}`."""

    @operation("get_shift", tag="Shifts", answers={200: ShiftOut}, refusals=(ShiftNotFound,))
    def get(self, request: Request, shift_id: str) -> Response:
        """Show one shift."""
        return Response(ShiftOut(shift_for(principal_of(request), parse_public_id("shi", shift_id))).data)

    @operation(
        "update_shift",
        tag="Shifts",
        request=requests.ShiftChangesIn,
        answers={200: ShiftOut},
        refusals=(*OF_SHIFTS, ShiftNotFound, ShiftBegan),
    )
    def patch(self, request: Request, shift_id: str) -> Response:
        """Move a shift that has not begun."""
        shift = shift_for(principal_of(request), parse_public_id("shi", shift_id))
        changes = requests.ShiftChangesIn(data=request.data, partial=True).validated()
        change_shift(shift_id=shift.pk, changes=changes)
        return Response(ShiftOut(shift_for(principal_of(request), shift.pk)).data)

    @operation(
        "delete_shift",
        tag="Shifts",
        answers={204: None},
        refusals=(*TO_OWNERS, ShiftNotFound, ShiftBegan, Conflict),
    )
    def delete(self, request: Request, shift_id: str) -> Response:
        """Take a shift that has not begun off the plan."""
        shift = shift_for(principal_of(request), parse_public_id("shi", shift_id))
        cancel_shift(shift_id=shift.pk)
        return Response(status=204)


def _fleet(request: Request, fleet_id: str) -> Any:
    return fleet_for(principal_of(request), parse_public_id("flt", fleet_id))


def _new_courier(asked: dict[str, Any]) -> NewCourier:
    return NewCourier(**{**asked, "skills": tuple(asked.get("skills", ()))})


def _shown(courier: Any) -> Any:
    return CourierOut.shown([courier])[0]
