"""How tasks are declared: routed, bounded, repeatable, and never waiting in the broker for a distant moment."""

import inspect

import pytest

from apps.core.models import Event
from apps.couriers.models import Courier
from apps.dispatch.models import Assignment, Offer
from apps.dispatch.services.kept_tours import kept_tours
from apps.dispatch.services.wakeups import take_turn
from apps.orders.models import Leg
from coursier.celery import QUEUES, app
from tests.broker import delivering_at_once, losing_everything
from tests.cast import freelance, placed, ready_in
from workers.dispatch import plan_due_zones
from workers.schedule import schedule

app.loader.import_default_modules()
OURS = sorted(name for name in app.tasks if not name.startswith("celery."))


@pytest.mark.parametrize("name", OURS)
def test_every_task_is_acknowledged_late_and_bounded_well_below_the_visibility_timeout(name):
    task = app.tasks[name]
    assert task.acks_late
    assert task.reject_on_worker_lost
    assert task.time_limit * 2 < app.conf.broker_transport_options["visibility_timeout"]


@pytest.mark.parametrize("name", OURS)
def test_every_task_has_a_queue_of_its_own_name(name):
    route = app.amqp.router.route({}, name)
    assert route["queue"].name == name.split(".")[0]
    assert route["queue"].name in QUEUES


def test_a_queue_with_a_mistyped_name_is_not_made_up():
    with pytest.raises(Exception, match="dispach"):
        app.amqp.router.route({"queue": "dispach"}, "dispatch.plan_zone")


def test_beat_sends_only_tasks_that_exist_and_lets_old_messages_die():
    for entry in schedule().values():
        assert entry["task"] in OURS
        assert entry["options"]["expires"] <= 2 * 3600


def test_tasks_never_run_eagerly():
    assert not app.conf.task_always_eager


def world():
    """Everything that a task may change."""
    return {
        "legs": sorted(Leg.objects.values_list("pk", "status", "version", "epoch", "courier_id"), key=str),
        "loads": sorted(Courier.objects.values_list("pk", "load_legs"), key=str),
        "assignments": sorted(Assignment.objects.values_list("pk", "is_live"), key=str),
        "offers": sorted(Offer.objects.values_list("pk", "status"), key=str),
        "events": Event.objects.count(),
    }


@pytest.mark.django_db
@pytest.mark.parametrize("mode", ["assigned", "offered"])
@pytest.mark.parametrize("name", OURS)
def test_a_task_run_twice_leaves_what_it_left_the_first_time(name, mode, cast, hand_clock):
    if mode == "offered":
        freelance(cast.fleet)
    order, _ = placed(cast)
    values = {"zone_id": str(cast.zone.pk), "order_id": str(order.pk), "endpoint_id": str(order.pk)}
    arguments = {key: values[key] for key in inspect.signature(app.tasks[name].run).parameters}
    with losing_everything():
        app.tasks[name].run(**arguments)
        after_once = world()
        app.tasks[name].run(**arguments)
    assert world() == after_once


@pytest.mark.django_db
def test_zones_with_slots_are_planned_in_tasks_of_their_own_and_others_are_not_looked_at(cast, hand_clock):
    placed(cast)
    with losing_everything() as lost:
        app.tasks["maintenance.plan_due_tours"].run()
        assert lost == []
        placed(cast, drop_from=ready_in(120), drop_by=ready_in(180))
        app.tasks["maintenance.plan_due_tours"].run()
    assert lost[-1] == "maintenance.plan_tours_of"
    with delivering_at_once():
        app.tasks["maintenance.plan_due_tours"].run()
    assert len(kept_tours(cast.zone.pk).by_shift) == 1


@pytest.mark.django_db
def test_the_tick_sends_a_task_for_each_zone_that_is_due(cast):
    placed(cast)
    with losing_everything() as sent:
        plan_due_zones()
        assert take_turn(cast.zone.pk)
        plan_due_zones()
    assert sent == ["dispatch.plan_zone"]
