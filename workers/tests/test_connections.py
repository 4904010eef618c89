"""A worker's connection to the database outlives a task, and one that broke does not."""

import pytest
from celery.fixups.django import DjangoWorkerFixup
from django.db import connection

from apps.core.models import Event
from coursier.celery import app
from workers.connections import replace_broken_connections

pytestmark = pytest.mark.django_db(transaction=True)
app.loader.import_default_modules()


def around_a_task():
    """What happens to connections before and after every task of a worker."""
    celery = DjangoWorkerFixup(app)
    celery.close_database()
    replace_broken_connections()
    celery.close_database()


def test_the_connection_is_kept_from_task_to_task():
    Event.objects.exists()
    kept = connection.connection
    around_a_task()
    Event.objects.exists()
    assert kept is not None
    assert connection.connection is kept


@pytest.mark.skipif(connection.vendor != "postgresql", reason="only there a server ends a connection")
def test_one_that_the_server_ended_is_replaced():
    Event.objects.exists()
    broken = connection.connection
    broken.close()
    around_a_task()
    assert not Event.objects.exists()
    assert connection.connection is not broken
