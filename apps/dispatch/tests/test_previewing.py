"""A preview says what would be, and leaves everything as it is."""

import pytest

from apps.core.models import Event
from apps.dispatch.models import Assignment
from apps.dispatch.services import Change, plan_zone, preview_plan
from apps.orders.lifecycle import LegStatus
from tests.cast import placed

pytestmark = pytest.mark.django_db


def test_a_preview_commits_nothing(cast, hand_clock):
    _, leg = placed(cast)
    events = Event.objects.count()
    preview = preview_plan(zone_id=cast.zone.pk, change=Change())
    leg.refresh_from_db()
    assert preview.as_is == preview.as_if
    assert [commitment.leg_ids for commitment in preview.as_is.commitments] == [(str(leg.pk),)]
    assert (leg.status, Assignment.objects.count(), Event.objects.count()) == (LegStatus.OPEN, 0, events)


def test_without_the_courier_at_the_door_somebody_else_would_go_and_it_would_take_longer(cast, hand_clock):
    placed(cast)
    without = Change(without_couriers=frozenset({str(cast.bo.pk)}))
    preview = preview_plan(zone_id=cast.zone.pk, change=without)
    assert [route.courier_id for route in preview.as_is.routes] == [str(cast.bo.pk)]
    assert [route.courier_id for route in preview.as_if.routes] == [str(cast.cy.pk)]
    assert preview.added_min > 0


def test_without_its_only_leg_a_zone_has_nothing_to_do(cast, hand_clock):
    _, leg = placed(cast)
    preview = preview_plan(zone_id=cast.zone.pk, change=Change(without_legs=frozenset({str(leg.pk)})))
    assert preview.as_if.routes == ()
    assert preview.added_min < 0


def test_an_assignment_says_who_was_kept_from_the_leg_and_by_what(cast, hand_clock):
    _, leg = placed(cast, skills=["cold"])
    cast.cy.skills = ["cold"]
    cast.cy.save()
    plan_zone(cast.zone.pk)
    why = Assignment.objects.get(leg=leg).why
    assert why["excluded"] == [{"reason": "missing_skill", "count": 1, "courier_ids": [str(cast.bo.pk)]}]
