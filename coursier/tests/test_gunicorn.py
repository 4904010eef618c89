"""How the web server is set up for a role on a database."""

import runpy

import pytest

from coursier.embedded.stack import PROJECT

POSTGRESQL = "postgresql://db/coursier"


@pytest.fixture
def configured(monkeypatch):
    for name in ("COURSIER_ROLE", "DATABASE_URL", "DATABASE_URL_FILE", "COURSIER_WEB_WORKERS", "COURSIER_WEB_THREADS"):
        monkeypatch.delenv(name, raising=False)

    def configure(**environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        found = runpy.run_path(str(PROJECT / "gunicorn.conf.py"))
        return tuple(found[name] for name in ("worker_class", "workers", "threads", "reuse_port"))

    return configure


def test_on_sqlite_the_api_is_served_by_processes_of_one_thread(configured):
    assert configured(COURSIER_ROLE="api", DATABASE_URL="sqlite:///x") == ("sync", 3, 1, False)
    assert configured(COURSIER_ROLE="api", COURSIER_WEB_WORKERS="5") == ("sync", 5, 1, False)


@pytest.mark.parametrize("role", ["all", "web", "mobile"])
def test_a_live_screen_or_a_slow_phone_gets_a_thread_on_every_database(configured, role):
    assert configured(COURSIER_ROLE=role, DATABASE_URL="sqlite:///x") == ("gthread", 2, 16, True)
    assert configured(COURSIER_ROLE=role, DATABASE_URL=POSTGRESQL) == ("gthread", 2, 16, True)


def test_elsewhere_the_api_has_a_few_threads_in_each_process(configured):
    assert configured(COURSIER_ROLE="api", DATABASE_URL=POSTGRESQL) == ("gthread", 2, 4, True)


def test_the_address_of_the_database_may_come_from_a_file(configured, tmp_path):
    (tmp_path / "url").write_text(POSTGRESQL)
    assert configured(COURSIER_ROLE="api", DATABASE_URL_FILE=str(tmp_path / "url")) == ("gthread", 2, 4, True)
