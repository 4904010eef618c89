"""Zones in service are looked up once a second, in every process."""

import pytest

from apps.core import short_memory
from apps.zones.models import Zone
from apps.zones.selectors import active_zones

pytestmark = pytest.mark.django_db


def test_zones_are_looked_up_once_a_second(cast, monkeypatch, django_assert_num_queries):
    at = 1000.0
    monkeypatch.setattr(short_memory.time, "monotonic", lambda: at)
    assert list(active_zones()) == [cast.zone]
    with django_assert_num_queries(0):
        active_zones()
    at += short_memory.LIFE_S
    with django_assert_num_queries(1):
        active_zones()


def test_what_another_process_changed_is_seen_a_second_later(cast, monkeypatch):
    at = 1000.0
    monkeypatch.setattr(short_memory.time, "monotonic", lambda: at)
    active_zones()
    Zone.objects.filter(pk=cast.zone.pk).update(is_active=False)
    at += short_memory.LIFE_S
    assert list(active_zones()) == []


def test_what_is_changed_here_is_seen_at_once(cast):
    assert list(active_zones()) == [cast.zone]
    cast.zone.is_active = False
    cast.zone.save()
    assert list(active_zones()) == []
    lyon = Zone.objects.create(name="Lyon", slug="lyon", ring=cast.zone.ring)
    assert list(active_zones()) == [lyon]
    lyon.delete()
    assert list(active_zones()) == []
