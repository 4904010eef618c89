"""Reads the pickup and delivery instances of Li and Lim, and writes solutions in the text format of SINTEF.

An instance is a line `vehicles capacity speed`, then a line per node: `number x y demand opens closes service pickup
dropoff`, fields parted by blanks, the depot first. A pickup names its drop-off in the last column, a drop-off its
pickup in the one before. Distance, in double precision, is travel time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from apps.dispatch.engine.tours.problem import Fleet, TourProblem, plane_distances

FIELDS = 9


class BrokenInstance(Exception):
    """A file that is not an instance of the format; the message is one line."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One file."""

    name: str
    problem: TourProblem


def instance_names(folder: Path) -> list[str]:
    """The instances of a folder: every text file that begins like one, sorted. Raises BrokenInstance."""
    if not folder.is_dir():
        raise BrokenInstance(f"{folder}: no such folder")
    names = sorted(path.stem for path in folder.glob("*.txt") if _begins_like_one(path))
    if not names:
        raise BrokenInstance(f"{folder}: no instances")
    return names


def read_instance(path: Path) -> Instance:
    """Read one file. Raises BrokenInstance."""
    try:
        lines = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        n_vehicles, capacity = int(lines[0][0]), float(lines[0][1])
        nodes = np.array(lines[1:], dtype=float).reshape(-1, FIELDS)
        return Instance(path.stem, _problem(n_vehicles, capacity, nodes))
    except (OSError, ValueError, IndexError) as error:
        raise BrokenInstance(f"{path}: {str(error).splitlines()[0]}") from None


def write_solution(name: str, tours: Sequence[Sequence[int]], path: Path, date: str) -> None:
    """Write the tours, node numbers in order without the depot; the folder is made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    head = [
        f"Instance name : {name}",
        "Authors       : Coursier",
        f"Date          : {date}",
        "Reference     : Coursier, manage.py bench lilim",
        "Solution",
    ]
    routes = [f"Route {n} : {' '.join(map(str, tour))}" for n, tour in enumerate(tours, start=1)]
    path.write_text("\n".join([*head, *routes]) + "\n", encoding="utf-8")


def _begins_like_one(path: Path) -> bool:
    with path.open(encoding="utf-8", errors="replace") as file:
        first, second = file.readline().split(), file.readline().split()
    return len(first) == 3 and len(second) == FIELDS and all(field.lstrip("-").isdigit() for field in first)


def _problem(n_vehicles: int, capacity: float, nodes: np.ndarray) -> TourProblem:
    """The nodes as columns of the format, a row each."""
    if not np.array_equal(nodes[:, 0], np.arange(len(nodes))):
        raise ValueError("nodes are not numbered one after the other")
    pickup = np.flatnonzero(nodes[1:, 8] > 0) + 1
    dropoff = nodes[pickup, 8].astype(np.int64)
    if 2 * len(pickup) != len(nodes) - 1 or not np.array_equal(nodes[dropoff, 7], pickup):
        raise ValueError("pickups and drop-offs do not match")
    return TourProblem(
        distance=plane_distances(nodes[:, 1:3]),
        pickup=pickup,
        dropoff=dropoff,
        window=nodes[:, 4:6],
        load=nodes[pickup, 3:4],
        fleet=Fleet.alike(n_vehicles, np.array([capacity])),
        service=nodes[:, 6],
    )
