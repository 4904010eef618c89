"""What integrators get back: quotes, orders with their parcels and legs, history."""

from datetime import datetime
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.core.api.fields import Moment, PublicId, moment_text
from apps.core.api.money import PriceLineOut
from apps.core.api.schema import ErrorOut
from apps.core.api.serializers import OutputSerializer
from apps.core.ids import public_id
from apps.core.money import Money
from apps.orders.api.order_json import stop_json
from apps.orders.lifecycle import HandedTo, OrderStatus
from apps.orders.models import Leg, Order, Quote
from apps.orders.selectors import HistoryEntry
from apps.orders.selectors.proofs import Proof, ProofKind
from apps.orders.services import OrderTerms

_PREFIXES = {
    "leg_id": "leg",
    "courier_id": "cou",
    "offer_id": "off",
    "hub_id": "hub",
    "parcel_id": "par",
    "incident_id": "inc",
    "fleet_id": "flt",
    "to_fleet_id": "flt",
    "proof_id": "prf",
}
_NAMED_TO_MERCHANTS = "key"  # their own systems; of people and couriers they learn the kind only


class LegOut(OutputSerializer):
    """One courier's part of an order."""

    id = PublicId(prefix="leg", source="pk")
    sequence = serializers.IntegerField()
    status = serializers.CharField()
    assigned_at = Moment(allow_null=True)
    picked_up_at = Moment(allow_null=True)
    delivered_at = Moment(allow_null=True)
    unassigned_reason = serializers.CharField()
    pickup_hub = PublicId(
        prefix="hub", source="pickup_hub_id", allow_null=True, help_text="Where it begins; null at the merchant's door."
    )
    dropoff_hub = PublicId(
        prefix="hub", source="dropoff_hub_id", allow_null=True, help_text="Where it ends; null at the recipient's door."
    )


class ParcelOut(OutputSerializer):
    """A thing carried."""

    id = PublicId(prefix="par", source="pk")
    weight_g = serializers.IntegerField()
    volume_ml = serializers.IntegerField()
    description = serializers.CharField()
    size = serializers.CharField()
    barcode = serializers.CharField()


class PricedOut(OutputSerializer):
    """What a quote and an order share. Each declares the fields itself: an answer then begins with its id."""

    def get_price(self, priced: Quote | Order) -> dict[str, int | str]:
        """`{"amount": 890, "currency": "EUR"}`, in cents: what is paid, tax included."""
        return Money(priced.amount_cents, priced.currency).as_json()

    def get_net(self, priced: Quote | Order) -> dict[str, int | str]:
        """The price without its tax."""
        return Money(priced.net_cents, priced.currency).as_json()

    def get_tax(self, priced: Quote | Order) -> dict[str, int | str]:
        """The tax in the price."""
        return Money(priced.tax_cents, priced.currency).as_json()


class QuoteOut(PricedOut):
    """A price and promised times, until it expires or is used, and what each fleet that may carry it would cost."""

    id = PublicId(prefix="quo", source="pk")
    expires_at = Moment()
    price = serializers.SerializerMethodField()
    net = serializers.SerializerMethodField()
    tax = serializers.SerializerMethodField()
    price_lines = PriceLineOut(many=True)
    tariff = serializers.SerializerMethodField()
    offers = serializers.SerializerMethodField()
    distance_m = serializers.IntegerField()
    promised_pickup_at = Moment()
    promised_dropoff_at = Moment()

    def get_tariff(self, quote: Quote) -> dict[str, str | None]:
        """`{"id": "tar_...", "name": "..."}`; the id is null for the platform's own."""
        return {"id": public_id("tar", quote.tariff_id) if quote.tariff_id else None, "name": quote.tariff_name}

    def get_offers(self, quote: Quote) -> list[dict[str, dict[str, str | int]]]:
        """`[{"fleet": {"id": "flt_...", "name": "..."}, "price": {...}}]`: the first ten, in the order of asking."""
        return [_offer(fleet) for fleet in quote.offers]


