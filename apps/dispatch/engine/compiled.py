"""What compiles the kernels, where there is numba."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

config: Any
njit: Any
try:
    from numba import config, njit
except ImportError:
    config = njit = None

COMPILED = njit is not None
"""Whether kernels can be compiled. If not there is no search: plans are made by matching."""

REFUSALS = (RuntimeError, KeyError, TypeError)  # nowhere to keep the code, or a numba that does not know an option

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def code_folder(sources: Path) -> Path:
    """Where the machine code of the kernels in this folder is kept: another one for every version of its sources.

    numba looks only at a kernel's own file to see whether its code is stale, not at the files of the kernels that it
    calls; so an update of one file would leave others calling what it was before. Kernels call only kernels of their
    own folder.
    """
    digest = hashlib.sha256()
    for source in sorted(sources.glob("*.py")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    base = os.environ.get("NUMBA_CACHE_DIR") or sources / "__pycache__"
    return Path(base) / f"{sources.name}-{digest.hexdigest()[:16]}"


def kernel(function: Kernel) -> Kernel:
    """Compile on first use, without the interpreter's lock, and keep the machine code on disk.

    The code is kept in `code_folder()`. Where that cannot be written numba refuses to keep it; the kernel is then
    compiled anew in each process rather than not at all.
    """
    return _compiled(function)


def lean_kernel(function: Kernel) -> Kernel:
    """A kernel that makes no array: compiled without counting who holds which, which would take longer than the work.

    One that makes an array does not compile. `_nrt` is how numba spells it.
    """
    return _compiled(function, _nrt=False)


def inlined(function: Kernel) -> Kernel:
    """A lean kernel that is written into its callers: for the innermost steps, where a call would cost more than the
    work."""
    return _compiled(function, _nrt=False, forceinline=True)


def _compiled(function: Kernel, **how: bool) -> Kernel:
    if njit is None:
        return function
    config.CACHE_DIR = str(code_folder(Path(function.__code__.co_filename).parent))
    for options in ({"cache": True, **how}, how, {"cache": True}, {}):
        try:
            compiled: Kernel = njit(nogil=True, error_model="numpy", **options)(function)
        except REFUSALS:
            continue
        return compiled
    raise RuntimeError(f"{function.__name__} cannot be compiled")
