"""`/v1/networks`: fleets to connect with. Public facts only: no courier, no telephone number, no figure."""

from typing import ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.operations import operation
from apps.accounts.api.views import KeyView, principal_of
from apps.accounts.principals import Scope
from apps.core.api.fields import PublicId
from apps.core.api.pages import PageQuery, page_of
from apps.core.api.schema import page_out
from apps.core.api.serializers import OutputSerializer
from apps.couriers.directory import listed_fleets, zones_served
from apps.couriers.lifecycle import FleetMode
from apps.couriers.models import Fleet


class ZoneServedOut(OutputSerializer):
    """A zone in which a fleet rides."""

    id = PublicId(prefix="zon", source="pk")
    name = serializers.CharField()
    slug = serializers.CharField()


class NetworkOut(OutputSerializer):
    """A fleet that may be invited."""

    id = PublicId(prefix="flt", source="pk")
    name = serializers.CharField()
    owner = serializers.CharField(source="organisation.name")
    mode = serializers.ChoiceField(choices=FleetMode.choices)
    is_open = serializers.BooleanField(help_text="Carries for anybody, without a connection too.")
    accepts_invitations = serializers.BooleanField()
    zones = serializers.SerializerMethodField()

    def get_zones(self, fleet: Fleet) -> list[dict[str, str]]:
        """By name."""
        return list(ZoneServedOut(self.context["zones"].get(fleet.pk, []), many=True).data)


class NetworksView(KeyView):
    """`/v1/networks`."""

    scopes: ClassVar = {"GET": Scope.CONNECTIONS_READ}

    @operation("list_networks", tag="Connections", query=PageQuery, answers={200: page_out(NetworkOut)})
    def get(self, request: Request) -> Response:
        """List the fleets of others that are open or accept invitations."""
        page, _ = PageQuery.read(request.query_params.dict())
        found, next_cursor = page_of(listed_fleets(besides=principal_of(request).organisation_id), page)
        context = {"zones": zones_served(found)}
        return Response({"data": NetworkOut(found, many=True, context=context).data, "next_cursor": next_cursor})
