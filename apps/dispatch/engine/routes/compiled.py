"""What compiles the kernels, and what stands in for it where numba is missing."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

HERE = Path(__file__).parent


def code_folder(sources: Path = HERE) -> Path:
    """Where the machine code of these sources is kept: another folder for every version of them.

    numba looks only at a kernel's own file to see whether its code is stale, not at the files of the kernels that it
    calls; so an update of one file would leave others calling what it was before.
    """
    digest = hashlib.sha256()
    for source in sorted(sources.glob("*.py")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    base = os.environ.get("NUMBA_CACHE_DIR") or sources / "__pycache__"
    return Path(base) / f"kernels-{digest.hexdigest()[:16]}"


njit: Any
try:
    from numba import config, njit
except ImportError:
    njit = None
else:
    config.CACHE_DIR = str(code_folder())  # type: ignore[attr-defined] # set from the environment, says its stub

COMPILED = njit is not None
"""Whether kernels are compiled. If not they are plain Python: right, and far too slow to plan with."""

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def kernel(function: Kernel) -> Kernel:
    """Compile on first use, without the interpreter's lock, and keep the machine code on disk.

    The code is kept in `code_folder()`. Where that cannot be written numba refuses to keep it; the kernel is then
    compiled anew in each process rather than not at all.
    """
    if njit is None:
        return function
    try:
        compiled: Kernel = njit(cache=True, nogil=True)(function)
    except RuntimeError:
        compiled = njit(nogil=True)(function)
    return compiled
