"""`GET /v1/orders/{id}/couriers`: for the merchant, who comes and when."""

from typing import ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.operations import operation
from apps.accounts.api.views import KeyView, principal_of
from apps.accounts.principals import Scope
from apps.core.api.fields import Moment, PublicId
from apps.core.api.serializers import OutputSerializer
from apps.core.ids import parse_public_id
from apps.core.vehicle_kind import VehicleKind
from apps.dispatch.who_carries import carried_legs
from apps.orders.errors import OrderNotFound


class CarryingFleetOut(OutputSerializer):
    """Whose couriers carry it."""

    id = PublicId(prefix="flt", source="pk")
    name = serializers.CharField()


class CarryingCourierOut(OutputSerializer):
    """Who comes, while they have the leg."""

    first_name = serializers.CharField(help_text="Empty while their fleet has not said whom it sends.")
    vehicle = serializers.ChoiceField(choices=VehicleKind.choices)


class CarriedLegOut(OutputSerializer):
    """A leg and who carries it; what is not known yet, or not any more, is null."""

    leg_id = PublicId(prefix="leg", source="leg.pk")
    sequence = serializers.IntegerField(source="leg.sequence")
    status = serializers.CharField(source="leg.status")
    fleet = CarryingFleetOut(allow_null=True)
    courier = CarryingCourierOut(allow_null=True)
    expected_pickup_at = Moment(allow_null=True)
    expected_dropoff_at = Moment(allow_null=True)


class CarriedLegList(OutputSerializer):
    """The legs of an order, in the order in which they are carried."""

    data = CarriedLegOut(many=True)  # type: ignore[assignment] # the API's word, and the serializer's


class OrderCouriersView(KeyView):
    """`/v1/orders/{id}/couriers`."""

    scopes: ClassVar = {"GET": Scope.ORDERS_READ}

    @operation("get_order_couriers", tag="Orders", answers={200: CarriedLegList}, refusals=(OrderNotFound,))
    def get(self, request: Request, order_id: str) -> Response:
        """Who carries an order, leg by leg, and when they are expected."""
        legs = carried_legs(principal_of(request), parse_public_id("ord", order_id))
        return Response({"data": CarriedLegOut(legs, many=True).data})
