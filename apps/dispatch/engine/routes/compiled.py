"""What compiles the kernels, and what stands in for it where numba is missing."""

from collections.abc import Callable
from typing import Any, TypeVar

njit: Any
try:
    from numba import njit
except ImportError:
    njit = None

COMPILED = njit is not None
"""Whether kernels are compiled. If not they are plain Python: right, and far too slow to plan with."""

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def kernel(function: Kernel) -> Kernel:
    """Compile on first use, without the interpreter's lock, and keep the machine code on disk.

    The code is kept in `__pycache__` beside the source, or in NUMBA_CACHE_DIR. Where neither can be written numba
    refuses to keep it; the kernel is then compiled anew in each process rather than not at all.
    """
    if njit is None:
        return function
    try:
        compiled: Kernel = njit(cache=True, nogil=True)(function)
    except RuntimeError:
        compiled = njit(nogil=True)(function)
    return compiled
