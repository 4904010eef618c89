"""What integrators may send: quotes, orders, cancellations, filters of the list."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from apps.accounts.principals import Principal
from apps.core.api.fields import Coordinate, Moment, Phone, PublicId, Text, Whole
from apps.core.api.pages import PageQuery
from apps.core.api.serializers import StrictSerializer
from apps.core.api.versions import version_of
from apps.core.vehicle_kind import VehicleKind
from apps.orders.cancellation import CancelReason
from apps.orders.hub_stops import hub_stop
from apps.orders.lifecycle import OrderStatus
from apps.orders.models import AT_PICKUP, NetworkPolicy, ProofAsked
from apps.orders.sandbox import Scenario
from apps.orders.services import NewOrder, NewParcel, OrderChanges, StopDetails
from apps.orders.words import words_in

SIZES = ("small", "medium", "large", "xlarge")
MAX_PARCELS = 20
MAX_BATCH = 100
MAX_SEARCH_WORDS = 8
WILDCARDS = "*?%"
MAX_FLEETS = 50
MAX_SKILLS = 10
MAX_VOLUME_ML = 10_000_000  # of a parcel: more than a van holds
LEAST_ON_BOARD_S, MOST_ON_BOARD_S = 60, 86_400
_OF_STOP = ("address", "lat", "lon", "contact_name", "phone", "instructions")


_REQUIRED = ErrorDetail("This field is required.", code="required")


class AnyJson(serializers.Field[Any, Any, Any, Any]):
    """A value that is looked at later."""

    def to_internal_value(self, data: Any) -> Any:
        """As it is."""
        return data

    def to_representation(self, value: Any) -> Any:
        """As it is."""
        return value


def plain_words(query: str) -> None:
    """A few words of letters and digits; wildcards are refused, for they would be taken for what they are not."""
    if any(letter in WILDCARDS for letter in query):
        raise serializers.ValidationError("Words or their beginnings, without wildcards.", code="wildcard")
    words = words_in(query)
    if not words:
        raise serializers.ValidationError("At least one letter or digit.", code="no_word")
    if len(words) > MAX_SEARCH_WORDS:
        raise serializers.ValidationError(f"At most {MAX_SEARCH_WORDS} words.", code="too_many_words")


class ProofKinds(serializers.ListField):
    """What must be shown at a stop, each kind once."""

    def __init__(self, kinds: Iterable[ProofAsked], **options: Any) -> None:
        names = [kind.value for kind in kinds]
        super().__init__(child=serializers.ChoiceField(choices=names), max_length=len(names), **options)

    def to_internal_value(self, data: Any) -> list[str]:
        """The kinds. Fails on one that is said twice."""
        kinds: list[str] = super().to_internal_value(data)
        if len(set(kinds)) < len(kinds):
            raise serializers.ValidationError("Say each once.", code="repeated")
        return kinds


class StopIn(StrictSerializer):
    """A place to be at."""

    address = Text(max_length=200)
    lat = Coordinate(limit=90)
    lon = Coordinate(limit=180)
    contact_name = Text(max_length=80, required=False, allow_blank=True)
    phone = Phone(required=False, allow_blank=True)
    instructions = Text(max_length=500, required=False, allow_blank=True)


class PickupIn(StopIn):
    """Where the parcels are, from when and until when, and what the courier must show there."""

    proof = ProofKinds(AT_PICKUP, required=False)
    ready_at = Moment(required=False, allow_null=True)
    pickup_by = Moment(required=False, allow_null=True)


class DropoffIn(StopIn):
    """Where they go, from when and until when, and what the recipient or the courier must show."""

    proof = ProofKinds(ProofAsked, required=False)
    drop_from = Moment(required=False, allow_null=True)
    due_at = Moment(required=False, allow_null=True)
    drop_by = Moment(required=False, allow_null=True)


class ParcelIn(StrictSerializer):
    """A thing to be carried."""

    weight_g = Whole(min_value=1)
    volume_ml = Whole(min_value=1, max_value=MAX_VOLUME_ML, required=False)
    description = Text(max_length=120, required=False, allow_blank=True)
    size = serializers.ChoiceField(choices=SIZES, required=False)
    barcode = Text(max_length=64, required=False, allow_blank=True)


class QuoteIn(StrictSerializer):
    """What is to be priced."""

    pickup = PickupIn()
    dropoff = DropoffIn()
    parcels: serializers.ListSerializer[Any] = serializers.ListSerializer(child=ParcelIn(), max_length=MAX_PARCELS)
    network_policy = serializers.ChoiceField(choices=NetworkPolicy.choices, required=False)
    fleets = serializers.ListField(child=PublicId(prefix="flt"), max_length=MAX_FLEETS, required=False)
    skills = serializers.ListField(child=Text(max_length=32), max_length=MAX_SKILLS, required=False)
    vehicle_kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=VehicleKind.choices), max_length=len(VehicleKind), required=False
    )
    max_on_board_s = Whole(min_value=LEAST_ON_BOARD_S, max_value=MOST_ON_BOARD_S, required=False, allow_null=True)
    via_hub = PublicId(prefix="hub", required=False, allow_null=True)

    def new_order(self, caller: Principal) -> NewOrder:
        """The same in the words of the domain. Raises ValidationError (400), HubNotFound or HubInactive."""
        return _new_order(self.validated(), caller)


class OrderIn(QuoteIn):
    """What is to be carried, perhaps at the price of a quote."""

    quote_id = PublicId(prefix="quo", required=False, allow_null=True)
    external_id = Text(max_length=64, required=False, allow_null=True)
    scenario = serializers.ChoiceField(choices=Scenario.choices, required=False)


class OrderRow(AnyJson):
    """An order of a batch, as it was sent."""


class _OfOrderRow(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = OrderRow

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        """An order; whatever else is sent is refused in its row, and stops no other."""
        order = auto_schema.resolve_serializer(OrderIn, direction).ref
        return {"anyOf": [order, {"description": "Anything else: refused in its row."}]}


class OrderBatchIn(StrictSerializer):
    """Orders to be placed, each with an `external_id`. What is wrong with one is said in its row."""

    orders = serializers.ListField(child=OrderRow(), allow_empty=False, min_length=1, max_length=MAX_BATCH)

    def rows(self) -> list[Any]:
        """The orders as they were sent, not looked at yet: one that is wrong stops no other. Raises ValidationError."""
        return list(self.validated()["orders"])


class ContactIn(StrictSerializer):
    """Whom to ask for, and how to find them."""

    contact_name = Text(max_length=80, required=False, allow_blank=True)
    phone = Phone(required=False, allow_blank=True)
    instructions = Text(max_length=500, required=False, allow_blank=True)


class PickupChangesIn(ContactIn):
    """What may be different about the pickup."""

    ready_at = Moment(required=False)
    pickup_by = Moment(required=False, allow_null=True)


class DropoffChangesIn(ContactIn):
    """What may be different about the dropoff. A place is named by its address and its point together."""

    address = Text(max_length=200, required=False)
    lat = Coordinate(limit=90, required=False)
    lon = Coordinate(limit=180, required=False)
    drop_from = Moment(required=False, allow_null=True)
    due_at = Moment(required=False, allow_null=True)
    drop_by = Moment(required=False, allow_null=True)

    def to_internal_value(self, data: Any) -> Any:
        """The changes. Fails on a point without its address, or half a point."""
        values = super().to_internal_value(data)
        if {"lat", "lon"} & values.keys():
            lacking = [name for name in ("address", "lat", "lon") if name not in values]
            if lacking:
                raise serializers.ValidationError({name: [_REQUIRED] for name in lacking})
        return values


class ParcelChangesIn(StrictSerializer):
    """What may be different about a parcel, named by its place among the order's."""

    index = Whole(min_value=0, max_value=MAX_PARCELS - 1)
    description = Text(max_length=120, allow_blank=True)


