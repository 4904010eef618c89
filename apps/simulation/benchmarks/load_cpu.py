"""Who used the processors meanwhile: read from /proc, by program and by process. Elsewhere than on Linux: nothing."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

PROC = Path("/proc")
GENERATOR, OTHERS = "generator", "others"
NOT_SERVING = (GENERATOR, OTHERS)
_IDLE = (3, 4)  # idle and waiting for a disk, in the first line of /proc/stat
_COUNTED_TWICE = 8  # guests are in user time already


class CpuMeter:
    """Measures a block. Give it the first process of each program: its descendants belong to it."""

    def __init__(self, programs: Mapping[str, int]) -> None:
        self._programs = programs
        self.cores: dict[str, float] = {}
        """Busy cores of each program, of the generator (this process) and of everything else; empty without /proc."""
        self.by_process: dict[str, list[float]] = {}
        """The same for each process of a program, busiest first: shows whether one worker had all the work."""

        self.wall_s = 0.0

    def __enter__(self) -> Self:
        self._began = time.perf_counter()
        self._before = _seconds_of(self._programs)
        self._busy_before = _busy_seconds()
        return self

    @property
    def serving_s(self) -> float:
        """Processor seconds of all programs together: hardly more on a machine that does other things too."""
        return self.wall_s * sum(busy for name, busy in self.cores.items() if name not in NOT_SERVING)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.wall_s = wall_s = time.perf_counter() - self._began
        after = _seconds_of(self._programs)
        for program, processes in after.items():
            before = self._before.get(program, {})
            spent = [(seconds - before.get(pid, 0.0)) / wall_s for pid, seconds in processes.items()]
            self.by_process[program] = sorted((round(each, 3) for each in spent), reverse=True)
            self.cores[program] = round(sum(spent), 3)
        if after:
            all_busy = (_busy_seconds() - self._busy_before) / wall_s
            self.cores[OTHERS] = round(max(0.0, all_busy - sum(self.cores.values())), 3)


def _seconds_of(programs: Mapping[str, int]) -> dict[str, dict[int, float]]:
    if not (PROC / "stat").is_file():
        return {}
    found = {pid: stat for pid in _pids() if (stat := _stat(pid))}
    children: dict[int, list[int]] = {}
    for pid, (parent, _) in found.items():
        children.setdefault(parent, []).append(pid)
    seconds = {
        program: {pid: found[pid][1] for pid in _family(root, children) if pid in found}
        for program, root in programs.items()
    }
    own = os.times()
    return {**seconds, GENERATOR: {os.getpid(): own.user + own.system}}


def _pids() -> list[int]:
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]


def _stat(pid: int) -> tuple[int, float] | None:
    """Parent, and seconds on a processor with those of children that ended; None when it ended just now."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(fields[1]), sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _family(root: int, children: Mapping[int, list[int]]) -> list[int]:
    family = [root]
    for pid in family:  # grows while it is walked
        family += children.get(pid, [])
    return family


def _busy_seconds() -> float:
    """Seconds that all processors together have been busy since the machine started."""
    if not (PROC / "stat").is_file():
        return 0.0
    ticks = [int(each) for each in (PROC / "stat").read_text().splitlines()[0].split()[1:]][:_COUNTED_TWICE]
    return sum(tick for place, tick in enumerate(ticks) if place not in _IDLE) / os.sysconf("SC_CLK_TCK")
