"""Figures of a kind replace each other as a whole, whoever writes at the same moment."""

import pytest
from django.db import connection

from apps.core.tests.racing import race
from apps.dispatch.learning.figures import Learned, write_figures
from apps.dispatch.models import FigureKind, LearnedFigure
from tests.cast import assemble_cast


def figures(zone, value, count=40):
    return [Learned(zone.pk, f"{key:02d}/bike", value, 0.1, 50, 5) for key in range(count)]


@pytest.mark.django_db
def test_figures_that_are_not_learned_any_more_go_and_other_kinds_stay(cast):
    write_figures(FigureKind.SERVICE, [Learned(cast.zone.pk, "pickup", 180.0, 9.0, 60, 5)])
    write_figures(FigureKind.TRAVEL, figures(cast.zone, 1.2, count=3))
    assert write_figures(FigureKind.TRAVEL, figures(cast.zone, 1.5, count=2)) == 2
    kept = LearnedFigure.objects.order_by("kind", "key").values_list("kind", "key", "value")
    assert list(kept) == [("service", "pickup", 180.0), ("travel", "00/bike", 1.5), ("travel", "01/bike", 1.5)]


@pytest.mark.django_db(transaction=True)
def test_learners_at_the_same_moment_leave_the_figures_of_one_of_them():
    zone = assemble_cast().zone
    for _ in range(5):
        race(4, lambda number: write_figures(FigureKind.TRAVEL, figures(zone, 1.0 + number)))
        connection.close()
        values = set(LearnedFigure.objects.values_list("value", flat=True))
        assert LearnedFigure.objects.count() == 40
        assert len(values) == 1