class OrderChangesIn(StrictSerializer):
    """What should be different about an order."""

    version = Whole(min_value=0, required=False)
    pickup = PickupChangesIn(required=False)
    dropoff = DropoffChangesIn(required=False)
    parcels: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=ParcelChangesIn(), max_length=MAX_PARCELS, required=False
    )

    def changes(self, *, if_match: str | None) -> OrderChanges:
        """The same in the words of the domain. `If-Match` names a version too. Raises ValidationError (400)."""
        asked = self.validated()
        return OrderChanges(
            pickup=asked.get("pickup", {}),
            dropoff=asked.get("dropoff", {}),
            descriptions={parcel["index"]: parcel["description"] for parcel in asked.get("parcels", [])},
            version=asked.get("version") if if_match is None else version_of(if_match),
        )


class CancelIn(StrictSerializer):
    """Why an order is cancelled."""

    reason = serializers.ChoiceField(choices=CancelReason.choices)
    comment = Text(max_length=200, required=False, allow_blank=True)


class SearchQuery(PageQuery):
    """What is searched for."""

    q = Text(min_length=2, max_length=64, validators=[plain_words])


class OrderFilters(PageQuery):
    """Which orders are listed."""

    status = serializers.ChoiceField(choices=OrderStatus.choices, required=False)
    external_id = Text(max_length=64, required=False)
    placed_after = Moment(required=False)
    placed_before = Moment(required=False)
    needs_attention = serializers.BooleanField(required=False)


LOOKUPS = {"placed_after": "placed_at__gte", "placed_before": "placed_at__lt"}  # a row of days has no gap, no overlap


def _new_order(asked: dict[str, Any], caller: Principal) -> NewOrder:
    pickup, dropoff = asked["pickup"], asked["dropoff"]
    fleets: list[UUID] = asked.get("fleets", [])
    return NewOrder(
        organisation_id=caller.organisation_id,
        pickup=_stop(pickup),
        dropoff=_stop(dropoff),
        parcels=tuple(NewParcel(**parcel) for parcel in asked["parcels"]),
        external_id=asked.get("external_id"),
        ready_at=pickup.get("ready_at"),
        pickup_by=pickup.get("pickup_by"),
        drop_from=dropoff.get("drop_from"),
        due_at=dropoff.get("due_at"),
        drop_by=dropoff.get("drop_by"),
        max_on_board_s=asked.get("max_on_board_s"),
        network_policy=NetworkPolicy(asked.get("network_policy", NetworkPolicy.OWN_FIRST)),
        fleet_ids=tuple(fleets),
        skills=tuple(asked.get("skills", ())),
        vehicle_kinds=tuple(asked.get("vehicle_kinds", ())),
        quote_id=asked.get("quote_id"),
        via=hub_stop(hub_id, organisation_id=caller.organisation_id) if (hub_id := asked.get("via_hub")) else None,
        is_test=caller.is_test,
        scenario=asked.get("scenario", ""),
    )


def _stop(asked: dict[str, Any]) -> StopDetails:
    said = {name: asked[name] for name in _OF_STOP if name in asked}
    return StopDetails(**said, proof=tuple(dict.fromkeys(asked.get("proof", ()))))
