"""`/v1/tariffs`: what the owners of fleets ask for carrying."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.operations import operation
from apps.accounts.api.views import RealView, principal_of
from apps.accounts.errors import LiveKeyRequired
from apps.accounts.principals import Principal, Scope
from apps.core.api.fields import Moment, PublicId, Text, Whole
from apps.core.api.idempotent import answered_once
from apps.core.api.pages import PageQuery, page_of
from apps.core.api.schema import page_out
from apps.core.api.serializers import OutputSerializer, StrictSerializer
from apps.core.errors import Invalid
from apps.core.ids import parse_public_id
from apps.networks.models import Tariff
from apps.networks.tariffs.checking import DAYS
from apps.networks.tariffs.errors import NotAFleetOwner, TariffNotFound, TariffRetired
from apps.networks.tariffs.selectors import tariff_for, tariffs_for
from apps.networks.tariffs.services import NewPeak, NewTariff, create_tariff, replace_tariff

MAX_CENTS = 100_000
MAX_PER_KM_CENTS = 10_000
MAX_BASIS_POINTS = 10_000
MAX_BAND_G = 10_000_000
MAX_BANDS, MAX_ZONES, MAX_PEAKS = 20, 100, 50
A_TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
A_TIME_OR_MIDNIGHT = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"


class WeightBandIn(StrictSerializer):
    """What a load of up to so many grams costs on top; null: however heavy."""

    up_to_g = Whole(min_value=1, max_value=MAX_BAND_G, allow_null=True)
    cents = Whole(min_value=0, max_value=MAX_CENTS)


class ZoneSupplementIn(StrictSerializer):
    """What a pickup in a zone costs on top."""

    zone = PublicId(prefix="zon")
    cents = Whole(min_value=0, max_value=MAX_CENTS)


class PeakIn(StrictSerializer):
    """Hours of the zone at which a trip costs more; 0 is Monday."""

    days = serializers.ListField(
        child=Whole(min_value=DAYS[0], max_value=DAYS[-1]), min_length=1, max_length=len(DAYS), required=False
    )
    cents = Whole(min_value=0, max_value=MAX_CENTS)

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of the language: it cannot be declared."""
        begins = serializers.RegexField(A_TIME, max_length=5)
        ends = serializers.RegexField(A_TIME_OR_MIDNIGHT, max_length=5)
        return {"from": begins, "to": ends, **super().get_fields()}


class TariffIn(StrictSerializer):
    """What a tariff says. Its currency is that of the organisation."""

    name = Text(max_length=80)
    base_cents = Whole(min_value=0, max_value=MAX_CENTS)
    per_km_cents = Whole(min_value=0, max_value=MAX_PER_KM_CENTS, required=False)
    weight_bands: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=WeightBandIn(), max_length=MAX_BANDS, required=False
    )
    zones: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=ZoneSupplementIn(), max_length=MAX_ZONES, required=False
    )
    peaks: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=PeakIn(), max_length=MAX_PEAKS, required=False
    )
    tax_basis_points = Whole(min_value=0, max_value=MAX_BASIS_POINTS, required=False)

    def new_tariff(self, caller: Principal) -> NewTariff:
        """The same in the words of the domain. Raises ValidationError (400)."""
        asked = self.validated()
        return NewTariff(
            organisation_id=caller.organisation_id,
            name=asked["name"],
            base_cents=asked["base_cents"],
            per_km_cents=asked.get("per_km_cents", 0),
            weight_bands=tuple((band["up_to_g"], band["cents"]) for band in asked.get("weight_bands", ())),
            zones=tuple((zone["zone"], zone["cents"]) for zone in asked.get("zones", ())),
            peaks=tuple(_peak(peak) for peak in asked.get("peaks", ())),
            tax_basis_points=asked.get("tax_basis_points", 0),
        )


class WeightBandOut(OutputSerializer):
    """What a load of up to so many grams costs on top; null: however heavy."""

    up_to_g = serializers.IntegerField(allow_null=True)
    cents = serializers.IntegerField()


class ZoneSupplementOut(OutputSerializer):
    """What a pickup in a zone costs on top."""

    zone = serializers.CharField()
    cents = serializers.IntegerField()


