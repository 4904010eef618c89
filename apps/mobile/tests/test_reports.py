"""What goes wrong on the street: failures in codes, and incidents that a person sees to."""

from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from apps.accounts.services import create_api_key, create_organisation
from apps.core.ids import public_id
from apps.couriers.models import Courier
from apps.dispatch.models import Offer
from apps.dispatch.services import make_offer, set_pin, unassign_leg
from apps.mobile.tests.outcomes import applied, code, flag_of, of, status_of, told
from apps.orders.models import Incident
from apps.orders.services import raise_attention, resolve_incident
from apps.orders.tests.asking import nothing_changes
from tests.cast import freelance, placed

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(cast):
    """The system of the fleet's owner."""
    _, secret = create_api_key(organisation_id=cast.fleet_owner.pk, name="dispatch")
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {secret}")


def duty(cast):
    return Courier.objects.get(pk=cast.bo.pk).status


def listed(client):
    return client.get("/v1/incidents").json()["data"]


# --- failures


@pytest.mark.parametrize(
    ("stop", "said", "kept"),
    [
        ("dropoff", {"reason": "recipient_absent"}, ("recipient_absent", "")),
        ("dropoff", {"reason": "no_access", "note": "Code 12 is wrong"}, ("no_access", "Code 12 is wrong")),
        ("dropoff", {"reason": "closed"}, ("other", "closed")),  # a reason of pickups
        ("dropoff", {"reason": "the dog", "note": "bites"}, ("other", "the dog: bites")),
        ("pickup", {"reason": "not_ready"}, ("not_ready", "")),
        ("pickup", {"reason": "rain"}, ("other", "rain")),
    ],
)
def test_a_failure_has_a_code_and_other_words_are_its_note(bos_phone, bo_has, stop, said, kept):
    leg = bo_has()
    assert applied(*bos_phone.send(*bos_phone.way_of(leg)[: 3 if stop == "dropoff" else 1]))
    key = str(uuid4())
    assert applied(bos_phone.act("fail", proofs=[key], **said, **of(leg)))
    moved = told("LegMoved")[-1]
    assert (moved["after"], moved["reason"], moved["note"]) == ("failed", *kept)
    assert (status_of(leg), flag_of(leg)) == ("failed", (True, "failed"))
    assert leg.proof_files.get().stop == stop


def test_a_failure_is_an_incident_until_a_person_has_seen_to_it(bos_phone, bo_has, dee, ada):
    leg = bo_has()
    bos_phone.send(*bos_phone.way_of(leg)[:3])
    failure = bos_phone.action("fail", reason="no_access", note="Code 12 is wrong", **of(leg))
    for _ in range(2):
        bos_phone.send(failure)
    (shown,) = listed(dee.client)
    assert listed(ada) == [shown]
    assert (shown["kind"], shown["note"], shown["leg"]) == ("failed", "no_access: Code 12 is wrong", of(leg)["leg_id"])
    ada.post(f"/v1/incidents/{shown['id']}/resolve", {"resolution": "Sent back"}, headers={"Idempotency-Key": "r-1"})
    assert (status_of(leg), flag_of(leg)) == ("failed", (False, ""))


def test_a_failure_says_why(bos_phone, bo_has):
    leg = bo_has()
    bos_phone.send(*bos_phone.way_of(leg)[:1])
    assert code(bos_phone.act("fail", **of(leg))) == ("invalid_action", False)
    assert status_of(leg) == "at_pickup"


# --- incidents


