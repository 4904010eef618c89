"""How gunicorn serves Coursier, on a laptop and in the image. Every value can be set from the environment."""

import os
from pathlib import Path
from typing import Any

_shared_memory = Path("/dev/shm")  # noqa: S108 - heartbeats of workers, no contents

wsgi_app = "coursier.wsgi"
bind = os.environ.get("COURSIER_BIND", "0.0.0.0:8000")
preload_app = True  # read once, then forked: starts sooner and shares memory
worker_class = "gthread"
workers = int(os.environ.get("COURSIER_WEB_WORKERS", "2"))
threads = int(os.environ.get("COURSIER_WEB_THREADS", "16"))  # a live screen holds one for as long as it is open
reuse_port = True  # without it one worker may get all keep-alive connections
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

    get_resolver().url_patterns  # noqa: B018 - reading it imports them
