"""Straight lines that are slower in the rush hour: a factor by kind of vehicle, for the hour of the plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from apps.dispatch.engine.travel import Floats, StraightLine, VehicleProfile


@dataclass(frozen=True, slots=True)
class HourlyStraightLine:
    """As `StraightLine`, each kind of vehicle with its own slowness at the hour of the plan.

    One hour stands for the whole plan: hardly a route lasts longer, and the next plan is a second away.
    """

    slowness: Mapping[str, float] = field(default_factory=dict)
    """Kind of vehicle -> factor on every ride, more than 1 in the rush hour. A kind that is not there has 1.0."""

    def seconds(self, origins: Floats, destinations: Floats, vehicle: VehicleProfile) -> Floats:
        """As `TravelModel.seconds`."""
        return self._line(vehicle).seconds(origins, destinations, vehicle)

    def seconds_per_metre(self, vehicle: VehicleProfile) -> float:
        """As `GreatCircle.seconds_per_metre`."""
        return self._line(vehicle).seconds_per_metre(vehicle)

    def _line(self, vehicle: VehicleProfile) -> StraightLine:
        return StraightLine(self.slowness.get(vehicle.kind, 1.0))
