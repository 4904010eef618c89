"""Reads `DATABASE_URL`: SQLite (embedded), PostgreSQL or MongoDB, each with the options that were measured to work."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url

SQLITE_OPTIONS = {
    # IMMEDIATE takes the write lock at BEGIN: several processes write without "database is locked".
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}
SCHEMES = ("sqlite", "postgres", "postgresql", "mongodb", "mongodb+srv")


def database_settings(url: str) -> dict[str, Any]:
    """Django's settings for one database URL. Raises ValueError for a scheme that is not supported."""
    scheme = urlsplit(url).scheme
    if scheme not in SCHEMES:
        raise ValueError(f"DATABASE_URL has the scheme {scheme!r}; supported: {', '.join(SCHEMES)}")
    if is_mongodb(url):
        name = urlsplit(url).path.lstrip("/") or "coursier"
        return {"ENGINE": "django_mongodb_backend", "HOST": url, "NAME": name}
    settings: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True))
    if scheme == "sqlite":
        settings["OPTIONS"] = SQLITE_OPTIONS
        if settings["NAME"] != ":memory:":
            Path(settings["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    return settings


def is_mongodb(url: str) -> bool:
    """Whether the URL names a MongoDB server."""
    return urlsplit(url).scheme.startswith("mongodb")
