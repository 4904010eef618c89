"""The operations on hubs, what lies in them, and what went astray: parse, call, render."""

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.operations import operation
from apps.accounts.api.views import KeyView, RealView, principal_of
from apps.accounts.errors import LiveKeyRequired
from apps.accounts.principals import Scope
from apps.core.api.idempotent import answered_once
from apps.core.api.pages import page_of
from apps.core.api.schema import page_out
from apps.core.ids import parse_public_id
from apps.hubs.api.answers import HubOut, IncidentOut, ParcelHistoryOut, ScanResultsOut, StockOut
from apps.hubs.api.requests import (
    LOOKUPS,
    HubChangesIn,
    HubFilters,
    HubIn,
    IncidentFilters,
    IncidentIn,
    ResolveIn,
    ScansIn,
    StockFilters,
)
from apps.hubs.errors import NotAHubOperator
from apps.hubs.models import Hub
from apps.hubs.selectors import (
    StockState,
    hub_for,
    hub_shown_to,
    hubs_for,
    hubs_open_to,
    incident_for,
    incidents_for,
    parcel_for,
    passing_parcel_for,
    scans_of,
    stock_of,
    stock_rows,
)
from apps.hubs.services import change_hub, open_hub, scan_batch
from apps.orders.errors import HubNotFound, IncidentNotFound, IncidentResolvedAlready, ParcelNotFound
from apps.orders.models import IncidentKind
from apps.orders.services import open_incident, resolve_incident
from apps.zones.errors import OutOfZone


class HubsView(RealView):
    """`/v1/hubs`."""

    scopes: ClassVar = {"GET": Scope.HUBS_READ, "POST": Scope.HUBS_WRITE}

    @operation(
        "create_hub",
        tag="Hubs",
        request=HubIn,
        answers={201: HubOut},
        refusals=(LiveKeyRequired, OutOfZone, NotAHubOperator),
    )
    @answered_once
    def post(self, request: Request) -> Response:
        """Open a hub."""
        hub = open_hub(HubIn(data=request.data).new_hub(principal_of(request)))
        return Response(_shown(request, hub), status=201)

    @operation("list_hubs", tag="Hubs", query=HubFilters, answers={200: page_out(HubOut)})
    def get(self, request: Request) -> Response:
        """List your hubs and those that take orders of anybody, newest first."""
        page, filters = HubFilters.read(request.query_params.dict())
        caller = principal_of(request)
        hubs, is_own = hubs_open_to(caller), filters.get("is_own")
        if is_own is not None:
            hubs = hubs_for(caller) if is_own else hubs.exclude(organisation_id__in=caller.organisation_ids)
        found, next_cursor = page_of(hubs, page)
        rows = HubOut(found, many=True, context={"caller": caller}).data
        return Response({"data": rows, "next_cursor": next_cursor})


class HubView(RealView):
    """`/v1/hubs/{id}`."""

    scopes: ClassVar = {"GET": Scope.HUBS_READ, "PATCH": Scope.HUBS_WRITE}

    @operation("get_hub", tag="Hubs", answers={200: HubOut}, refusals=(HubNotFound,))
    def get(self, request: Request, hub_id: str) -> Response:
        """Show a hub."""
        return Response(_shown(request, hub_shown_to(principal_of(request), parse_public_id("hub", hub_id))))

    @operation(
        "update_hub",
        tag="Hubs",
        request=HubChangesIn,
        answers={200: HubOut},
        refusals=(LiveKeyRequired, HubNotFound, OutOfZone),
    )
    def patch(self, request: Request, hub_id: str) -> Response:
        """Change a hub of yours; orders under way keep the place that they were placed with."""
        hub = _own(request, hub_id)
        return Response(_shown(request, change_hub(hub_id=hub.pk, changes=HubChangesIn(data=request.data).changes())))


class HubScansView(KeyView):
    """`/v1/hubs/{id}/scans`."""

    scopes: ClassVar = {"POST": Scope.HUBS_WRITE}

    @operation("scan_parcels", tag="Hubs", request=ScansIn, answers={200: ScanResultsOut}, refusals=(HubNotFound,))
    def post(self, request: Request, hub_id: str) -> Response:
        """Take in a batch of scans; each has an id of its own, and may come twice, late or out of order."""
        hub = _own(request, hub_id)
        results = scan_batch(hub, ScansIn(data=request.data).new_scans(), is_test=principal_of(request).is_test)
        return Response({"results": results})