def test_a_damaged_parcel_flags_its_order_and_both_sides_see_it(cast, bos_phone, bo_has, dee, ada):
    leg = bo_has()
    result = bos_phone.act("report", incident="damaged_parcel", note="Wet", **of(leg))
    assert applied(result)
    assert result["state"] == {"leg_id": public_id("leg", leg.pk), "status": "assigned", "epoch": leg.epoch}
    assert "is_paused" not in result
    assert (flag_of(leg), duty(cast), status_of(leg)) == ((True, "damaged_parcel"), "on_duty", "assigned")
    (shown,) = listed(dee.client)
    assert (
        shown.items()
        >= {
            "kind": "damaged_parcel",
            "order": public_id("ord", leg.order_id),
            "leg": public_id("leg", leg.pk),
            "courier": public_id("cou", cast.bo.pk),
            "parcel": None,
            "hub": None,
            "note": "Wet",
            "is_open": True,
        }.items()
    )
    assert listed(ada) == [shown]
    (opened,) = told("IncidentOpened")
    assert (opened["executor_id"], opened["kind"]) == (str(cast.fleet_owner.pk), "damaged_parcel")


def test_its_flag_falls_when_somebody_has_seen_to_it(bos_phone, bo_has, ada):
    leg = bo_has()
    bos_phone.act("report", incident="delay", **of(leg))
    (shown,) = listed(ada)
    answer = ada.post(
        f"/v1/incidents/{shown['id']}/resolve", {"resolution": "Called"}, headers={"Idempotency-Key": "r-1"}
    )
    assert (answer.status_code, answer.json()["is_open"]) == (200, False)
    assert flag_of(leg) == (False, "")


def test_strangers_do_not_see_it(bos_phone, bo_has):
    bos_phone.act("report", incident="delay", **of(bo_has()))
    bos_phone.act("report", incident="breakdown")
    incident = Incident.objects.first()
    for slug, kind in (("rival", {"is_merchant": True}), ("rival-fleet", {"is_fleet_owner": True})):
        other = create_organisation(name="Rival", slug=slug, **kind)
        _, secret = create_api_key(organisation_id=other.pk, name="x")
        client = APIClient(HTTP_AUTHORIZATION=f"Bearer {secret}")
        assert listed(client) == []
        with nothing_changes():
            refused = client.post(
                f"/v1/incidents/{public_id('inc', incident.pk)}/resolve", {}, headers={"Idempotency-Key": "r-1"}
            )
        assert refused.status_code == 404


def test_the_same_reported_twice_is_one_incident(bos_phone, bo_has):
    leg = bo_has()
    first = bos_phone.action("report", incident="delay", **of(leg))
    assert [bos_phone.send(first)[0]["outcome"] for _ in range(2)] == ["applied", "replayed"]
    assert applied(bos_phone.act("report", incident="delay", **of(leg)))
    assert Incident.objects.count() == len(told("IncidentOpened")) == 1


def test_an_accident_pauses_and_gives_back_what_is_not_picked_up(cast, bos_phone, bo_has, ada):
    on_board, waiting, pinned = bo_has(), bo_has(), bo_has()
    assert applied(*bos_phone.send(*bos_phone.way_of(on_board)[:2]))
    set_pin(leg_id=pinned.pk, is_pinned=True)
    result = bos_phone.act("report", incident="accident", note="Fell")
    assert (result["outcome"], result["is_paused"]) == ("applied", True)
    assert (duty(cast), status_of(waiting)) == ("paused", "open")
    assert (status_of(on_board), status_of(pinned)) == ("picked_up", "assigned")
    assert flag_of(on_board) == flag_of(pinned) == (True, "accident")
    assert flag_of(waiting) == (False, "")
    assert {row["leg"] for row in listed(ada)} == {public_id("leg", leg.pk) for leg in (on_board, pinned)}
    assert Courier.objects.get(pk=cast.bo.pk).load_legs == 2
    assert [stop["leg_id"] for stop in bos_phone.sync()["stops"]].count(public_id("leg", waiting.pk)) == 0


def test_a_breakdown_with_nothing_on_board_is_told_to_the_fleet_alone(cast, bos_phone, bo_has, dee, ada):
    leg = bo_has()
    assert applied(bos_phone.act("report", incident="breakdown", note="Chain"))
    assert (duty(cast), status_of(leg)) == ("paused", "open")
    assert listed(dee.client) == []
    (shown,) = listed(ada)
    assert (shown["order"], shown["short_code"], shown["courier"]) == (None, "", public_id("cou", cast.bo.pk))
    answer = ada.post(f"/v1/incidents/{shown['id']}/resolve", {}, headers={"Idempotency-Key": "r-1"})
    assert (answer.status_code, answer.json()["is_open"]) == (200, False)


