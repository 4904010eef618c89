"""Tables of couriers: fleets, vehicles, couriers, shifts, breaks, devices, sign-in codes, and where couriers were."""

from typing import Any, ClassVar
from uuid import UUID

from django.db import models

from apps.core import clock
from apps.core.db import Record, VersionedRecord
from apps.core.geo import Point
from apps.core.vehicle_kind import VehicleKind
from apps.couriers.lifecycle import CourierStatus, FleetMode, Language, check_move


class Fleet(Record):
    """A network of couriers, owned by one organisation (its executor)."""

    organisation = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="fleets")
    name = models.CharField(max_length=80)
    mode = models.CharField(max_length=12, choices=FleetMode.choices, default=FleetMode.ASSIGNED)
    is_open = models.BooleanField(default=False)  # carries for any merchant, not only for connected ones
    zone_ids = models.JSONField(default=list, blank=True)  # that an external fleet serves; empty: every zone
    accepts_invitations = models.BooleanField(default=False)  # listed for those who look for a fleet to connect with
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name

    def is_asked_in(self, zone_id: UUID) -> bool:
        """Whether legs of the zone are offered to the fleet itself: it has a dispatch of its own, and serves it."""
        return self.mode == FleetMode.EXTERNAL and (not self.zone_ids or str(zone_id) in self.zone_ids)


class Vehicle(VersionedRecord):
    """What a courier rides on: how fast it goes through a city and how much it carries.

    Whoever gives it to a courier swaps its version: it cannot be retired at that moment.
    """

    fleet = models.ForeignKey(Fleet, on_delete=models.PROTECT, related_name="vehicles")
    external_id = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001 - NULL is "none", kept unique
    kind = models.CharField(max_length=12, choices=VehicleKind.choices)
    label = models.CharField(max_length=40, blank=True)
    speed_kmh = models.FloatField()
    max_weight_g = models.PositiveIntegerField()
    max_volume_ml = models.PositiveIntegerField(default=120_000)  # a courier's bag and box
    max_parcels = models.PositiveSmallIntegerField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["fleet", "external_id"], name="one_vehicle_per_external_id")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.label}".strip()


class Courier(VersionedRecord):
    """Someone who carries. `load_legs` is how many legs they have now: it is swapped with every assignment."""

    fleet = models.ForeignKey(Fleet, on_delete=models.PROTECT, related_name="couriers")
    vehicle = models.ForeignKey(Vehicle, on_delete=models.PROTECT, related_name="couriers")
    name = models.CharField(max_length=80)
    external_id = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001 - NULL is "none", kept unique
    phone = models.CharField(max_length=16)  # E.164; of a courier who left it is free for their next fleet
    email = models.EmailField(blank=True)  # where sign-in codes go, if they go by e-mail
    language = models.CharField(max_length=2, choices=Language.choices, default=Language.FRENCH)  # of what we write
    status = models.CharField(max_length=12, choices=CourierStatus.choices, default=CourierStatus.OFF_DUTY)
    is_active = models.BooleanField(default=True)
    is_stand_in = models.BooleanField(default=False)  # for whomever an external fleet sends without naming them
    skills = models.JSONField(default=list, blank=True)
    zone = models.ForeignKey("zones.Zone", null=True, blank=True, on_delete=models.PROTECT, related_name="+")  # on duty
    shift = models.ForeignKey("Shift", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    max_legs = models.PositiveSmallIntegerField(default=8)
    load_legs = models.PositiveSmallIntegerField(default=0, editable=False)
    route_end = models.PositiveIntegerField(default=0, editable=False)  # the last place given out in the route
    last_lat = models.FloatField(null=True, blank=True)  # where they last acted: when the live position is gone
    last_lon = models.FloatField(null=True, blank=True)
    silent_since = models.DateTimeField(null=True, blank=True)  # on duty, and their phone is not heard from
    positions_suspicious_since = models.DateTimeField(null=True, blank=True)  # shown for a day after the last time
    positions_suspected_at = models.DateTimeField(null=True, blank=True)  # when that was told last
    erased_at = models.DateTimeField(null=True, blank=True)  # who it was is forgotten: what the books need is left
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["phone"], condition=models.Q(is_active=True), name="one_active_courier_per_phone"
            ),
            models.UniqueConstraint(fields=["fleet", "external_id"], name="one_courier_per_external_id"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["phone"], name="courier_phone"),
            models.Index(fields=["zone", "status"], name="courier_zone_status"),
            models.Index(fields=["fleet", "status"], name="courier_fleet_status"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def last_point(self) -> Point | None:
        """Where they last acted, None before their first shift."""
        if self.last_lat is None or self.last_lon is None:
            return None
        return Point(self.last_lat, self.last_lon)

    @property
    def is_past_shift(self) -> bool:
        """Whether the shift they are on should be over: they finish what they have, and get nothing new."""
        return self.shift is not None and self.shift.ends_at <= clock.now()

    def move_to(self, wanted: CourierStatus, **changes: Any) -> None:
        """Change the status, if the table allows it. Raises IllegalDutyMove or Conflict."""
        check_move(CourierStatus(self.status), wanted)
        self.swap(status=wanted, **changes)


class Shift(Record):
    """When a courier is planned to be on duty, and when they really were.

    Whoever plans, moves or cancels one swaps the courier's version: so no two of them can come to overlap.
    """

    courier = models.ForeignKey(Courier, on_delete=models.CASCADE, related_name="shifts")
    zone = models.ForeignKey("zones.Zone", on_delete=models.PROTECT, related_name="+")
    external_id = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001 - NULL is "none", kept unique
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    late_at = models.DateTimeField(null=True, blank=True)  # when the fleet was told that nobody had come yet
    missed_at = models.DateTimeField(null=True, blank=True)  # when it was told that nobody came at all
    legs_done = models.PositiveIntegerField(default=0)
    is_planned = models.BooleanField(default=True, editable=False)  # not opened by the courier, who came without one

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["courier", "external_id"], name="one_shift_per_external_id")
        ]
        indexes: ClassVar = [
            models.Index(fields=["courier", "starts_at"], name="shift_courier"),
            models.Index(fields=["zone", "starts_at"], name="shift_zone"),
            models.Index(fields=["starts_at"], name="shift_start"),
        ]

    def __str__(self) -> str:
        return f"{self.courier} {self.starts_at:%Y-%m-%d %H:%M}"


