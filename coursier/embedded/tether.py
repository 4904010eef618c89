"""Runs a command that ends with its parent, so that a killed supervisor leaves nothing behind.

    python -m coursier.embedded.tether PID_FILE COMMAND [ARGUMENT ...]

Writes its process id and becomes the command: the id stays the same. Imports nothing of the product, to start at once.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def end_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent dies. Linux only: elsewhere whoever started the stack cleans up."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def main(pid_file: str, *command: str) -> None:
    """Leave a note of the process id and become the command."""
    end_with_parent()
    Path(pid_file).write_text(str(os.getpid()))
    os.execvp(command[0], command)  # noqa: S606 - the command is the stack's own, and no shell is wanted


if __name__ == "__main__":
    main(*sys.argv[1:])
