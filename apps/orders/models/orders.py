"""Tables of orders: quotes, orders, legs, parcels."""

import secrets
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.db import models

from apps.core import clock
from apps.core.db import Record, VersionedRecord
from apps.core.geo import Point
from apps.core.money import Money
from apps.orders.lifecycle import HandOnEnd, LegStatus, OrderStatus, check_move
from apps.orders.sandbox import Scenario
from apps.orders.words import LONGEST_WORD

SLOT_AHEAD = timedelta(hours=1)  # from placing to the begin of a slot: sooner it is work for the tick


class NetworkPolicy(models.TextChoices):
    """Which fleets may carry an order."""

    OWN_FIRST = "own_first"
    OWN_ONLY = "own_only"
    CONNECTED = "connected"
    ANY_OPEN = "any_open"
    NAMED = "named"


class ProofAsked(models.TextChoices):
    """What a merchant may ask to be shown when the parcels change hands."""

    PIN = "pin"  # that only the recipient knows: see `apps.orders.pins`
    PHOTO = "photo"
    SIGNATURE = "signature"
    BARCODE = "barcode"  # every parcel scanned there


AT_PICKUP = (ProofAsked.PHOTO, ProofAsked.SIGNATURE, ProofAsked.BARCODE)  # nobody there has a PIN
FILES = frozenset({ProofAsked.PHOTO, ProofAsked.SIGNATURE})  # proofs that are files


class Stop(models.TextChoices):
    """The two ends of a leg."""

    PICKUP = "pickup"
    DROPOFF = "dropoff"


def new_tracking_token() -> str:
    """192 random bits: whoever has it may follow one order, nobody can guess it."""
    return secrets.token_urlsafe(24)


