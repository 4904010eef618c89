"""What systems of fleets get back. Never the merchant's price; of people at the stops only what is due.

All of these read what a selector has at hand: no query of their own.
"""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.core import clock
from apps.core.api.fields import Moment, PublicId, moment_text
from apps.core.api.serializers import OutputSerializer
from apps.core.ids import public_id
from apps.core.money import Money
from apps.dispatch.contact_times import has_carried, sees_contacts
from apps.dispatch.models import Assignment, FleetOffer
from apps.dispatch.selectors import UnassignedLeg
from apps.dispatch.services import EditedLeg, Reported
from apps.dispatch.services.fleet_offering import offer_state
from apps.networks.contacts import masked
from apps.orders.lifecycle import HandOnEnd
from apps.orders.models import HandOn, Leg, ProofAsked

CONTACT = ("contact_name", "phone", "instructions")


class CarriedParcelOut(OutputSerializer):
    """A thing carried."""

    description = serializers.CharField()
    size = serializers.CharField()
    weight_g = serializers.IntegerField()
    volume_ml = serializers.IntegerField()
    barcode = serializers.CharField()


class ContactStopOut(OutputSerializer):
    """A place, and who is there; masked, a phone shows its last two digits, a name its initial, and nothing is told."""

    address = serializers.CharField()
    lat = serializers.FloatField()
    lon = serializers.FloatField()
    contact_name = serializers.CharField()
    phone = serializers.CharField()
    instructions = serializers.CharField()
    proof = serializers.ListField(
        child=serializers.ChoiceField(choices=ProofAsked.choices), help_text="What must be shown there."
    )
    is_masked = serializers.BooleanField()


class CarriedPickupOut(ContactStopOut):
    """Where the parcels are, from when, and until when."""

    ready_at = Moment()
    pickup_by = Moment(allow_null=True)


class CarriedDropoffOut(ContactStopOut):
    """Where they go: from when somebody is there, when it is promised, until when it is of use."""

    drop_from = Moment(allow_null=True)
    due_at = Moment()
    drop_by = Moment(allow_null=True)


class MerchantOut(OutputSerializer):
    """For whom it is carried."""

    name = serializers.CharField()


def pickup_of(leg: Leg, *, in_full: bool) -> dict[str, Any]:
    """The pickup of a leg, which may be a hub; its order at hand."""
    times = {"ready_at": leg.ready_at, "pickup_by": leg.pickup_by}
    return {**_stop(leg.pickup_details, in_full=in_full), **times}


def dropoff_of(leg: Leg, *, in_full: bool) -> dict[str, Any]:
    """The dropoff of a leg, which may be a hub; its order at hand."""
    times = {"drop_from": leg.drop_from, "due_at": leg.due_at, "drop_by": leg.drop_by}
    return {**_stop(leg.dropoff_details, in_full=in_full), **times}


def _stop(details: dict[str, Any], *, in_full: bool) -> dict[str, Any]:
    shown = details if in_full else masked(details)
    contact = {part: shown.get(part) or "" for part in CONTACT}
    return {**shown, **contact, "proof": list(shown.get("proof", ())), "is_masked": not in_full}


class CarriedOut(OutputSerializer):
    """What is shown of a leg to whoever carries it or might. Subclasses say whose leg it is, and who sees contacts."""

    leg_id = PublicId(prefix="leg", source="leg.pk")
    short_code = serializers.CharField(source="leg.order.short_code")
    version = serializers.IntegerField(source="leg.order.version", help_text="Of the order: for a change of the leg.")
    zone_id = PublicId(prefix="zon", source="leg.zone_id")
    merchant = MerchantOut(source="leg.order.organisation")
    pickup = serializers.SerializerMethodField()
    dropoff = serializers.SerializerMethodField()
    parcels = CarriedParcelOut(many=True, source="leg.order.parcels.all")
    weight_g = serializers.IntegerField(source="leg.weight_g")
    distance_m = serializers.IntegerField(source="leg.own_distance_m")

    def in_full(self, carried: Any) -> bool:  # noqa: ARG002 - subclasses look at it
        """Whether contacts are shown."""
        return False

    @extend_schema_field(CarriedPickupOut)
    def get_pickup(self, carried: Any) -> dict[str, Any]:
        """See `CarriedPickupOut`."""
        return dict(CarriedPickupOut(pickup_of(carried.leg, in_full=self.in_full(carried))).data)

    @extend_schema_field(CarriedDropoffOut)
    def get_dropoff(self, carried: Any) -> dict[str, Any]:
        """See `CarriedDropoffOut`."""
        return dict(CarriedDropoffOut(dropoff_of(carried.leg, in_full=self.in_full(carried))).data)


