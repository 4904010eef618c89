"""Reads of couriers: who a device stands for, and a courier with their shift."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from apps.accounts.services import hash_secret
from apps.core import clock
from apps.couriers.errors import CourierNotFound, InvalidDevice
from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier, Device

DEVICE_VALID_FOR = timedelta(days=30)  # then the phone signs in again


@dataclass(frozen=True, slots=True)
class CourierPrincipal:
    """The courier behind a device, as they were when the request came in."""

    courier_id: UUID
    fleet_id: UUID
    organisation_id: UUID
    device_id: UUID
    status: CourierStatus
    zone_id: UUID | None
    is_authenticated: bool = field(default=True)

    @property
    def is_off_duty(self) -> bool:
        """Whether nobody may follow them."""
        return self.status == CourierStatus.OFF_DUTY


def principal_of_device(token: str) -> CourierPrincipal:
    """Who a device's token stands for: one look-up by an indexed hash, made for every request.

    Raises InvalidDevice when it is unknown, revoked or older than 30 days, or its courier is no longer active.
    """
    live = Device.objects.filter(
        token_hash=hash_secret(token),
        revoked_at=None,
        created_at__gt=clock.now() - DEVICE_VALID_FOR,
        courier__is_active=True,
    )
    found = live.values_list(
        "courier_id",
        "courier__fleet_id",
        "courier__fleet__organisation_id",
        "pk",
        "courier__status",
        "courier__zone_id",
    ).first()
    if found is None:
        raise InvalidDevice
    courier_id, fleet_id, organisation_id, device_id, status, zone_id = found
    return CourierPrincipal(courier_id, fleet_id, organisation_id, device_id, CourierStatus(status), zone_id)


def courier_on_shift(courier_id: UUID) -> Courier:
    """A courier with their shift at hand. Raises CourierNotFound."""
    found = Courier.objects.select_related("shift").filter(pk=courier_id).first()
    if found is None:
        raise CourierNotFound
    return found


def couriers_of_fleets(fleet_ids: list[UUID], *, among: list[UUID]) -> frozenset[UUID]:
    """Which of some couriers ride for these fleets. No query for none."""
    if not among or not fleet_ids:
        return frozenset()
    return frozenset(Courier.objects.filter(pk__in=among, fleet_id__in=fleet_ids).values_list("pk", flat=True))
