"""`atomic` writes everything or nothing, on every database, in plain tests and in real transactions."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

import psycopg
import pytest
from django.db import OperationalError, connection, connections
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.core.db import atomic, on_commit
from apps.core.errors import Conflict, NotFound, Unavailable
from apps.core.events import DomainEvent, publish
from apps.core.models import Event
from apps.core.plain_writes import insert_rows
from tests.cast import assemble_cast, placed


class LeftHome(DomainEvent):
    """An event of these tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renamed(DomainEvent):
    """Another."""

    name: str


for kind in (LeftHome, Renamed):
    DomainEvent.kinds.pop(kind.__name__)  # they are none of the platform's


@pytest.fixture(params=["inside a test's transaction", "in real transactions"])
def database(request):
    """Both kinds of tests see the same behaviour."""
    request.getfixturevalue("transactional_db" if "real" in request.param else "db")


@pytest.fixture
def cast(database):
    return assemble_cast()


def renamed(courier, name):
    """Change the row and publish, as a service does."""
    type(courier).objects.filter(pk=courier.pk).update(name=name)
    publish(LeftHome())


def name_of(courier):
    return type(courier).objects.get(pk=courier.pk).name


def test_an_error_undoes_the_row_and_its_event(cast):
    @atomic
    def leave():
        renamed(cast.bo, "Robert")
        raise NotFound

    with pytest.raises(NotFound):
        leave()
    assert (name_of(cast.bo), Event.objects.count()) == ("Bo", 0)


def test_without_an_error_the_row_and_its_event_are_there(cast):
    atomic(renamed)(cast.bo, "Robert")
    assert (name_of(cast.bo), Event.objects.count()) == ("Robert", 1)


def test_what_is_told_in_one_transaction_is_written_at_once_and_in_order(cast):
    @atomic
    def leave():
        for name in ("Robert", "Rob", "Bob"):
            renamed(cast.bo, name)
            publish(Renamed(name=name))
        assert not Event.objects.exists()

    with CaptureQueriesContext(connection) as asked:
        leave()
    assert [event.payload.get("name") for event in Event.objects.order_by("id")] == [
        None,
        "Robert",
        None,
        "Rob",
        None,
        "Bob",
    ]
    if connection.vendor != "mongodb":  # where Django writes no SQL
        assert sum('INTO "core_event"' in query["sql"] for query in asked.captured_queries) == 1


def test_after_an_error_the_next_transaction_is_a_new_one(cast):
    @atomic
    def leave():
        renamed(cast.bo, "Robert")
        raise NotFound

    with pytest.raises(NotFound):
        leave()
    atomic(renamed)(cast.cy, "Cynthia")
    assert (name_of(cast.bo), name_of(cast.cy), Event.objects.count()) == ("Bo", "Cynthia", 1)


def test_an_inner_function_joins_the_outer_transaction(cast):
    @atomic
    def leave_both():
        atomic(renamed)(cast.bo, "Robert")
        atomic(renamed)(cast.cy, "Cynthia")
        raise NotFound

    with pytest.raises(NotFound):
        leave_both()
    assert (name_of(cast.bo), name_of(cast.cy), Event.objects.count()) == ("Bo", "Cy", 0)


def test_only_the_outer_function_runs_again_after_a_conflict(cast):
    calls = []

    @atomic(rereads=3)
    def inner():
        calls.append("inner")
        if calls.count("outer") < 2:
            raise Conflict

    @atomic(rereads=1)
    def outer():
        calls.append("outer")
        inner()

    outer()
    assert calls == ["outer", "inner", "outer", "inner"]


def test_each_reread_undoes_what_the_last_one_wrote(cast):
    calls = []

    @atomic(rereads=2)
    def leave():
        calls.append(name_of(cast.bo))
        renamed(cast.bo, f"Bo {len(calls)}")
        if len(calls) < 3:
            raise Conflict

    leave()
    assert calls == ["Bo", "Bo", "Bo"]
    assert (name_of(cast.bo), Event.objects.count()) == ("Bo 3", 1)


def test_a_conflict_comes_out_when_the_rereads_are_used_up(cast):
    calls = []

    @atomic(rereads=2)
    def leave():
        calls.append(1)
        raise Conflict

    with pytest.raises(Conflict):
        leave()
    assert len(calls) == 3


def test_a_stale_row_cannot_be_written(cast):
    _, leg = placed(cast)
    stale = type(leg).objects.get(pk=leg.pk)
    leg.swap(is_pinned=True)
    with pytest.raises(Conflict):
        stale.swap(unassigned_reason="no_courier")
    leg.refresh_from_db()
    assert (leg.is_pinned, leg.unassigned_reason, leg.version) == (True, "", 1)


def test_a_swap_writes_only_while_its_condition_holds(cast):
    _, leg = placed(cast)
    with pytest.raises(Conflict):
        leg.swap(where={"is_pinned": True}, unassigned_reason="no_courier")
    leg.refresh_from_db()
    assert (leg.unassigned_reason, leg.version) == ("", 0)


@pytest.mark.django_db(transaction=True)
def test_a_callback_runs_after_the_commit_and_not_before():
    told = []

    @atomic
    def leave():
        publish(LeftHome())
        on_commit(
            lambda: told.append(connection.in_atomic_block or getattr(connection, "in_atomic_block_mongo", False))
        )
        assert told == []

    leave()
    assert told == [False]


@pytest.mark.django_db(transaction=True)
def test_a_callback_of_a_transaction_that_failed_never_runs():
    told = []

    @atomic
    def leave(then):
        on_commit(lambda: told.append(then))
        if then == "fail":
            raise NotFound

    with pytest.raises(NotFound):
        leave("fail")
    leave("succeed")
    assert told == ["succeed"]


