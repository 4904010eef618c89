"""Reads one instance folder of the library: four tab-separated files. Times are minutes, positions metres."""

import csv
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


class BrokenInstance(ValueError):
    """An instance cannot be read; the message says which file, and which line or column."""


@dataclass(frozen=True)
class InstanceRestaurant:
    """Where orders are picked up."""

    id: str
    x_m: float
    y_m: float


@dataclass(frozen=True)
class InstanceOrder:
    """An order: unknown before `placed_min`, ready at its restaurant at `ready_min`, dropped off at (x, y)."""

    id: str
    x_m: float
    y_m: float
    placed_min: int
    restaurant: str
    ready_min: int


@dataclass(frozen=True)
class InstanceCourier:
    """A courier: at (x, y) when his shift starts; picks nothing up after it ends."""

    id: str
    x_m: float
    y_m: float
    on_min: int
    off_min: int

    @property
    def shift_hours(self) -> float:
        """Length of the shift."""
        return (self.off_min - self.on_min) / 60


@dataclass(frozen=True)
class InstanceParameters:
    """What all orders and couriers of an instance share."""

    metres_per_minute: float
    pickup_service_min: int
    dropoff_service_min: int
    target_click_to_door_min: int
    pay_per_order: float
    guaranteed_pay_per_hour: float


@dataclass(frozen=True)
class Instance:
    """One day. Orders and couriers are in the order of the files."""

    name: str
    orders: tuple[InstanceOrder, ...]
    restaurants: tuple[InstanceRestaurant, ...]
    couriers: tuple[InstanceCourier, ...]
    parameters: InstanceParameters

    @cached_property
    def restaurant_by_id(self) -> dict[str, InstanceRestaurant]:
        """Restaurants by their id."""
        return {restaurant.id: restaurant for restaurant in self.restaurants}


def instance_names(library: Path) -> list[str]:
    """Names of the instance folders of a library, sorted. Raises BrokenInstance when there is none."""
    if not library.is_dir():
        raise BrokenInstance(f"{library}: no such folder")
    names = sorted(folder.name for folder in library.iterdir() if (folder / "orders.txt").is_file())
    if not names:
        raise BrokenInstance(f"{library}: no instance in it (a folder with orders.txt)")
    return names


def read_instance(folder: Path) -> Instance:
    """Read and check one instance. Raises BrokenInstance."""
    if not folder.is_dir():
        raise BrokenInstance(f"{folder}: no such instance folder")
    restaurants = _rows(folder / "restaurants.txt", _restaurant)
    known = {restaurant.id for restaurant in restaurants}
    orders = _rows(folder / "orders.txt", lambda row: _order(row, known))
    couriers = _rows(folder / "couriers.txt", _courier)
    parameters = _rows(folder / "instance_parameters.txt", _parameters)
    if len(parameters) != 1:
        raise BrokenInstance(
            f"{folder / 'instance_parameters.txt'}: one line of values expected, {len(parameters)} found"
        )
    for name, things in (("restaurants", restaurants), ("orders", orders), ("couriers", couriers)):
        _check_unique(folder / f"{name}.txt", [thing.id for thing in things])
    return Instance(folder.name, orders, restaurants, couriers, parameters[0])


@dataclass(frozen=True)
class _Row:
    """One line of a file, by column."""

    where: str
    values: dict[str, str | None]

    def text(self, column: str) -> str:
        if column not in self.values:
            raise BrokenInstance(f"{self.where}: column {column!r} is missing")
        if not (value := self.values[column]):
            raise BrokenInstance(f"{self.where}: column {column!r} is empty")
        return value.strip()

    def number(self, column: str) -> float:
        try:
            value = float(self.text(column))
        except ValueError as error:
            if isinstance(error, BrokenInstance):
                raise
            raise BrokenInstance(f"{self.where}: column {column!r} is not a number: {self.text(column)!r}") from None
        if not math.isfinite(value):
            raise BrokenInstance(f"{self.where}: column {column!r} is not a finite number")
        return value

    def positive(self, column: str) -> float:
        if (value := self.number(column)) <= 0:
            raise BrokenInstance(f"{self.where}: column {column!r} must be more than 0, is {value:g}")
        return value

    def minutes(self, column: str) -> int:
        value = self.number(column)
        if value != int(value):
            raise BrokenInstance(f"{self.where}: column {column!r} must be whole minutes, is {value:g}")
        return int(value)

    def service(self, column: str) -> int:
        """A service time: even, because half of it passes before the handover and times are whole minutes."""
        if (value := self.minutes(column)) < 0 or value % 2:
            raise BrokenInstance(f"{self.where}: column {column!r} must be an even number of minutes, is {value}")
        return value


def _rows(path: Path, parse: Callable[[_Row], T]) -> tuple[T, ...]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BrokenInstance(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenInstance(f"{path}: cannot be read: {error}") from None
    reader = csv.DictReader(text.splitlines(), delimiter="\t")
    return tuple(parse(_Row(f"{path}, line {reader.line_num}", row)) for row in reader)


def _restaurant(row: _Row) -> InstanceRestaurant:
    return InstanceRestaurant(row.text("restaurant"), row.number("x"), row.number("y"))


def _order(row: _Row, restaurants: Iterable[str]) -> InstanceOrder:
    order = InstanceOrder(
        id=row.text("order"),
        x_m=row.number("x"),
        y_m=row.number("y"),
        placed_min=row.minutes("placement_time"),
        restaurant=row.text("restaurant"),
        ready_min=row.minutes("ready_time"),
    )
    if order.restaurant not in restaurants:
        raise BrokenInstance(f"{row.where}: column 'restaurant': {order.restaurant!r} is not in restaurants.txt")
    if order.ready_min < order.placed_min:
        raise BrokenInstance(f"{row.where}: column 'ready_time' is before 'placement_time'")
    return order


def _courier(row: _Row) -> InstanceCourier:
    courier = InstanceCourier(
        id=row.text("courier"),
        x_m=row.number("x"),
        y_m=row.number("y"),
        on_min=row.minutes("on_time"),
        off_min=row.minutes("off_time"),
    )
    if courier.off_min <= courier.on_min:
        raise BrokenInstance(f"{row.where}: column 'off_time' is not after 'on_time'")
    return courier


def _parameters(row: _Row) -> InstanceParameters:
    return InstanceParameters(
        metres_per_minute=row.positive("meters_per_minute"),
        pickup_service_min=row.service("pickup service minutes"),
        dropoff_service_min=row.service("dropoff service minutes"),
        target_click_to_door_min=row.minutes("target click-to-door"),
        pay_per_order=row.positive("pay per order"),
        guaranteed_pay_per_hour=row.positive("guaranteed pay per hour"),
    )


def _check_unique(path: Path, ids: list[str]) -> None:
    if len(set(ids)) != len(ids):
        twice = next(one for one in ids if ids.count(one) > 1)
        raise BrokenInstance(f"{path}: {twice!r} appears twice")
