"""Which zones are planned now: those that were asked for or whose plan is old, but never twice within a moment."""

from uuid import uuid4

import pytest

from apps.core.redis import connection
from apps.dispatch.services.wakeups import due_zones, request_plan, take_turn

pytestmark = pytest.mark.django_db  # for the empty Redis at the start


def a_moment_passes(zone_id):
    connection().delete(f"plan:recent:{zone_id}")


def test_a_zone_that_nobody_has_planned_is_due():
    zone_id = uuid4()
    assert due_zones([zone_id]) == [zone_id]
    assert due_zones([]) == []


def test_a_zone_that_was_planned_is_due_once_something_changed_but_not_within_the_moment():
    planned, changed = uuid4(), uuid4()
    for zone_id in (planned, changed):
        assert take_turn(zone_id)
    request_plan(changed)
    assert due_zones([planned, changed]) == []
    a_moment_passes(planned)
    a_moment_passes(changed)
    assert due_zones([planned, changed]) == [changed]


def test_a_zone_whose_plan_is_old_is_due_though_nothing_changed():
    zone_id = uuid4()
    assert take_turn(zone_id)
    a_moment_passes(zone_id)
    connection().delete(f"plan:fresh:{zone_id}")
    assert due_zones([zone_id]) == [zone_id]


def test_a_zone_takes_its_turn_once():
    zone_id = uuid4()
    assert [take_turn(zone_id), take_turn(zone_id)] == [True, False]


def test_with_redis_away_every_zone_is_due(settings):
    zones = [uuid4(), uuid4()]
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    connection.cache_clear()
    try:
        assert due_zones(zones) == zones
        assert take_turn(zones[0])
    finally:
        connection.cache_clear()