class OrderOut(PricedOut):
    """An order. Describes what `order_json` makes from rows, which is what is sent: a test holds the two together."""

    id = PublicId(prefix="ord", source="pk")
    short_code = serializers.CharField()
    external_id = serializers.CharField(allow_null=True)
    version = serializers.IntegerField()
    status = serializers.CharField()
    needs_attention = serializers.BooleanField()
    attention_reason = serializers.CharField()
    placed_at = Moment()
    pickup = serializers.SerializerMethodField()
    dropoff = serializers.SerializerMethodField()
    via_hub = PublicId(
        prefix="hub", source="via_hub_id", allow_null=True, help_text="That it passes; null from door to door."
    )
    network_policy = serializers.CharField(help_text="Whose couriers may carry it.")
    fleets = serializers.SerializerMethodField()
    skills = serializers.SerializerMethodField()
    vehicle_kinds = serializers.SerializerMethodField()
    max_on_board_s = serializers.SerializerMethodField()
    quote_id = PublicId(prefix="quo", allow_null=True, help_text="Whose price it has; null where it had none.")
    is_test = serializers.BooleanField(help_text="Of a test key: robots carry it.")
    parcels = ParcelOut(many=True)
    price = serializers.SerializerMethodField()
    net = serializers.SerializerMethodField()
    tax = serializers.SerializerMethodField()
    price_lines = PriceLineOut(many=True)
    distance_m = serializers.IntegerField()
    promised_pickup_at = Moment()
    promised_dropoff_at = Moment()
    picked_up_at = Moment(allow_null=True)
    delivered_at = serializers.SerializerMethodField()
    cancellation = serializers.SerializerMethodField()
    tracking_token = serializers.CharField()
    legs = serializers.SerializerMethodField()

    def get_pickup(self, order: Order) -> dict[str, Any]:
        """As it was asked for, with the times between which the first leg can be picked up."""
        first = _legs(order)[0]
        return {
            **stop_json(order.pickup),
            "ready_at": moment_text(first.ready_at),
            "pickup_by": moment_text(first.pickup_by),
        }

    def get_dropoff(self, order: Order) -> dict[str, Any]:
        """As it was asked for, with the times that the last leg is held to."""
        last = _legs(order)[-1]
        times = {"drop_from": last.drop_from, "due_at": last.due_at, "drop_by": last.drop_by}
        return {**stop_json(order.dropoff), **{name: moment_text(moment) for name, moment in times.items()}}

    def get_fleets(self, order: Order) -> list[str]:
        """Those that were named, with `network_policy` `named`."""
        return [public_id("flt", UUID(fleet_id)) for fleet_id in order.fleet_ids]

    def get_skills(self, order: Order) -> list[str]:
        """What its courier must be able to do."""
        skills: list[str] = _legs(order)[0].skills
        return skills

    def get_vehicle_kinds(self, order: Order) -> list[str]:
        """The kinds of vehicle that may carry it; any, where none is named."""
        kinds: list[str] = _legs(order)[0].vehicle_kinds
        return kinds

    def get_max_on_board_s(self, order: Order) -> int | None:
        """The longest time from pickup to drop-off."""
        return _legs(order)[0].max_on_board_s

    def get_delivered_at(self, order: Order) -> str | None:
        """When it ended, if it ended well."""
        return moment_text(order.ended_at) if order.status == OrderStatus.DELIVERED else None

    def get_cancellation(self, order: Order) -> dict[str, Any] | None:
        """Why it was cancelled, and what that costs; null for an order that was not."""
        if order.status != OrderStatus.CANCELLED:
            return None
        return {
            "reason": order.cancel_reason,
            "comment": order.cancel_comment,
            "fee": Money(order.cancel_fee_cents or 0, order.currency).as_json(),
            "cancelled_at": moment_text(order.ended_at),
        }

    @extend_schema_field(LegOut(many=True))
    def get_legs(self, order: Order) -> list[dict[str, Any]]:
        """In the order in which they are carried."""
        return list(LegOut(_legs(order), many=True).data)


class ZoneNameOut(OutputSerializer):
    """The zone whose couriers would carry it."""

    id = PublicId(prefix="zon", source="pk")
    name = serializers.CharField()


