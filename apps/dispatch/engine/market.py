"""The couriers and legs that one matching looks at, with everything needed to price them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from apps.dispatch.engine.cost import left_out_cost_min
from apps.dispatch.engine.limits import may_carry
from apps.dispatch.engine.settings import PlannerSettings
from apps.dispatch.engine.snapshot import CourierState, LastRoutes, OpenLeg, Snapshot
from apps.dispatch.engine.tables import CourierTable, Ints, LegTable, Mask
from apps.dispatch.engine.travel import Floats, TravelModel


@dataclass(frozen=True, slots=True)
class Market:
    """What a matching is made of. Rows of legs and couriers are in the order given."""

    now: float
    legs: LegTable
    couriers: CourierTable
    may_carry: Mask
    """Limits that time does not touch, for each leg alone; (n_legs, n_couriers)."""
    travel: TravelModel
    settings: PlannerSettings
    last_courier: Ints
    """Row of the courier who had each leg in the last plan, -1 for nobody; (n_legs,)."""
    last_routes: LastRoutes
    """See `Snapshot.last_routes`."""
    futures: tuple[Ints, ...] = ()
    """Rows of the legs that are only expected, by future; they come after the real ones."""

    @classmethod
    def of(
        cls,
        snapshot: Snapshot,
        couriers: Sequence[CourierState],
        legs: Sequence[OpenLeg],
        futures: Sequence[Sequence[OpenLeg]] = (),
    ) -> "Market":
        """The market of these couriers and legs of the snapshot, and of legs that are only expected."""
        ends = len(legs) + np.cumsum([len(future) for future in futures], dtype=np.int64)
        legs = (*legs, *(leg for future in futures for leg in future))
        courier_table = CourierTable.of(couriers, snapshot.now, snapshot.settings)
        leg_table = LegTable.of(legs, snapshot.settings)
        return cls(
            now=snapshot.now,
            legs=leg_table,
            couriers=courier_table,
            may_carry=may_carry(leg_table, courier_table),
            travel=snapshot.travel,
            settings=snapshot.settings,
            last_courier=_last_couriers(snapshot, couriers, legs),
            last_routes=snapshot.last_routes,
            futures=tuple(np.arange(end - len(each), end) for end, each in zip(ends, futures, strict=True)),
        )

    @property
    def n_real(self) -> int:
        """How many of the legs are there; the rows behind them are only expected."""
        return len(self.legs) - sum(len(rows) for rows in self.futures)

    def of_legs(self, rows: Sequence[int]) -> "Market":
        """The market of the legs in these rows, with all its couriers."""
        picked = list(rows)
        return replace(
            self,
            legs=self.legs.at(rows),
            may_carry=self.may_carry[picked],
            last_courier=self.last_courier[picked],
        )

    def left_out_min(self, legs: LegTable) -> Floats:
        """Minutes that leaving each of these legs out costs, (n,)."""
        return left_out_cost_min(
            now=self.now,
            placed_at=legs.placed_at,
            ready_at=legs.ready_at,
            due_at=legs.due_at,
            settings=self.settings,
        )

    def may_carry_together(self, rows: Sequence[int]) -> Mask:
        """Who may carry all these legs at once, time apart; (n_couriers,)."""
        picked = list(rows)
        light_enough = self.legs.weight_g[picked].sum() <= self.couriers.spare_weight_g
        few_enough = self.legs.parcels[picked].sum() <= self.couriers.spare_parcels
        small_enough = self.legs.volume_l[picked].sum() <= self.couriers.spare_volume_l
        few_enough &= len(picked) <= self.couriers.room_for_legs
        together: Mask = self.may_carry[picked].all(axis=0) & light_enough & small_enough & few_enough
        return together


def _last_couriers(snapshot: Snapshot, couriers: Sequence[CourierState], legs: Sequence[OpenLeg]) -> Ints:
    row_of = {courier.id: row for row, courier in enumerate(couriers)}
    had = {leg_id: row_of.get(who, -1) for who, stops in snapshot.last_routes.items() for _, leg_id in stops}
    return np.array([had.get(leg.id, -1) for leg in legs], dtype=np.int64)


def couriers_on_duty(snapshot: Snapshot) -> tuple[CourierState, ...]:
    """Couriers whose duty has begun or will soon, and who are free before it ends."""
    begins_by = snapshot.now + snapshot.settings.shift_lookahead_s
    return tuple(
        courier
        for courier in snapshot.couriers
        if courier.on_duty_from <= begins_by
        and max(snapshot.now, courier.free_at, courier.on_duty_from) <= courier.shift_ends_at
    )


def legs_in_horizon(snapshot: Snapshot) -> tuple[OpenLeg, ...]:
    """Legs ready soon enough to be planned now."""
    ready_by = snapshot.now + snapshot.settings.horizon_s
    return tuple(leg for leg in snapshot.legs if leg.ready_at <= ready_by)


def first_free(couriers: Sequence[CourierState], limit: int) -> tuple[CourierState, ...]:
    """At most `limit` couriers, those free the earliest, in the order given."""
    if len(couriers) <= limit:
        return tuple(couriers)
    order = np.argsort([max(c.free_at, c.on_duty_from) for c in couriers], kind="stable")
    return tuple(couriers[row] for row in sorted(order[:limit]))


def first_ready(legs: Sequence[OpenLeg], limit: int) -> tuple[OpenLeg, ...]:
    """At most `limit` legs, those ready the earliest, in the order given."""
    if len(legs) <= limit:
        return tuple(legs)
    order = np.argsort([leg.ready_at for leg in legs], kind="stable")
    return tuple(legs[row] for row in sorted(order[:limit]))
