"""The configuration of supervisord for a stack."""

import shlex
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from coursier.embedded.programs import Program

LOG_BYTES = "10MB"


@dataclass(frozen=True, slots=True)
class Folders:
    """Where a stack keeps things: `var` stays, `run` is for process ids and goes when it stops."""

    project: Path
    var: Path
    run: Path

    @property
    def log(self) -> Path:
        """One file a program."""
        return self.var / "log"

    def pid_file(self, name: str) -> Path:
        """Where a program leaves its process id."""
        return self.run / f"{name}.pid"


def supervisor_command(config: Path) -> tuple[str, ...]:
    """How to run the supervisor in the foreground."""
    return (sys.executable, "-m", "supervisor.supervisord", "--configuration", str(config))


def configuration(programs: Sequence[Program], folders: Folders) -> str:
    """The text of supervisord.conf. Stores start first and stop last; the others stop together, in parallel."""
    stores = [program.name for program in programs if program.name == "redis"]
    others = [program.name for program in programs if program.name != "redis"]
    parts = [
        _section(
            "supervisord",
            nodaemon="true",
            silent="true",
            directory=folders.project,
            logfile=folders.log / "supervisord.log",
            logfile_maxbytes=LOG_BYTES,
            logfile_backups=1,
            pidfile=folders.run / "supervisord.pid",
            childlogdir=folders.log,
        )
    ]
    parts += [_group("stores", stores, priority=1), _group("platform", others, priority=2)]
    parts += [_program(program, folders) for program in programs]
    return "\n".join(part for part in parts if part)


def _group(name: str, members: Sequence[str], *, priority: int) -> str:
    return _section(f"group:{name}", programs=",".join(members), priority=priority) if members else ""


def _program(program: Program, folders: Folders) -> str:
    pid_file = str(folders.pid_file(program.name))
    tethered = (sys.executable, "-m", "coursier.embedded.tether", pid_file, *program.command)
    return _section(
        f"program:{program.name}",
        command=_quoted(tethered),
        autorestart="true",
        startsecs=1,
        startretries=100,
        stopsignal=program.stop_signal,
        stopwaitsecs=program.stop_wait_s,
        killasgroup="true",
        redirect_stderr="true",
        stdout_logfile=folders.log / f"{program.name}.log",
        stdout_logfile_maxbytes=LOG_BYTES,
        stdout_logfile_backups=1,
    )


def _quoted(command: Iterable[str]) -> str:
    return " ".join(shlex.quote(part) for part in command)


def _section(name: str, **values: object) -> str:
    lines = [f"{key}={str(value).replace('%', '%%')}" for key, value in values.items()]  # % starts an expansion there
    return "\n".join([f"[{name}]", *lines, ""])