class PeakOut(OutputSerializer):
    """Hours of the zone at which a trip costs more; 0 is Monday."""

    days = serializers.ListField(child=serializers.IntegerField())
    cents = serializers.IntegerField()

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of the language: it cannot be declared."""
        hours: dict[str, Any] = {"from": serializers.CharField(), "to": serializers.CharField()}
        for field in hours.values():
            field.read_only = True
        return {**hours, **super().get_fields()}


class TariffOut(OutputSerializer):
    """A tariff. `retired_at` and `replaced_by` are null while it may be given to connections."""

    id = PublicId(prefix="tar", source="pk")
    name = serializers.CharField()
    currency = serializers.CharField()
    base_cents = serializers.IntegerField()
    per_km_cents = serializers.IntegerField()
    weight_bands = WeightBandOut(many=True)
    zones = serializers.SerializerMethodField()
    peaks = PeakOut(many=True)
    tax_basis_points = serializers.IntegerField()
    created_at = Moment()
    retired_at = Moment(allow_null=True)
    replaced_by = PublicId(
        prefix="tar", source="replaced_by_id", allow_null=True, help_text="`tar_...` of the one that took its place."
    )

    def get_zones(self, tariff: Tariff) -> list[dict[str, Any]]:
        """`[{"zone": "zon_...", "cents": 60}]`."""
        return [{"zone": f"zon_{key.replace('-', '')}", "cents": cents} for key, cents in tariff.zone_cents.items()]


class TariffFilters(PageQuery):
    """Which tariffs are listed; without `retired`, all."""

    retired = serializers.BooleanField(required=False)


class TariffsView(RealView):
    """`/v1/tariffs`."""

    scopes: ClassVar = {"GET": Scope.CONNECTIONS_READ, "POST": Scope.CONNECTIONS_WRITE}

    @operation(
        "create_tariff",
        tag="Tariffs",
        request=TariffIn,
        answers={201: TariffOut},
        refusals=(LiveKeyRequired, Invalid, NotAFleetOwner),
    )
    @answered_once
    def post(self, request: Request) -> Response:
        """Make a tariff."""
        tariff = create_tariff(TariffIn(data=request.data).new_tariff(principal_of(request)))
        return Response(TariffOut(tariff).data, status=201)

    @operation("list_tariffs", tag="Tariffs", query=TariffFilters, answers={200: page_out(TariffOut)})
    def get(self, request: Request) -> Response:
        """List your own tariffs, newest first."""
        page, filters = TariffFilters.read(request.query_params.dict())
        tariffs = tariffs_for(principal_of(request))
        if "retired" in filters:
            tariffs = tariffs.filter(retired_at__isnull=not filters["retired"])
        found, next_cursor = page_of(tariffs, page)
        return Response({"data": TariffOut(found, many=True).data, "next_cursor": next_cursor})


class TariffView(RealView):
    """`/v1/tariffs/{id}`."""

    scopes: ClassVar = {"GET": Scope.CONNECTIONS_READ}

    @operation("get_tariff", tag="Tariffs", answers={200: TariffOut}, refusals=(TariffNotFound,))
    def get(self, request: Request, tariff_id: str) -> Response:
        """Show a tariff of yours, or one of a connection of yours."""
        tariff = tariff_for(principal_of(request), parse_public_id("tar", tariff_id))
        return Response(TariffOut(tariff).data)


class TariffReplaceView(RealView):
    """`/v1/tariffs/{id}/replace`."""

    scopes: ClassVar = {"POST": Scope.CONNECTIONS_WRITE}

    @operation(
        "replace_tariff",
        tag="Tariffs",
        request=TariffIn,
        answers={201: TariffOut},
        refusals=(LiveKeyRequired, TariffNotFound, TariffRetired, Invalid, NotAFleetOwner),
    )
    @answered_once
    def post(self, request: Request, tariff_id: str) -> Response:
        """Put a new tariff in the place of one, which is retired."""
        new = TariffIn(data=request.data).new_tariff(principal_of(request))
        tariff = replace_tariff(tariff_id=parse_public_id("tar", tariff_id), new=new)
        return Response(TariffOut(tariff).data, status=201)


def _peak(asked: dict[str, Any]) -> NewPeak:
    return NewPeak(asked["from"], asked["to"], tuple(asked.get("days", DAYS)), asked["cents"])
