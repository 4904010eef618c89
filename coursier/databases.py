"""Reads `DATABASE_URL`: SQLite (embedded), PostgreSQL or MongoDB, each with the options that were measured to work."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from psycopg import IsolationLevel
from pymongo.errors import PyMongoError
from pymongo.uri_parser import parse_uri

SQLITE_OPTIONS = {
    # IMMEDIATE takes the write lock at BEGIN: several processes write without "database is locked".
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
}
# A transaction sees one moment, as on the other two. In PostgreSQL's own READ COMMITTED every query sees another one:
# of four equal requests, one found its work half done by another and was refused. Who writes upon what changed since
# then runs again (apps.core.db.atomic).
POSTGRESQL_OPTIONS = {
    "isolation_level": IsolationLevel.REPEATABLE_READ,
    # A statement that comes again and again is parsed and planned once a connection: half the time of the small ones
    # that most requests consist of. By default Django sends the values inside the text, of which nothing can be kept.
    "server_side_binding": True,
    "prepare_threshold": 3,
}
SERVER_AWAY_MS = 5000  # how long to look for a MongoDB primary; pymongo's own 30 s would hold every request that long
SCHEMES = ("sqlite", "postgres", "postgresql", "mongodb", "mongodb+srv")


def database_settings(url: str) -> dict[str, Any]:
    """Django's settings for one database URL. Raises ValueError for one that cannot be read or is not supported."""
    scheme = urlsplit(url).scheme
    if scheme not in SCHEMES:
        raise ValueError(f"DATABASE_URL has the scheme {scheme!r}; supported: {', '.join(SCHEMES)}")
    if is_mongodb(url):
        return _mongodb_settings(url)
    try:
        settings: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=600, conn_health_checks=True))
    except ValueError as error:
        raise ValueError(f"DATABASE_URL cannot be read: {error}") from error
    if scheme != "sqlite":
        settings["ENGINE"] = "coursier.postgresql"
        settings["OPTIONS"] = settings.get("OPTIONS", {}) | POSTGRESQL_OPTIONS
    else:
        settings["OPTIONS"] = SQLITE_OPTIONS
        if settings["NAME"] != ":memory:":
            Path(settings["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    return settings


def _mongodb_settings(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    try:
        if parts.scheme == "mongodb":  # the other scheme is looked up in the DNS: not while settings are read
            parse_uri(url)
    except (PyMongoError, ValueError) as error:
        raise ValueError(f"DATABASE_URL cannot be read: {error}") from error
    return {
        "ENGINE": "django_mongodb_backend",
        "HOST": url,
        "NAME": parts.path.lstrip("/") or "coursier",
        "OPTIONS": {"serverSelectionTimeoutMS": SERVER_AWAY_MS},
    }


def is_mongodb(url: str) -> bool:
    """Whether the URL names a MongoDB server."""
    return urlsplit(url).scheme.startswith("mongodb")
