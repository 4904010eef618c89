"""`manage.py explain_models`: a person sees which figure holds, and why another does not."""

import json

import pytest
from django.core.management import CommandError, call_command

from apps.dispatch.learning.tests.riding import deliver_for_days
from apps.dispatch.learning.times import learn_times
from apps.dispatch.models import LearnedFigure

pytestmark = pytest.mark.django_db


def said(capsys, *arguments):
    call_command("explain_models", *arguments)
    return capsys.readouterr().out


def keep(cast, **changes):
    row = {"kind": "service", "key": "pickup", "value": 211.4, "spread": 30.0, "samples": 80, "days": 9, **changes}
    return LearnedFigure.objects.create(zone=cast.zone, **row)


def test_every_figure_stands_beside_what_it_replaces_and_why_it_is_used_or_not(cast, capsys):
    keep(cast)
    keep(cast, kind="travel", key="08/bike", value=1.25, spread=0.2, samples=12, days=9)
    keep(cast, kind="demand", key="weekday/12", value=3.5, spread=1.0, samples=40, days=2)
    lines = {line.split("  ")[1]: line.split() for line in said(capsys).splitlines() if line.startswith("  ")}
    assert lines["service pickup"][2:] == ["211", "30.00", "s", "180", "80", "9", "yes"]
    assert " ".join(lines["service dropoff"]).endswith("120 0 0 no: nothing learned yet")
    assert " ".join(lines["travel 08/bike"]).endswith("1.25 0.20 x straight line 1.00 12 9 no: 12 of 30 samples")
    assert " ".join(lines["demand weekday/12"]).endswith("3.50 1.00 orders/h none 40 2 no: 2 of 4 days")
    assert " ".join(lines["preparation -"]).endswith("as announced 0 0 no: nothing learned yet")


def test_columns_are_aligned(cast, capsys):
    keep(cast)
    keep(cast, kind="travel", key="08/cargo_bike", value=1.25)
    lines = [line for line in said(capsys).splitlines() if line.startswith("  ")]
    column = lines[0].index("in use")
    assert {line[column - 1] for line in lines} == {" "}
    assert all(line[column:].startswith(("in use", "yes", "no: ")) for line in lines)


def test_an_old_figure_says_that_it_is_old(cast, capsys, hand_clock):
    keep(cast)
    hand_clock.advance(days=40)
    assert "no: learned 40 days ago" in said(capsys)


def test_programs_get_json(cast, capsys, hand_clock):
    deliver_for_days(cast, hand_clock, days=1, a_day=2)
    learn_times()
    (zone,) = json.loads(said(capsys, "--json"))
    assert (zone["zone"], zone["slug"]) == ("Paris", "paris")
    service = {row["key"]: row for row in zone["figures"] if row["kind"] == "service"}
    assert service["pickup"]["value"] == pytest.approx(180)
    assert service["pickup"]["in_use"] is False
    assert service["pickup"]["why_unused"] == "2 of 50 samples"


@pytest.mark.parametrize("name", ["Paris", "paris"])
def test_one_zone_may_be_asked_for(cast, capsys, name):
    assert said(capsys, "--zone", name).startswith("\nParis (Europe/Paris): 0 figures learned; 0 in use")


def test_a_zone_that_is_not_there_is_named_with_those_that_are(cast):
    with pytest.raises(CommandError, match=r"'Lyon'.*Paris"):
        call_command("explain_models", "--zone", "Lyon")
