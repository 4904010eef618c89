"""A kept connection to PostgreSQL is checked before it is used again, at the price of a query only where one is due."""

import time

import pytest
from django.db import DatabaseError, connection

from coursier.postgresql import base

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL"),
]


@pytest.fixture
def statements(monkeypatch):
    """What is asked of the server itself to find out whether it is there."""
    asked = []
    whole = base.base.DatabaseWrapper.is_usable
    monkeypatch.setattr(base.base.DatabaseWrapper, "is_usable", lambda self: asked.append(1) or whole(self))
    return asked


def end_this_connection():
    """As a restart of the server does, told by another connection."""
    pid = connection.connection.info.backend_pid
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
            ends = time.monotonic() + 10
            while cursor.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", [pid]).fetchone():
                assert time.monotonic() < ends, "it is still there"
    finally:
        other.close()


def test_a_connection_that_was_used_just_now_costs_no_query(statements):
    connection.ensure_connection()
    for _ in range(5):
        assert connection.is_usable()
    assert len(statements) <= 1


def test_after_a_while_the_server_is_asked(statements, monkeypatch):
    connection.ensure_connection()
    connection.is_usable()
    monkeypatch.setattr(base, "TRUSTED_FOR_S", 0.0)
    before = len(statements)
    assert connection.is_usable()
    assert len(statements) == before + 1


def test_after_an_error_the_server_is_asked(statements):
    connection.ensure_connection()
    connection.is_usable()
    before, connection.errors_occurred = len(statements), True
    try:
        assert connection.is_usable()
    finally:
        connection.errors_occurred = False
    assert len(statements) == before + 1


def test_in_a_transaction_that_failed_it_does_not_work(statements):
    connection.ensure_connection()
    assert connection.is_usable()
    connection.set_autocommit(False)
    try:
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        assert not connection.is_usable()
    finally:
        connection.rollback()
        connection.set_autocommit(True)
    assert connection.is_usable()


def test_a_connection_that_the_server_ended_is_noticed_without_a_query(statements):
    connection.ensure_connection()
    assert connection.is_usable()
    before = len(statements)
    end_this_connection()
    assert not connection.is_usable()
    assert len(statements) == before
    connection.close()
    connection.ensure_connection()
    assert connection.is_usable()