class Quote(Record):
    """A price and promised times for an order: valid for 15 minutes, used once."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.CASCADE, related_name="+")
    request = models.JSONField()  # what was quoted, as it was asked
    fingerprint = models.CharField(max_length=64)  # of the parts of the request that the price depends on
    price_lines = models.JSONField()
    amount_cents = models.PositiveIntegerField()  # gross
    net_cents = models.PositiveIntegerField(default=0)
    tax_cents = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3)
    tariff_id = models.UUIDField(null=True, blank=True)  # NULL: the platform's own
    tariff_name = models.CharField(max_length=80, blank=True)
    offers = models.JSONField(default=list)  # [{"fleet_id": ..., "fleet_name": ..., "amount": 890, "currency": "EUR"}]
    distance_m = models.PositiveIntegerField()
    promised_pickup_at = models.DateTimeField()
    promised_dropoff_at = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_by_order_id = models.UUIDField(null=True, blank=True)
    is_test = models.BooleanField(default=False)  # asked for with a test key, for an order of one

    def __str__(self) -> str:
        return str(Money(self.amount_cents, self.currency))


class Order(VersionedRecord):
    """What a merchant asks for: parcels from a pickup to a dropoff. Its status follows its legs."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="orders")
    external_id = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001 - NULL is "none", kept unique
    status = models.CharField(max_length=20, choices=OrderStatus.choices, default=OrderStatus.PLACED)
    needs_attention = models.BooleanField(default=False)
    attention_reason = models.CharField(max_length=40, blank=True)
    zone = models.ForeignKey("zones.Zone", on_delete=models.PROTECT, related_name="+")
    pickup = models.JSONField()  # address, lat, lon, contact_name, phone, instructions
    dropoff = models.JSONField()
    via_hub_id = models.UUIDField(null=True, blank=True)
    hub = models.JSONField(
        null=True, blank=True
    )  # the place of that hub when the order was placed, as pickup and dropoff
    network_policy = models.CharField(max_length=12, choices=NetworkPolicy.choices, default=NetworkPolicy.OWN_FIRST)
    fleet_ids = models.JSONField(default=list, blank=True)  # for NAMED
    quote_id = models.UUIDField(null=True, blank=True)
    price_lines = models.JSONField(default=list)
    amount_cents = models.PositiveIntegerField()  # gross
    net_cents = models.PositiveIntegerField(default=0)
    tax_cents = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3)
    tariff_id = models.UUIDField(null=True, blank=True)  # NULL: the platform's own
    distance_m = models.PositiveIntegerField()
    placed_at = models.DateTimeField(default=clock.now)
    promised_pickup_at = models.DateTimeField()
    promised_dropoff_at = models.DateTimeField()
    picked_up_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # delivered, returned or cancelled
    cancel_reason = models.CharField(max_length=80, blank=True)
    cancel_comment = models.CharField(max_length=200, blank=True)
    cancel_fee_cents = models.PositiveIntegerField(null=True, blank=True)  # None: not cancelled
    asked_hash = models.CharField(max_length=64, blank=True)  # SHA-256 of what was asked for: is a repetition the same?
    tracking_token = models.CharField(max_length=40, unique=True, default=new_tracking_token)
    is_test = models.BooleanField(default=False)
    scenario = models.CharField(max_length=24, choices=Scenario.choices, blank=True)  # of a test order

    class Meta:
        constraints: ClassVar = [
            # NULLs are distinct from each other on all three databases.
            models.UniqueConstraint(
                fields=["organisation", "is_test", "external_id"], name="one_order_per_kind_and_external_id"
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["organisation", "-id"], name="order_newest"),
            models.Index(fields=["organisation", "status", "-id"], name="order_status_newest"),
            models.Index(fields=["zone", "status", "-id"], name="order_zone_status"),
            models.Index(fields=["via_hub_id", "-id"], name="order_hub_newest"),
            models.Index(fields=["organisation", "placed_at"], name="order_placed"),
            # Few are flagged: an index of those alone costs the others nothing.
            models.Index(
                fields=["organisation", "-id"], condition=models.Q(needs_attention=True), name="order_flagged"
            ),
        ]

    def __str__(self) -> str:
        return self.short_code

    @property
    def short_code(self) -> str:
        """Six characters that people read out to each other; not unique."""
        return self.id.hex[-6:].upper()

    @property
    def price(self) -> Money:
        """What the merchant pays."""
        return Money(self.amount_cents, self.currency)

    def follow(self, status: OrderStatus, **changes: Any) -> None:
        """Take over the status that follows from the legs. Raises Conflict."""
        self.swap(status=status, **changes)