class Break(Record):
    """A pause within a shift, from `pause` to `resume` or to the end of the shift.

    Whoever begins or ends one swaps the courier's version: so a courier is in one break at most.
    """

    courier = models.ForeignKey(Courier, on_delete=models.CASCADE, related_name="breaks")
    shift = models.ForeignKey(Shift, null=True, blank=True, on_delete=models.CASCADE, related_name="breaks")
    started_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["courier", "ended_at"], name="break_courier")]

    def __str__(self) -> str:
        return f"break of {self.courier} at {self.started_at:%Y-%m-%d %H:%M}"


class Device(Record):
    """A courier's phone. Only the hash of its token is kept; revoking it ends it with the next request."""

    courier = models.ForeignKey(Courier, on_delete=models.CASCADE, related_name="devices")
    label = models.CharField(max_length=80)
    token_hash = models.CharField(max_length=64, unique=True)
    device_id = models.UUIDField(null=True, blank=True)  # that the app made once for its phone or browser
    created_at = models.DateTimeField(default=clock.now)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["device_id"], name="device_of_app")]

    def __str__(self) -> str:
        return f"{self.label} of {self.courier}"


class SignInCode(Record):
    """A one-time code on its way to a phone: hashed, five tries, ten minutes."""

    phone = models.CharField(max_length=16)
    code_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    tries_left = models.PositiveSmallIntegerField(default=5)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["phone", "id"], name="code_phone")]

    def __str__(self) -> str:
        return f"code for {self.phone[:6]}…"


class PositionTrack(Record):
    """Where a courier was for some minutes: `points` are [epoch seconds, lat, lon, accuracy in m or null], in order.

    The times are the phone's. After 30 days only what is near a pickup or a drop-off is left of it (`is_reduced`).
    """

    courier = models.ForeignKey(Courier, on_delete=models.CASCADE, related_name="tracks")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    points = models.JSONField()
    is_suspicious = models.BooleanField(default=False)  # nobody can have moved like that
    is_reduced = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["courier", "started_at"], name="track_courier"),
            models.Index(fields=["is_reduced", "ended_at"], name="track_age"),
        ]

    def __str__(self) -> str:
        return f"{self.courier_id} {self.started_at:%Y-%m-%d %H:%M}"


class TrackMark(VersionedRecord):
    """How far the stream of positions is in the database: one row, swapped in the transaction that writes tracks."""

    stream = models.CharField(max_length=40, unique=True)
    entry_id = models.CharField(max_length=40, default="0-0")  # of the last entry that is written
    number = models.PositiveBigIntegerField(default=0)  # of that entry: a gap after it tells what was lost

    def __str__(self) -> str:
        return f"{self.stream} up to {self.entry_id}"
