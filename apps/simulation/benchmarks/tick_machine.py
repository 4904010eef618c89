"""What a benchmark ran on."""

import os
import platform
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

CPU_INFO = Path("/proc/cpuinfo")


OF_THE_ENGINE = ("numpy", "numba", "scipy", "pyvroom")


def machine(packages: Iterable[str] = OF_THE_ENGINE) -> dict[str, str | int]:
    """Cores, processor, load over the last minute, and the versions that matter, of packages that are there."""
    return {
        "cores": len(cores()),
        "cpu": _cpu_model(),
        "load": f"{os.getloadavg()[0]:.2f}",
        "python": platform.python_version(),
        **{name: metadata.version(name) for name in packages if _is_there(name)},
    }


def cores() -> set[int]:
    """Cores this process may run on."""
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this thread to one core for a while, where the system can."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = cores()
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _cpu_model() -> str:
    if CPU_INFO.is_file():
        for line in CPU_INFO.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def _is_there(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
