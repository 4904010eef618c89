"""Whether a tariff makes sense: every wrong field is named, so that it is mended in one go."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from apps.core.errors import FieldError, Invalid
from apps.zones.selectors import active_zones

MUST_COVER_G = 40_000  # the heaviest load that anybody may order
MIDNIGHT = "24:00"
DAYS = range(7)


@dataclass(frozen=True, slots=True)
class NewPeak:
    """Hours as they are asked for: `begins` and `ends` as `HH:MM`, `ends` up to 24:00; 0 is Monday."""

    begins: str
    ends: str
    days: tuple[int, ...]
    cents: int


@dataclass(frozen=True, slots=True)
class NewTariff:
    """A tariff as it is asked for. Bands are `(up_to_g, cents)`, None for however heavy; zones `(zone, cents)`."""

    organisation_id: UUID
    name: str
    base_cents: int
    per_km_cents: int = 0
    weight_bands: tuple[tuple[int | None, int], ...] = ()
    zones: tuple[tuple[UUID, int], ...] = ()
    peaks: tuple[NewPeak, ...] = ()
    tax_basis_points: int = 0


def check_tariff(new: NewTariff) -> None:
    """Raises Invalid, naming every field that is wrong."""
    wrong = [*_wrong_bands(new), *_wrong_zones(new), *_wrong_peaks(new)]
    if wrong:
        raise Invalid(fields=tuple(wrong))


def _wrong_bands(new: NewTariff) -> Iterator[FieldError]:
    bands = new.weight_bands
    for index, ((lighter, less), (heavier, more)) in enumerate(pairwise(bands)):
        if lighter is None or (heavier is not None and heavier <= lighter):
            path = f"weight_bands[{index + 1}].up_to_g"
            yield FieldError(path, "not_ascending", "Above the limit of the band before; only the last has none.")
        if more < less:
            path = f"weight_bands[{index + 1}].cents"
            yield FieldError(path, "not_ascending", "A heavier load costs no less than a lighter one.")
    if bands and bands[-1][0] is not None and bands[-1][0] < MUST_COVER_G:
        path = f"weight_bands[{len(bands) - 1}].up_to_g"
        yield FieldError(path, "not_covered", f"The last band goes up to {MUST_COVER_G} g, or has no limit.")


def _wrong_zones(new: NewTariff) -> Iterator[FieldError]:
    known = {zone.pk for zone in active_zones()} if new.zones else set()
    seen: set[UUID] = set()
    for index, (zone_id, _) in enumerate(new.zones):
        if zone_id not in known:
            yield FieldError(f"zones[{index}].zone", "unknown_zone", "There is no such zone.")
        elif zone_id in seen:
            yield FieldError(f"zones[{index}].zone", "repeated", "Each zone once.")
        seen.add(zone_id)


def _wrong_peaks(new: NewTariff) -> Iterator[FieldError]:
    for index, peak in enumerate(new.peaks):
        if peak.ends <= peak.begins:
            message = "Later than the begin: hours over midnight are two, one up to 24:00 and one from 00:00."
            yield FieldError(f"peaks[{index}].to", "before_from", message)
        if len(set(peak.days)) != len(peak.days):
            yield FieldError(f"peaks[{index}].days", "repeated", "Each day once.")
        if any(_overlap(peak, earlier) for earlier in new.peaks[:index]):
            yield FieldError(f"peaks[{index}]", "overlapping", "No two peaks share an hour of a day.")


def _overlap(one: NewPeak, other: NewPeak) -> bool:
    """Times as `HH:MM` sort as the hours they stand for."""
    return bool(set(one.days) & set(other.days)) and one.begins < other.ends and other.begins < one.ends
