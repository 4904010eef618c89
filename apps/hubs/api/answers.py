"""What integrators get back: hubs, results of scans, stock, the history of a parcel, incidents.

A hub's operator is shown what it takes to handle a parcel: no price, and of the recipient as much as tells two apart.
"""

from typing import Any

from rest_framework import serializers

from apps.accounts.principals import Principal
from apps.core.api.fields import Moment, PublicId, moment_text
from apps.core.api.serializers import OutputSerializer
from apps.core.ids import public_id
from apps.hubs.models import Hub, Scan
from apps.hubs.selectors import StockRow
from apps.networks.contacts import masked
from apps.orders.models import Incident, Leg, Parcel


class HubOut(OutputSerializer):
    """A hub. What concerns its operator alone is null for others."""

    id = PublicId(prefix="hub", source="pk")
    name = serializers.CharField()
    address = serializers.CharField()
    lat = serializers.FloatField()
    lon = serializers.FloatField()
    zone = PublicId(prefix="zon", source="zone_id", help_text="`zon_...`, the zone that plans what leaves from it.")
    opening_hours = serializers.DictField(
        child=serializers.ListField(child=serializers.ListField(child=serializers.CharField())),
        help_text='By weekday: `{"mon": [["08:00", "20:00"]]}`.',
    )
    is_own = serializers.SerializerMethodField()
    is_active = serializers.BooleanField()
    is_open_to_others = serializers.BooleanField()
    phone = serializers.SerializerMethodField()
    instructions = serializers.SerializerMethodField()
    created_at = serializers.SerializerMethodField()

    def get_is_own(self, hub: Hub) -> bool:
        """Whether your organisation operates it."""
        return hub.organisation_id in self._caller.organisation_ids

    def get_phone(self, hub: Hub) -> str | None:
        """For its operator; couriers get it with the stop."""
        return hub.phone if self.get_is_own(hub) else None

    def get_instructions(self, hub: Hub) -> str | None:
        """For its operator; couriers get them with the stop."""
        return hub.instructions if self.get_is_own(hub) else None

    def get_created_at(self, hub: Hub) -> str | None:
        """For its operator."""
        return moment_text(hub.created_at) if self.get_is_own(hub) else None

    @property
    def _caller(self) -> Principal:
        caller: Principal = self.context["caller"]
        return caller


class ScanStateOut(OutputSerializer):
    """Where the parcel is now. Order, code and status are there for parcels that pass the hub."""

    parcel = serializers.CharField()
    is_in = serializers.BooleanField()
    order = serializers.CharField(required=False)
    short_code = serializers.CharField(required=False)
    order_status = serializers.CharField(required=False)


class ScanResultOut(OutputSerializer):
    """The result of one scan; `code` is empty when there is nothing to say."""

    id = serializers.CharField()
    outcome = serializers.ChoiceField(choices=("applied", "replayed", "refused"))
    code = serializers.CharField()
    message = serializers.CharField()
    state = ScanStateOut(allow_null=True)


class ScanResultsOut(OutputSerializer):
    """The results of a batch, in the order in which the scans were sent."""

    results = ScanResultOut(many=True)


class StockLegOut(OutputSerializer):
    """A leg that brings a parcel, or takes it on. The courier by first name, while there is one."""

    id = PublicId(prefix="leg", source="pk")
    status = serializers.CharField()
    due_at = Moment()
    courier = serializers.SerializerMethodField()

    def get_courier(self, leg: Leg) -> str | None:
        """As the hub's people call them."""
        return leg.courier.name.partition(" ")[0] if leg.courier else None