def test_offers_that_wait_go_to_others(cast, bos_phone):
    freelance(cast.fleet)
    _, leg = placed(cast)
    offer = make_offer(leg_id=leg.pk, leg_version=leg.version, courier_id=cast.bo.pk)
    assert applied(bos_phone.act("report", incident="accident"))
    assert (Offer.objects.get(pk=offer.pk).status, status_of(leg)) == ("withdrawn", "open")


def test_off_duty_an_accident_is_taken_too(cast, bos_phone, ada):
    bos_phone.act("end_shift")
    assert applied(bos_phone.act("report", incident="accident"))
    assert (duty(cast), len(listed(ada))) == ("off_duty", 1)


def test_it_happened_though_the_leg_has_gone_to_somebody_else(bos_phone, bo_has):
    leg = bo_has()
    unassign_leg(leg_id=leg.pk, reason="too far")
    result = bos_phone.act("report", incident="damaged_parcel", **of(leg))
    assert applied(result)
    assert (result["state"]["status"], flag_of(leg)) == ("open", (True, "damaged_parcel"))


def test_damage_found_before_the_delivery_flags_its_order_until_somebody_has_seen_to_it(bos_phone, bo_has):
    leg = bo_has()
    *way, deliver = bos_phone.way_of(leg)
    assert applied(*bos_phone.send(*way), bos_phone.act("report", incident="damaged_parcel", **of(leg)))
    raise_attention(order_id=leg.order_id, reason="late")
    assert applied(*bos_phone.send(deliver))
    assert flag_of(leg) == (True, "damaged_parcel")  # that it was late is over
    resolve_incident(incident_id=Incident.objects.get().pk)
    assert flag_of(leg) == (False, "")
    assert [cleared["reason"] for cleared in told("AttentionCleared")] == ["damaged_parcel"]


def test_damage_found_after_the_delivery_flags_an_order_that_has_ended(bos_phone, bo_has):
    leg = bo_has()
    assert applied(*bos_phone.send(*bos_phone.way_of(leg)))
    assert applied(bos_phone.act("report", incident="damaged_parcel", **of(leg)))
    assert (status_of(leg), flag_of(leg)) == ("delivered", (True, "damaged_parcel"))


def test_a_leg_that_never_was_theirs_is_not_reported(cys_phone, bo_has):
    leg = bo_has()
    with nothing_changes():
        assert code(cys_phone.act("report", incident="delay", **of(leg))) == ("not_your_leg", False)
        strange = {"leg_id": public_id("leg", uuid4()), "epoch": 1}
        assert code(cys_phone.act("report", incident="accident", **strange)) == ("leg_not_found", False)
    assert not Incident.objects.exists()


def test_an_unknown_incident_is_refused(bos_phone):
    for said in ({}, {"incident": "misrouted"}, {"incident": "alien"}):
        assert code(bos_phone.act("report", **said)) == ("invalid_action", False)
    assert not Incident.objects.exists()


def test_an_accident_that_is_told_after_the_courier_resumed_leaves_duty_alone(cast, bos_phone, bo_has, hand_clock):
    accident = bos_phone.action("report", incident="accident")
    hand_clock.advance(minutes=20)
    resume = bos_phone.action("resume")
    leg = bo_has()
    assert applied(*bos_phone.send(resume))
    result = bos_phone.send(accident)[0]
    assert applied(result)
    assert ("is_paused" in result, duty(cast), status_of(leg)) == (False, "on_duty", "assigned")
    assert Incident.objects.count() == 1


def test_a_resume_from_before_the_accident_comes_too_late(cast, bos_phone):
    resume, accident = bos_phone.action("resume"), bos_phone.action("report", incident="accident")
    assert applied(*bos_phone.send(accident))
    assert code(bos_phone.send(resume)[0]) == ("superseded", False)
    assert duty(cast) == "paused"
