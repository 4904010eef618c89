"""A worker's connection to the database outlives a task, and one that broke does not outlive the next."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest
from celery.fixups.django import DjangoWorkerFixup
from django.conf import settings
from django.db import connection

from apps.core.events import RELAY_TASK
from apps.core.models import Event
from coursier.celery import app
from tests.cast import assemble_cast, placed
from tests.running import wait_for
from workers.connections import replace_broken_connections

pytestmark = pytest.mark.django_db(transaction=True)
on_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="only there a server ends a connection")
app.loader.import_default_modules()
WORKER = "worker-of-a-test"  # as the server lists its connections


@pytest.fixture
def worker(database_url: str) -> Iterator[None]:
    """A real worker of the relay's queue, with one process."""
    command = [sys.executable, "-m", "celery", "-A", "coursier", "worker", "-Q", "relay", "--concurrency", "1"]
    told = {"DATABASE_URL": database_url, "REDIS_URL": settings.REDIS_URL, "PGAPPNAME": WORKER}
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "ERROR"]
    with subprocess.Popen([*command, *quiet], env=os.environ | told, start_new_session=True) as process:
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def around_a_task() -> None:
    """What happens to connections before and after every task of a worker."""
    celery = DjangoWorkerFixup(app)
    celery.close_database()
    replace_broken_connections()
    celery.close_database()


def have_all_relayed() -> None:
    """Send the task, and wait until it is done."""
    app.send_task(RELAY_TASK, ignore_result=True)
    wait_for(lambda: not Event.objects.filter(relayed_at=None).exists(), seconds=60)


def connections_of_the_worker() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", [WORKER])
        return [pid for (pid,) in cursor.fetchall()]


def test_the_connection_is_kept_from_task_to_task():
    Event.objects.exists()
    kept = connection.connection
    around_a_task()
    Event.objects.exists()
    assert kept is not None
    assert connection.connection is kept


@on_postgresql
def test_a_worker_works_on_over_one_connection_until_the_server_ends_it(worker):
    cast = assemble_cast()
    placed(cast)
    have_all_relayed()
    first = connections_of_the_worker()
    placed(cast)
    have_all_relayed()
    assert connections_of_the_worker() == first
    assert len(first) == 1

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", first)  # returns when it is gone
    placed(cast)
    have_all_relayed()
    second = connections_of_the_worker()
    assert len(second) == 1
    assert second != first
