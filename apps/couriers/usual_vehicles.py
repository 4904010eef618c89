"""What a kind of vehicle usually does, where nobody said more: for couriers who are named by their kind alone."""

from dataclasses import dataclass

from apps.core.vehicle_kind import VehicleKind


@dataclass(frozen=True, slots=True)
class UsualVehicle:
    """How fast it goes through a city, and how much it carries."""

    speed_kmh: float
    max_weight_g: int
    max_volume_ml: int
    max_parcels: int


USUAL: dict[VehicleKind, UsualVehicle] = {
    VehicleKind.BIKE: UsualVehicle(15, 12_000, 120_000, 6),
    VehicleKind.CARGO_BIKE: UsualVehicle(14, 100_000, 500_000, 40),
    VehicleKind.SCOOTER: UsualVehicle(22, 25_000, 150_000, 10),
    VehicleKind.VAN: UsualVehicle(24, 800_000, 6_000_000, 200),
}