class HubStockView(KeyView):
    """`/v1/hubs/{id}/stock`."""

    scopes: ClassVar = {"GET": Scope.HUBS_READ}

    @operation("list_stock", tag="Hubs", query=StockFilters, answers={200: page_out(StockOut)}, refusals=(HubNotFound,))
    def get(self, request: Request, hub_id: str) -> Response:
        """List the parcels in a hub of yours, or those that are expected or overdue."""
        hub = _own(request, hub_id)
        page, filters = StockFilters.read(request.query_params.dict())
        state = StockState(filters.get("state", StockState.IN))
        found, next_cursor = page_of(stock_of(hub, state, is_test=principal_of(request).is_test), page)
        return Response({"data": StockOut(stock_rows(hub, found), many=True).data, "next_cursor": next_cursor})


class HubIncidentsView(KeyView):
    """`/v1/hubs/{id}/incidents`."""

    scopes: ClassVar = {"POST": Scope.HUBS_WRITE}

    @operation(
        "report_incident",
        tag="Incidents",
        request=IncidentIn,
        answers={201: IncidentOut},
        refusals=(HubNotFound, ParcelNotFound),
    )
    @answered_once
    def post(self, request: Request, hub_id: str) -> Response:
        """Report a parcel in a hub of yours as damaged."""
        hub = _own(request, hub_id)
        asked = IncidentIn(data=request.data).validated()
        parcel = passing_parcel_for(principal_of(request), hub, asked["parcel"])
        incident = open_incident(
            kind=IncidentKind(asked["kind"]), parcel=parcel, hub_id=hub.pk, note=asked.get("note", "")
        )
        return Response(IncidentOut(incident).data, status=201)


class ParcelView(KeyView):
    """`/v1/parcels/{id}`."""

    scopes: ClassVar = {"GET": Scope.ORDERS_READ}

    @operation("get_parcel", tag="Orders", answers={200: ParcelHistoryOut}, refusals=(ParcelNotFound,))
    def get(self, request: Request, parcel_id: str) -> Response:
        """Show where a parcel is, and every scan of it: for its merchant and for the hub that it passes."""
        caller = principal_of(request)
        parcel = parcel_for(caller, parse_public_id("par", parcel_id))
        return Response(ParcelHistoryOut(parcel, context={"caller": caller, "scans": scans_of(parcel)}).data)


class IncidentsView(KeyView):
    """`/v1/incidents`."""

    scopes: ClassVar = {"GET": Scope.HUBS_READ}

    @operation("list_incidents", tag="Incidents", query=IncidentFilters, answers={200: page_out(IncidentOut)})
    def get(self, request: Request) -> Response:
        """List the incidents of your orders, at your hubs and of your couriers, newest first."""
        page, filters = IncidentFilters.read(request.query_params.dict())
        wanted = {LOOKUPS.get(name, name): value for name, value in filters.items()}
        found, next_cursor = page_of(incidents_for(principal_of(request)).filter(**wanted), page)
        return Response({"data": IncidentOut(found, many=True).data, "next_cursor": next_cursor})


class IncidentResolveView(KeyView):
    """`/v1/incidents/{id}/resolve`."""

    scopes: ClassVar = {"POST": Scope.HUBS_WRITE}

    @operation(
        "resolve_incident",
        tag="Incidents",
        request=ResolveIn,
        answers={200: IncidentOut},
        refusals=(IncidentNotFound, IncidentResolvedAlready),
    )
    @answered_once
    def post(self, request: Request, incident_id: str) -> Response:
        """Close an incident; the last one takes the flag off its order."""
        incident = incident_for(principal_of(request), parse_public_id("inc", incident_id))
        resolved = resolve_incident(incident_id=incident.pk, **ResolveIn(data=request.data).validated())
        return Response(IncidentOut(resolved).data)


def _own(request: Request, hub_id: str) -> Hub:
    return hub_for(principal_of(request), parse_public_id("hub", hub_id))


def _shown(request: Request, hub: Hub) -> dict[str, object]:
    return dict(HubOut(hub, context={"caller": principal_of(request)}).data)