class Leg(VersionedRecord):
    """One courier's part of an order. Who has it (`courier`, `epoch`) changes with its status, in one write."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="legs")
    organisation_id = models.UUIDField()  # of the order: planning needs no join
    sequence = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(max_length=12, choices=LegStatus.choices, default=LegStatus.OPEN)
    epoch = models.PositiveIntegerField(default=0)  # how often it changed hands
    courier = models.ForeignKey("couriers.Courier", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    zone = models.ForeignKey("zones.Zone", on_delete=models.PROTECT, related_name="+")
    pickup_lat = models.FloatField()
    pickup_lon = models.FloatField()
    dropoff_lat = models.FloatField()
    dropoff_lon = models.FloatField()
    pickup_hub_id = models.UUIDField(null=True, blank=True)  # where it begins, when that is a hub
    dropoff_hub_id = models.UUIDField(null=True, blank=True)  # where it ends, when that is a hub
    distance_m = models.PositiveIntegerField(default=0)  # of its own way; 0 on legs from before this was kept
    placed_at = models.DateTimeField()
    ready_at = models.DateTimeField()  # earliest pickup
    pickup_by = models.DateTimeField(null=True, blank=True)  # hard: closed after it
    drop_from = models.DateTimeField(null=True, blank=True)  # hard: nobody is there before it
    due_at = models.DateTimeField()  # soft: late after it
    drop_by = models.DateTimeField(null=True, blank=True)  # hard: useless after it
    max_on_board_s = models.PositiveIntegerField(null=True, blank=True)  # longest from pickup to drop-off
    weight_g = models.PositiveIntegerField()
    volume_ml = models.PositiveIntegerField(default=0)  # 0 where nobody said
    parcels = models.PositiveSmallIntegerField()
    skills = models.JSONField(default=list, blank=True)
    vehicle_kinds = models.JSONField(default=list, blank=True)  # that may carry it; empty: any
    is_pinned = models.BooleanField(default=False)  # the planner keeps its hands off
    is_test = models.BooleanField(default=False)  # of a test key: no planner sees it, robots carry it
    robot_step = models.PositiveSmallIntegerField(default=0)  # how far they are in their script
    unassigned_reason = models.CharField(max_length=40, blank=True)  # the planner's last word on it
    plan_attempts = models.PositiveSmallIntegerField(default=0)  # how often it was in a plan that did not end
    status_since = models.DateTimeField(default=clock.now)  # of the last move: how long they have been waiting there
    assigned_at = models.DateTimeField(null=True, blank=True)
    picked_up_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["zone", "status"], name="leg_zone_status"),
            models.Index(fields=["zone", "-placed_at"], name="leg_zone_newest"),
            models.Index(fields=["courier", "status"], name="leg_courier_status"),
            models.Index(fields=["status", "placed_at"], name="leg_status_placed"),
            models.Index(fields=["is_test", "placed_at"], name="leg_test_placed"),
            models.Index(fields=["pickup_hub_id", "status"], name="leg_hub_status"),
        ]

    def __str__(self) -> str:
        return f"{self.order} leg {self.sequence}"

    @property
    def pickup_point(self) -> Point:
        """Where the parcels are."""
        return Point(self.pickup_lat, self.pickup_lon)

    @property
    def dropoff_point(self) -> Point:
        """Where they go."""
        return Point(self.dropoff_lat, self.dropoff_lon)

    @property
    def pickup_place(self) -> str:
        """The same for all legs picked up at one door: they may be carried together."""
        return self.pickup_point.door

    @property
    def is_part(self) -> bool:
        """Whether another leg of its order comes before it or after it."""
        return self.pickup_hub_id is not None or self.dropoff_hub_id is not None

    @property
    def pickup_details(self) -> dict[str, Any]:
        """Address, position, contact of where the parcels are. Reads the order."""
        return dict(self.order.hub or {}) if self.pickup_hub_id else dict(self.order.pickup)

    @property
    def dropoff_details(self) -> dict[str, Any]:
        """Address, position, contact of where they go. Reads the order."""
        return dict(self.order.hub or {}) if self.dropoff_hub_id else dict(self.order.dropoff)

    def proof_asked(self, stop: Stop) -> frozenset[str]:
        """What must be shown at one of its ends, as `ProofAsked`; nothing at a hub. Reads the order."""
        place = self.pickup_details if stop == Stop.PICKUP else self.dropoff_details
        return frozenset(place.get("proof", ()))

    @property
    def share_of_way(self) -> float:
        """How much of the order's way it is, 0 to 1: what is paid for the way is shared by it. Reads the order."""
        if not self.is_part:
            return 1.0
        return self.distance_m / self.order.distance_m if self.order.distance_m else 0.5

    @property
    def own_distance_m(self) -> int:
        """Its own way. Reads the order."""
        return self.distance_m if self.is_part else self.order.distance_m

    @property
    def is_scheduled(self) -> bool:
        """Whether it was placed for a slot that begins later: it is planned into a tour, ahead of time."""
        return self.drop_from is not None and self.drop_from - self.placed_at >= SLOT_AHEAD

    def move_to(self, status: LegStatus, *, courier_id: UUID | None, **changes: Any) -> None:
        """The only place where a leg's status changes. `courier_id` is who has it afterwards.

        A change of hands raises the epoch. Raises IllegalMove, or Conflict when somebody was faster.
        """
        check_move(LegStatus(self.status), status)
        epoch = self.epoch + 1 if courier_id != self.courier_id else self.epoch
        self.swap(status=status, courier_id=courier_id, epoch=epoch, **changes)