class StockOut(OutputSerializer):
    """A parcel in the hub, or on its way there. Of a misrouted one, no more than that it is there."""

    parcel = PublicId(prefix="par", source="parcel.pk")
    barcode = serializers.SerializerMethodField()
    description = serializers.SerializerMethodField()
    size = serializers.SerializerMethodField()
    weight_g = serializers.SerializerMethodField()
    is_in = serializers.BooleanField()
    since = serializers.SerializerMethodField()
    is_misrouted = serializers.BooleanField()
    is_overdue = serializers.BooleanField()
    order = serializers.SerializerMethodField()
    short_code = serializers.SerializerMethodField()
    order_status = serializers.SerializerMethodField()
    merchant = serializers.SerializerMethodField()
    recipient = serializers.SerializerMethodField()
    collection = StockLegOut(allow_null=True)
    delivery = StockLegOut(allow_null=True)

    def get_barcode(self, row: StockRow) -> str:
        """As it is on the parcel."""
        return row.parcel.barcode

    def get_description(self, row: StockRow) -> str:
        """In the merchant's words."""
        return "" if row.is_misrouted else row.parcel.description

    def get_size(self, row: StockRow) -> str:
        """`small` to `xlarge`."""
        return row.parcel.size

    def get_weight_g(self, row: StockRow) -> int:
        """In grams."""
        return row.parcel.weight_g

    def get_since(self, row: StockRow) -> str | None:
        """Since when it lies here."""
        return moment_text(row.parcel.hub_since) if row.is_in else None

    def get_order(self, row: StockRow) -> str | None:
        """`ord_...`."""
        return None if row.is_misrouted else public_id("ord", row.parcel.order_id)

    def get_short_code(self, row: StockRow) -> str:
        """What people read out to each other."""
        return row.parcel.order.short_code

    def get_order_status(self, row: StockRow) -> str | None:
        """Where its order stands."""
        return None if row.is_misrouted else row.parcel.order.status

    def get_merchant(self, row: StockRow) -> str:
        """Whose it is: who is to be asked."""
        return row.parcel.order.organisation.name

    def get_recipient(self, row: StockRow) -> dict[str, str] | None:
        """`{"address", "contact_name", "phone"}`, the last two masked."""
        if row.is_misrouted:
            return None
        to = masked(row.parcel.order.dropoff)
        return {key: to.get(key, "") for key in ("address", "contact_name", "phone")}


class ParcelScanOut(OutputSerializer):
    """A scan of a parcel. `at` as the device said, within five minutes of when we had it; `by` is for the operator."""

    at = serializers.SerializerMethodField()
    device_time = Moment()
    direction = serializers.CharField()
    hub = PublicId(prefix="hub", source="hub_id")
    hub_name = serializers.SerializerMethodField()
    code = serializers.SerializerMethodField()
    by = serializers.SerializerMethodField()

    def get_at(self, scan: Scan) -> str | None:
        """When, as it is shown to people."""
        return moment_text(scan.shown_at)

    def get_hub_name(self, scan: Scan) -> str:
        """As its operator calls it."""
        return scan.hub.name

    def get_code(self, scan: Scan) -> str:
        """Why it was refused; empty when it was applied."""
        return str(scan.result.get("code", ""))

    def get_by(self, scan: Scan) -> str | None:
        """Who held the device."""
        caller: Principal = self.context["caller"]
        return scan.by if scan.hub.organisation_id in caller.organisation_ids else None


class ParcelHistoryOut(OutputSerializer):
    """A parcel: where it is, and every scan of it as they were made."""

    id = PublicId(prefix="par", source="pk")
    order = PublicId(prefix="ord", source="order_id")
    order_status = serializers.SerializerMethodField()
    description = serializers.CharField()
    size = serializers.CharField()
    weight_g = serializers.IntegerField()
    barcode = serializers.CharField()
    hub = PublicId(
        prefix="hub",
        source="hub_id",
        allow_null=True,
        help_text="`hub_...` where it lies now; null when it is in none.",
    )
    hub_since = serializers.SerializerMethodField()
    scans = serializers.SerializerMethodField()

    def get_order_status(self, parcel: Parcel) -> str:
        """Where its order stands."""
        return parcel.order.status

    def get_hub_since(self, parcel: Parcel) -> str | None:
        """Since when it lies there."""
        return moment_text(parcel.hub_since) if parcel.hub_id else None

    def get_scans(self, parcel: Parcel) -> list[dict[str, Any]]:  # noqa: ARG002 - DRF's own signature
        """Oldest first."""
        return list(ParcelScanOut(self.context["scans"], many=True, context=self.context).data)


class IncidentOut(OutputSerializer):
    """Something that went wrong: with a parcel in a hub, or on the street with a leg and its courier."""

    id = PublicId(prefix="inc", source="pk")
    kind = serializers.CharField()
    order = PublicId(
        prefix="ord", source="order_id", allow_null=True, help_text="Null where it is about a courier alone."
    )
    short_code = serializers.SerializerMethodField()
    parcel = PublicId(prefix="par", source="parcel_id", allow_null=True, help_text="Null on the street.")
    hub = PublicId(prefix="hub", source="hub_id", allow_null=True, help_text="Where it was noticed, if in one.")
    leg = PublicId(prefix="leg", source="leg_id", allow_null=True, help_text="On the street: what the courier had.")
    courier = PublicId(prefix="cou", source="courier_id", allow_null=True, help_text="On the street: who had it.")
    note = serializers.CharField()
    is_open = serializers.BooleanField()
    opened_at = Moment()
    resolved_at = Moment(allow_null=True)
    resolution = serializers.CharField()

    def get_short_code(self, incident: Incident) -> str:
        """What people read out to each other."""
        return incident.order.short_code if incident.order else ""