class CarrierOut(OutputSerializer):
    """A courier of the executor's; a stand-in is whomever the fleet sends without naming them."""

    id = PublicId(prefix="cou", source="pk")
    name = serializers.CharField()
    is_stand_in = serializers.BooleanField()


class AssignmentOut(CarriedOut):
    """A leg that a courier of the executor's has, or had."""

    id = PublicId(prefix="asg", source="pk")
    fleet_id = PublicId(prefix="flt", allow_null=True)
    courier = CarrierOut()
    is_live = serializers.BooleanField()
    status = serializers.SerializerMethodField()
    epoch = serializers.IntegerField()
    is_pinned = serializers.SerializerMethodField()
    assigned_by = serializers.CharField()
    assigned_at = Moment()
    expected_pickup_at = Moment(allow_null=True)
    expected_dropoff_at = Moment(allow_null=True)
    picked_up_at = serializers.SerializerMethodField()
    ended_at = Moment(allow_null=True)
    end = serializers.CharField()

    def in_full(self, carried: Assignment) -> bool:
        """While they have it, and two hours after they carried it to its end."""
        return sees_contacts(carried, clock.now())

    def get_status(self, assignment: Assignment) -> str:
        """Where the leg stands while it is theirs; afterwards how it ended for them: what others do is not told."""
        return assignment.leg.status if assignment.is_live else assignment.end

    def get_is_pinned(self, assignment: Assignment) -> bool:
        """Whether the planner leaves it where it is."""
        return assignment.is_live and assignment.leg.is_pinned

    def get_picked_up_at(self, assignment: Assignment) -> str | None:
        """When they picked it up. What became of a leg that went to others is not told."""
        return moment_text(assignment.leg.picked_up_at) if has_carried(assignment) else None


class OtherCourierOut(OutputSerializer):
    """A courier who could have had it, and what that would have cost, in minutes of recipients' waiting."""

    courier_id = serializers.CharField()
    cost_min = serializers.FloatField()


class KeptFromOut(OutputSerializer):
    """Couriers whom a limit kept from it."""

    reason = serializers.CharField()
    courier_ids = serializers.ListField(child=serializers.CharField())


class WhyOut(OutputSerializer):
    """Why this courier, as far as it concerns the executor's own couriers. Empty when a person, or a fleet, decided."""

    cost_min = serializers.FloatField(allow_null=True)
    others = OtherCourierOut(many=True)
    excluded = KeptFromOut(many=True)


class AssignmentDetailOut(AssignmentOut):
    """An assignment, and why."""

    why = serializers.SerializerMethodField()

    @extend_schema_field(WhyOut)
    def get_why(self, assignment: Assignment) -> dict[str, Any]:
        """See `WhyOut`. `own_couriers` of the context are the only ones that are named."""
        return dict(WhyOut(why_shown(assignment.why, self.context["own_couriers"])).data)


def why_shown(why: dict[str, Any], own_couriers: frozenset[UUID]) -> dict[str, Any]:
    """The stored reasons without the couriers of other executors, who are nobody's business here."""
    own = {str(key): public_id("cou", key) for key in own_couriers}
    excluded = [
        {"reason": limit["reason"], "courier_ids": [own[key] for key in limit["courier_ids"] if key in own]}
        for limit in why.get("excluded", [])
    ]
    return {
        "cost_min": why.get("cost_min"),
        "others": [
            {"courier_id": own[other["courier_id"]], "cost_min": other["cost_min"]}
            for other in why.get("others", [])
            if other["courier_id"] in own
        ],
        "excluded": [limit for limit in excluded if limit["courier_ids"]],
    }