class HandOn(Record):
    """A fleet that was asked for a leg gave it to another, to which its own owner is connected as an orderer.

    Here and not in dispatch: what is charged for a leg depends on it. Once for a leg and a fleet, one at a time.
    """

    leg = models.ForeignKey(Leg, on_delete=models.CASCADE, related_name="hand_ons")
    from_fleet = models.ForeignKey("couriers.Fleet", on_delete=models.PROTECT, related_name="+")
    to_fleet = models.ForeignKey("couriers.Fleet", on_delete=models.PROTECT, related_name="+")
    executor_id = models.UUIDField()  # who owns the one: owes for it to
    to_executor_id = models.UUIDField()  # who owns the other
    is_live = models.BooleanField(default=True)
    handed_on_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=16, choices=HandOnEnd.choices, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["leg"], condition=models.Q(is_live=True), name="one_live_hand_on_per_leg"),
            models.UniqueConstraint(fields=["leg", "to_fleet"], name="one_hand_on_per_leg_and_fleet"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["executor_id", "-id"], name="hand_on_executor_newest"),
            models.Index(fields=["to_executor_id", "-id"], name="hand_on_to_newest"),
            models.Index(fields=["is_live", "handed_on_at"], name="hand_on_live"),
        ]

    def __str__(self) -> str:
        return f"{self.leg} from {self.from_fleet} to {self.to_fleet}"


class Parcel(Record):
    """A thing carried. `hub_id` is where it lies now; what is in none is with a courier, the merchant, or at the door.

    It is live until its order has ended. Among live parcels of an organisation a barcode names one.
    """

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="parcels")
    organisation_id = models.UUIDField(null=True)  # of the order
    is_test = models.BooleanField(default=False)
    is_live = models.BooleanField(default=True)
    description = models.CharField(max_length=120, blank=True)
    size = models.CharField(max_length=10, default="small")
    weight_g = models.PositiveIntegerField()
    volume_ml = models.PositiveIntegerField(default=0)  # 0: not said, and counts as nothing
    barcode = models.CharField(max_length=64)
    via_hub_id = models.UUIDField(null=True, blank=True)  # of the order
    hub_id = models.UUIDField(null=True, blank=True)
    hub_since = models.DateTimeField(null=True, blank=True)  # when it came to that hub, or left the last one
    reached_hub_at = models.DateTimeField(null=True, blank=True)  # first scanned in at the hub of its order

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation_id", "is_test", "barcode"],
                condition=models.Q(is_live=True),
                name="one_live_parcel_per_barcode",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["barcode"], name="parcel_barcode"),
            models.Index(fields=["hub_id", "-id"], name="parcel_hub_newest"),
            models.Index(fields=["via_hub_id", "is_live", "-id"], name="parcel_expected"),
        ]

    def __str__(self) -> str:
        return self.description or f"{self.size} parcel"


class PinCheck(VersionedRecord):
    """How often the recipient's PIN of an order was tried, and whether it was right."""

    order = models.OneToOneField(Order, on_delete=models.CASCADE, related_name="pin_check")
    tries = models.PositiveSmallIntegerField(default=0)
    right_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.order}: {'right' if self.is_right else f'{self.tries} tries'}"

    @property
    def is_right(self) -> bool:
        """Whether the right one was told."""
        return self.right_at is not None


class OrderWord(Record):
    """A word under which an order is found: `apps.orders.words` says which. One prefix look-up, on every store."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="words", db_index=False)
    organisation_id = models.UUIDField()  # of the order: a search needs no join
    word = models.CharField(max_length=LONGEST_WORD)  # on PostgreSQL with the collation "C": prefixes are ranges

    class Meta:
        indexes: ClassVar = [
            # Both hold all that a search asks for: it reads the indexes alone.
            models.Index(fields=["organisation_id", "word", "order"], name="word_of_organisation"),
            models.Index(fields=["order", "word"], name="word_of_order"),
        ]

    def __str__(self) -> str:
        return self.word