class OrderTermsOut(OutputSerializer):
    """What an order would cost and promise if it were placed now."""

    zone = ZoneNameOut()
    price = serializers.SerializerMethodField()
    net = serializers.SerializerMethodField()
    tax = serializers.SerializerMethodField()
    price_lines = PriceLineOut(many=True, source="columns.price_lines")
    distance_m = serializers.IntegerField(source="columns.distance_m")
    promised_pickup_at = Moment(source="columns.promised_pickup_at")
    promised_dropoff_at = Moment(source="columns.promised_dropoff_at")

    def get_price(self, terms: OrderTerms) -> dict[str, int | str]:
        """`{"amount": 890, "currency": "EUR"}`, in cents: what is paid, tax included."""
        return Money(terms.columns["amount_cents"], terms.columns["currency"]).as_json()

    def get_net(self, terms: OrderTerms) -> dict[str, int | str]:
        """The price without its tax."""
        return Money(terms.columns["net_cents"], terms.columns["currency"]).as_json()

    def get_tax(self, terms: OrderTerms) -> dict[str, int | str]:
        """The tax in the price."""
        return Money(terms.columns["tax_cents"], terms.columns["currency"]).as_json()


class BatchRowOut(OutputSerializer):
    """What became of one order of a batch: `order` unless it was refused, `error` if it was."""

    index = serializers.IntegerField()
    status = serializers.ChoiceField(choices=("created", "replayed", "refused"))
    order = OrderOut(required=False)
    error = ErrorOut(required=False)


class OrderBatchOut(OutputSerializer):
    """What became of each order, in the order in which they were sent."""

    data = BatchRowOut(many=True)  # type: ignore[assignment] # the API's word, and the serializer's


class ProofOut(OutputSerializer):
    """What shows that parcels changed hands at a stop."""

    leg_id = PublicId(prefix="leg")
    stop = serializers.ChoiceField(choices=("pickup", "dropoff"))
    kind = serializers.ChoiceField(choices=ProofKind.choices)
    at = Moment()
    device_time = Moment(allow_null=True)
    signed_by = serializers.CharField(allow_null=True)
    handed_to = serializers.ChoiceField(choices=HandedTo.choices, allow_null=True, help_text="Who took the parcels.")
    note = serializers.CharField(help_text="The courier's.")
    parcel_id = PublicId(prefix="par", allow_null=True, help_text="Of a scan.")
    id = PublicId(prefix="prf", allow_null=True, help_text="Of a photo or a signature.")
    file_url = serializers.SerializerMethodField()

    def get_file_url(self, proof: Proof) -> str | None:
        """Where the picture is, for the same key; null while only the courier's phone has it."""
        return f"/v1/proofs/{public_id('prf', proof.id)}" if proof.id and proof.is_complete else None


class ProofList(OutputSerializer):
    """The proofs of an order, oldest first; empty where there is none."""

    data = ProofOut(many=True)  # type: ignore[assignment] # the API's word, and the serializer's


class HistoryOut(OutputSerializer):
    """One line of an order's history."""

    at = Moment()
    name = serializers.CharField()
    actor = serializers.SerializerMethodField()
    details = serializers.SerializerMethodField()

    def get_actor(self, entry: HistoryEntry) -> str:
        """`key:ck_live_...` for the merchant's own systems; else the kind only: `courier`, `user`, `planner`."""
        kind = entry.actor.partition(":")[0]
        return entry.actor if kind == _NAMED_TO_MERCHANTS else kind

    def get_details(self, entry: HistoryEntry) -> dict[str, Any]:
        """The values of the event; identifiers as the API shows them, and none that it does not have."""
        shown = {name: _shown(name, value) for name, value in entry.details.items() if not name.endswith("_id")}
        for name, prefix in _PREFIXES.items():
            if value := entry.details.get(name):
                shown[name] = f"{prefix}_{value.replace('-', '')}"
        return shown


class HistoryPage(OutputSerializer):
    """An order's history, oldest first."""

    data = HistoryOut(many=True)  # type: ignore[assignment] # the API's word, and the serializer's


def _offer(fleet: dict[str, Any]) -> dict[str, dict[str, str | int]]:
    return {
        "fleet": {"id": public_id("flt", UUID(fleet["fleet_id"])), "name": fleet["fleet_name"]},
        "price": Money(fleet["amount"], fleet["currency"]).as_json(),
    }


def _legs(order: Order) -> list[Leg]:
    return sorted(order.legs.all(), key=lambda leg: leg.sequence)


def _shown(name: str, value: Any) -> Any:
    """A value of an event; its times, kept as text, as all times of the API."""
    is_time = value and name.endswith(("_at", "_time"))
    return moment_text(datetime.fromisoformat(value)) if is_time else value
