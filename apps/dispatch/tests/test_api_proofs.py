"""`GET /v1/proofs/{id}`: pictures for those who may see them."""

from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from apps.accounts.services import create_api_key, create_organisation
from apps.core import clock
from apps.core.ids import public_id
from apps.couriers.models import Fleet
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.services import assign_leg, unassign_leg
from apps.orders.models import ProofFile
from apps.orders.proof_storage import keep_file
from tests.cast import HOME, make_courier, placed

pytestmark = pytest.mark.django_db
PICTURE = b"\xff\xd8 as if"


@pytest.fixture
def proof(cast, settings, tmp_path):
    """A photo that Bo made at the door of his leg."""
    settings.MEDIA_ROOT = tmp_path
    order, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    leg.refresh_from_db()
    return ProofFile.objects.create(
        courier=cast.bo,
        client_id=uuid4(),
        order=order,
        leg=leg,
        epoch=leg.epoch,
        stop="dropoff",
        kind="photo",
        told_at=clock.now(),
        completed_at=clock.now(),
        stored_as=keep_file(order.pk, PICTURE),
    )


def client_of(organisation, **of_key):
    _, secret = create_api_key(organisation_id=organisation.pk, name="x", **of_key)
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {secret}")


def asks(client, proof, **headers):
    return client.get(f"/v1/proofs/{public_id('prf', proof.pk)}", **headers)


def test_the_merchant_and_the_fleet_that_carried_it_see_the_picture(cast, proof):
    for client in (client_of(cast.bakery), client_of(cast.fleet_owner)):
        answer = asks(client, proof, HTTP_ACCEPT="image/jpeg")
        assert (answer.status_code, answer.content) == (200, PICTURE)
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "private, max-age=3600"
        name = f"photo-{proof.order.short_code}-{proof.pk.hex[-6:]}.jpg"
        assert answer["Content-Disposition"] == f'inline; filename="{name}"'


def refused(answer):
    return answer.status_code, answer.json()["error"]["code"]


def test_nobody_else_learns_that_it_is_there(cast, proof):
    rival = create_organisation(name="Rival", slug="rival", is_merchant=True, is_fleet_owner=True)
    tests = client_of(cast.bakery, is_test=True)
    for client in (client_of(rival), tests):
        assert refused(asks(client, proof)) == (404, "proof_not_found")
    assert asks(APIClient(), proof).status_code == 401
    assert asks(client_of(cast.bakery, scopes=()), proof).status_code == 403


def test_a_fleet_that_has_the_leg_later_does_not_see_what_another_one_made(cast, proof):
    owner = create_organisation(name="Next", slug="next", is_fleet_owner=True)
    fleet = Fleet.objects.create(organisation=owner, name="Next", is_open=True)
    di = make_courier(fleet, cast.zone, name="Di", phone="+33639980003", at=HOME)
    unassign_leg(leg_id=proof.leg_id, reason="x")
    assign_leg(leg_id=proof.leg_id, courier_id=di.pk, by=AssignedBy.DISPATCHER)
    assert refused(asks(client_of(owner), proof)) == (404, "proof_not_found")
    assert asks(client_of(cast.fleet_owner), proof).status_code == 200


def test_before_it_is_whole_there_is_no_picture(cast, proof):
    ProofFile.objects.update(completed_at=None)
    assert refused(asks(client_of(cast.bakery), proof)) == (404, "proof_not_found")


def test_while_the_storage_is_away_it_is_asked_for_again(cast, proof, tmp_path):
    (tmp_path / proof.stored_as).unlink()
    assert refused(asks(client_of(cast.bakery), proof)) == (503, "unavailable")


def test_what_is_no_id_is_not_found(cast, proof):
    assert client_of(cast.bakery).get("/v1/proofs/prf_x").status_code == 404
