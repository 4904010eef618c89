"""`/v1/couriers/{id}/deactivate`: among the couriers for whoever calls, here because their legs go back to dispatch."""

from typing import ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.authentication import FleetOwnerToWrite, LiveKeyToWrite, ScopeOfMethod
from apps.accounts.api.operations import operation
from apps.accounts.api.views import RealView, principal_of
from apps.accounts.errors import LiveKeyRequired, NotAFleetOwner
from apps.accounts.principals import Scope
from apps.core.api.idempotent import answered_once
from apps.core.api.serializers import OutputSerializer
from apps.core.errors import Conflict
from apps.core.ids import parse_public_id, public_id
from apps.couriers.errors import CourierNotFound
from apps.couriers.selectors import courier_for
from apps.dispatch.errors import ParcelsOnBoard
from apps.dispatch.services import put_out_of_service


class DeactivatedOut(OutputSerializer):
    """A courier out of service, and how many legs that they had or were offered are open again."""

    id = serializers.CharField()
    is_active = serializers.BooleanField()
    given_back_legs = serializers.IntegerField()


class CourierDeactivateView(RealView):
    """`/v1/couriers/{id}/deactivate`."""

    scopes: ClassVar = {"POST": Scope.FLEETS_WRITE}
    permission_classes: ClassVar = (ScopeOfMethod, FleetOwnerToWrite, LiveKeyToWrite)  # type: ignore[misc]

    @operation(
        "deactivate_courier",
        tag="Couriers",
        answers={200: DeactivatedOut},
        refusals=(NotAFleetOwner, LiveKeyRequired, CourierNotFound, ParcelsOnBoard, Conflict),
    )
    @answered_once
    def post(self, request: Request, courier_id: str) -> Response:
        """Put a courier out of service: their devices end at once, what they have not picked up is for others."""
        courier = courier_for(principal_of(request), parse_public_id("cou", courier_id))
        given_back = put_out_of_service(courier_id=courier.pk)
        answer = {"id": public_id("cou", courier.pk), "is_active": False, "given_back_legs": given_back.legs}
        return Response(DeactivatedOut(answer).data)