@pytest.mark.django_db(transaction=True)
def test_a_callback_may_write_in_a_transaction_of_its_own():
    @atomic
    def leave():
        on_commit(lambda: atomic(publish)(LeftHome()))

    leave()
    assert Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_that_lock_each_other_out_both_succeed_in_the_end():
    cast = assemble_cast()
    both_hold_one = threading.Barrier(2)

    @atomic
    def gain(first, second):
        first_half(first)
        meet(both_hold_one)
        first_half(second)

    def first_half(courier):
        type(courier).objects.filter(pk=courier.pk).update(max_legs=F("max_legs") + 1)
        publish(LeftHome())

    in_threads(lambda: gain(cast.bo, cast.cy), lambda: gain(cast.cy, cast.bo))
    couriers = type(cast.bo).objects
    assert [couriers.get(pk=c.pk).max_legs for c in (cast.bo, cast.cy)] == [cast.bo.max_legs + 2, cast.cy.max_legs + 2]
    assert Event.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_decide_upon_the_same_version_one_wins():
    _, leg = placed(assemble_cast())
    together = threading.Barrier(8)

    @atomic
    def pin():
        mine = type(leg).objects.get(pk=leg.pk)
        meet(together)
        mine.version = 0
        mine.swap(is_pinned=True)
        publish(LeftHome())

    outcomes = in_threads(*[pin] * 8, collect=True)
    assert [kind for kind in outcomes if kind is not Conflict] == [None]
    assert (type(leg).objects.get(pk=leg.pk).version, Event.objects.filter(name="LeftHome").count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_eight_who_read_again_all_get_their_turn():
    _, leg = placed(assemble_cast())

    @atomic(rereads=30, attempts=30)
    def count():
        mine = type(leg).objects.get(pk=leg.pk)
        mine.swap(plan_attempts=mine.plan_attempts + 1)

    in_threads(*[count] * 8)
    leg.refresh_from_db()
    assert (leg.plan_attempts, leg.version) == (8, 8)


@pytest.mark.django_db(transaction=True)
def test_a_function_sees_one_moment_and_runs_again_when_it_writes_upon_an_old_one():
    _, leg = placed(assemble_cast())
    legs, seen = type(leg).objects, []
    rival = threading.Thread(target=lambda: in_threads(lambda: atomic(legs.filter(pk=leg.pk).update)(plan_attempts=7)))

    @atomic
    def plan():
        before = legs.get(pk=leg.pk).plan_attempts
        if not seen:
            rival.start()
            rival.join(timeout=0.5)  # SQLite lets it in only when this transaction has ended
        seen.append((before, legs.get(pk=leg.pk).plan_attempts))
        legs.filter(pk=leg.pk).update(plan_attempts=seen[-1][1] + 1)

    plan()
    rival.join()
    assert seen in ([(0, 0), (7, 7)], [(0, 0)])
    leg.refresh_from_db()
    assert leg.plan_attempts == (8 if len(seen) == 2 else 7)


@pytest.mark.django_db(transaction=True)
def test_a_database_that_stays_too_busy_is_unavailable(monkeypatch):
    monkeypatch.setattr("apps.core.db.time.sleep", lambda _: None)
    calls = []

    @atomic(attempts=3)
    def leave():
        calls.append(1)
        raise OperationalError("database is locked")

    with pytest.raises(Unavailable):
        leave()
    assert len(calls) == 3


@pytest.mark.django_db(transaction=True)
def test_a_transaction_whose_connection_broke_runs_again(server_database):
    calls = []

    @atomic
    def leave():
        calls.append(1)
        insert_rows([Event(name="LeftHome", payload={}, occurred_at=clock.now())])
        if len(calls) == 1:
            break_connection()
            Event.objects.count()

    leave()
    assert (len(calls), Event.objects.count()) == (2, 1)


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_failed_is_told_or_done_again_and_leaves_nothing_behind(server_database):
    calls, told = [], []

    @atomic
    def leave():
        calls.append(1)
        insert_rows([Event(name="LeftHome", payload={}, occurred_at=clock.now())])
        on_commit(lambda: told.append(len(calls)))
        if len(calls) == 1:
            break_connection()

    if connection.vendor == "postgresql":  # it cannot say whether the commit arrived
        with pytest.raises(Unavailable):
            leave()
        assert (Event.objects.count(), told) == (0, [])
    leave()
    assert told == list(range(2, len(calls) + 1))
    assert Event.objects.count() == len(calls) - 1


@pytest.fixture
def server_database():
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has no connection to lose")


def break_connection():
    """What a restart of the server, or of the network, does to a transaction."""
    if connection.vendor == "mongodb":
        connection.connection.admin.command("killSessions", [connection.session.session_id])
        return
    place = connection.get_connection_params()
    with psycopg.connect(
        host=place["host"], port=place["port"], user=place["user"], dbname="postgres", autocommit=True
    ) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])


def meet(barrier):
    """Wait for the others, but not where the database lets only one in: SQLite."""
    with suppress(threading.BrokenBarrierError):  # alone: the others wait at BEGIN
        barrier.wait(timeout=1)


def in_threads(*functions, collect=False):
    """Call all at once. Returns the class of the error of each, None for none; without `collect` an error is raised."""

    def call(function):
        try:
            function()
        except Conflict as error:
            if not collect:
                raise
            return type(error)
        finally:
            connections.close_all()
        return None

    with ThreadPoolExecutor(len(functions)) as pool:
        return [future.result() for future in [pool.submit(call, function) for function in functions]]