class FleetOfferOut(CarriedOut):
    """A leg offered to a fleet with a dispatch of its own. Who lives there is told with the assignment.

    `seeing` of the context says who is told before: legs, and the fleets that have the right to `see` them.
    """

    id = PublicId(prefix="off", source="pk")
    fleet_id = PublicId(prefix="flt")
    status = serializers.SerializerMethodField()
    payout = serializers.SerializerMethodField()
    offered_at = Moment()
    expires_at = Moment()
    ended_at = Moment(allow_null=True)
    reason = serializers.CharField()
    assignment_id = PublicId(prefix="asg", allow_null=True, help_text="`asg_...` once it is accepted.")

    def in_full(self, carried: FleetOffer) -> bool:
        """While it can be accepted, for a fleet that may see them before it carries."""
        return carried.is_open and (carried.leg_id, carried.fleet_id) in self.context.get("seeing", ())

    def get_status(self, offer: FleetOffer) -> str:
        """One past its deadline has expired, swept or not."""
        return str(offer_state(offer)["status"])

    def get_payout(self, offer: FleetOffer) -> dict[str, int | str]:
        """What the fleet is paid, in cents."""
        return Money(offer.payout_cents, offer.currency).as_json()


class UnassignedLegOut(CarriedOut):
    """A leg that nobody has, and why it waits. `seeing` of the context as with offers."""

    placed_at = Moment(source="leg.placed_at")
    is_pinned = serializers.BooleanField(source="leg.is_pinned")
    unassigned_reason = serializers.CharField(source="leg.unassigned_reason")
    fleet_ids = serializers.SerializerMethodField()

    def in_full(self, carried: UnassignedLeg) -> bool:
        """For whom one of the fleets may see them before it carries."""
        seeing = self.context.get("seeing", ())
        return any((carried.leg.pk, fleet_id) in seeing for fleet_id in carried.fleet_ids)

    def get_fleet_ids(self, row: UnassignedLeg) -> list[str]:
        """Which of the caller's fleets may carry it now."""
        return [public_id("flt", key) for key in sorted(row.fleet_ids)]


class EditedLegOut(CarriedOut):
    """A leg after its times or instructions were changed."""

    status = serializers.CharField(source="leg.status")

    def in_full(self, carried: EditedLeg) -> bool:
        """To whoever has it, or may see them before."""
        return carried.is_shown


class HandOnOut(CarriedOut):
    """A leg that one fleet handed on to another, for the owners of both. Its courier is nobody's but the other's."""

    from_fleet_id = PublicId(prefix="flt")
    to_fleet_id = PublicId(prefix="flt")
    handed_on_by = MerchantOut(source="from_fleet.organisation", help_text="Who owes for it.")
    handed_on_to = MerchantOut(source="to_fleet.organisation")
    handed_on_at = Moment()
    is_live = serializers.BooleanField()
    end = serializers.CharField(help_text="Why it is over; empty while it is not.")
    ended_at = Moment(allow_null=True)
    status = serializers.SerializerMethodField()
    picked_up_at = serializers.SerializerMethodField()
    delivered_at = serializers.SerializerMethodField()

    def get_status(self, hand_on: HandOn) -> str:
        """Where the leg stands, while it is handed on or where that led to its end; else empty: it went elsewhere."""
        return hand_on.leg.status if _is_told(hand_on) else ""

    def get_picked_up_at(self, hand_on: HandOn) -> str | None:
        """When the other fleet had it on board."""
        return moment_text(hand_on.leg.picked_up_at) if _is_told(hand_on) else None

    def get_delivered_at(self, hand_on: HandOn) -> str | None:
        """When it was delivered."""
        return moment_text(hand_on.leg.delivered_at) if _is_told(hand_on) else None


def _is_told(hand_on: HandOn) -> bool:
    return hand_on.is_live or hand_on.end in (HandOnEnd.DONE, HandOnEnd.CANCELLED)


class LegStateOut(OutputSerializer):
    """Where a leg stands."""

    leg_id = serializers.CharField()
    status = serializers.CharField()
    epoch = serializers.IntegerField()


class PinOut(OutputSerializer):
    """Whether a leg is pinned."""

    leg_id = PublicId(prefix="leg", source="pk")
    is_pinned = serializers.BooleanField()


class ProgressOut(OutputSerializer):
    """What came of a report."""

    outcome = serializers.SerializerMethodField()
    state = LegStateOut()

    def get_outcome(self, reported: Reported) -> str:
        """`applied`, or `replayed` for a report that came before."""
        return "replayed" if reported.is_replayed else "applied"
