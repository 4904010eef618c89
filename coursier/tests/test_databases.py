"""`DATABASE_URL` becomes Django's settings, with the options that each database needs."""

import pytest

from coursier.databases import database_settings, is_mongodb


def test_sqlite_takes_the_write_lock_at_the_beginning_of_a_transaction(tmp_path):
    settings = database_settings(f"sqlite:///{tmp_path}/new/coursier.sqlite3")
    assert settings["ENGINE"] == "django.db.backends.sqlite3"
    assert settings["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in settings["OPTIONS"]["init_command"]
    assert (tmp_path / "new").is_dir()


def test_a_database_in_memory_needs_no_folder():
    assert database_settings("sqlite://:memory:")["NAME"] == ":memory:"


def test_postgresql_keeps_its_connections_and_checks_them():
    settings = database_settings("postgresql://ada:secret@db.example:6543/coursier?sslmode=require")
    assert settings["ENGINE"] == "coursier.postgresql"
    assert (settings["HOST"], settings["PORT"], settings["NAME"]) == ("db.example", 6543, "coursier")
    assert settings["CONN_MAX_AGE"] > 0
    assert settings["CONN_HEALTH_CHECKS"]
    assert settings["OPTIONS"]["sslmode"] == "require"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("mongodb://a:27017,b:27017/city?replicaSet=rs0", "city"),
        ("mongodb://a:27017/?replicaSet=rs0", "coursier"),
        ("mongodb://a", "coursier"),
    ],
)
def test_mongodb_is_given_its_whole_url_and_gives_up_after_seconds(url, name):
    settings = database_settings(url)
    assert (settings["ENGINE"], settings["HOST"], settings["NAME"]) == ("django_mongodb_backend", url, name)
    assert settings["OPTIONS"]["serverSelectionTimeoutMS"] <= 10_000


@pytest.mark.parametrize(
    "url", ["", "coursier", "mysql://db/x", "postgresql://db:port/x", "mongodb://", "mongodb://a:b"]
)
def test_what_is_no_url_of_a_database_is_refused_by_name(url):
    with pytest.raises(ValueError, match="DATABASE_URL"):
        database_settings(url)


def test_only_mongodb_urls_are_mongodb():
    assert is_mongodb("mongodb://a/b")
    assert is_mongodb("mongodb+srv://cluster.example/b")
    assert not is_mongodb("postgresql://a/mongodb")
