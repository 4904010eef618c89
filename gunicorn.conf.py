"""How gunicorn serves Coursier, on a laptop and in the image. Every value can be set from the environment."""

import os
from pathlib import Path
from typing import Any

from environs import FileAwareEnv

_shared_memory = Path("/dev/shm")  # noqa: S108 - heartbeats of workers, no contents

wsgi_app = "coursier.wsgi"
bind = os.environ.get("COURSIER_BIND", "0.0.0.0:8000")
preload_app = True  # read once, then forked: starts sooner and shares memory

# SQLite lets one writer in at a time. Threads that wait for it hold the interpreter from each other: with processes of
# one thread the API took 1.3 to 1.75 times as many orders a second, and the slowest came ten times sooner. Only for the
# API: a live screen, or a phone on a bad network, would hold a whole process for as long as it likes.
_is_api = os.environ.get("COURSIER_ROLE", "all") == "api"
_is_on_sqlite = FileAwareEnv().str("DATABASE_URL", "sqlite:").startswith("sqlite")
_is_sync = _is_api and _is_on_sqlite

worker_class = "sync" if _is_sync else "gthread"
workers = int(os.environ.get("COURSIER_WEB_WORKERS", "3" if _is_sync else "2"))
threads = 1 if _is_sync else int(os.environ.get("COURSIER_WEB_THREADS", "4" if _is_api else "16"))
# Without it one worker may get all keep-alive connections. Workers without threads keep no connection: they share a
# queue of new ones, and with one each somebody would wait behind a busy worker while another is free.
reuse_port = not _is_sync
keepalive = 20
timeout = 60
graceful_timeout = int(os.environ.get("COURSIER_GRACEFUL_SECONDS", "25"))
control_socket_disable = True
worker_tmp_dir = str(_shared_memory) if _shared_memory.is_dir() else None
accesslog = None
errorlog = "-"


def when_ready(server: Any) -> None:  # noqa: ARG001 - gunicorn's hook, called before the first fork
    """Read all views before the workers are forked, rather than with each worker's first request."""
    from django.urls import get_resolver

    from apps.core.memory import keep_out_of_collection

    get_resolver().url_patterns  # noqa: B018 - reading it imports them
    keep_out_of_collection()
