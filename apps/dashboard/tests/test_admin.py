"""The admin site: complete, one door, and nothing in it that breaks an invariant."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import ApiKey, User
from apps.billing.models import LogPosition
from apps.billing.services import settle_order
from apps.billing.tests.carrying import carried
from apps.core import clock
from apps.core.ids import new_id
from apps.core.models import Event, IdempotentAnswer
from apps.couriers.models import Break, Courier, Device, PositionTrack, SignInCode, TrackMark
from apps.dashboard.tests.test_board_state import fill
from apps.dispatch.models import Assignment, FigureKind, FleetOffer, FleetRefusal, LearnedFigure, ProgressReport
from apps.hubs.models import Hub, Scan
from apps.orders.models import HandOn, IncidentKind, Leg, Order, Parcel, PinCheck, ProofFile, StopScan
from apps.orders.services import create_quote, index_orders_of, open_incident
from tests.cast import PASSWORD, Cast, new_order

OURS = [model for config in apps.get_app_configs() if config.name.startswith("apps.") for model in config.get_models()]


def test_every_table_is_in_the_admin():
    missing = [model._meta.label for model in OURS if not admin.site.is_registered(model)]
    assert missing == []


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_list_is_searchable_filterable_and_needs_the_same_queries_for_more_rows(
    cast: Cast, administrator: Client, model: Any
):
    registered = admin.site.get_model_admin(model)
    assert registered.search_fields
    assert registered.list_filter
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    fill(cast, 1)
    one_of_each_other(cast)
    few = queries(administrator, address)
    fill(cast, 6)
    for _ in range(3):
        one_of_each_other(cast)
    assert queries(administrator, address) <= few + 1, "one more may count the rows of a longer list"


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_row_opens(cast: Cast, administrator: Client, model: Any):
    fill(cast, 1)
    one_of_each_other(cast)
    row = model.objects.first()
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])
    page = administrator.get(address)
    assert page.status_code == 200
    for secret in ("secret_hash", "token_hash", "code_hash", "tracking_token"):
        assert f"id_{secret}" not in page.content.decode()
        assert f"field-{secret}" not in page.content.decode()


def test_what_services_guard_cannot_be_written_by_hand(cast: Cast, administrator: Client):
    address = reverse("admin:couriers_courier_change", args=[cast.bo.pk])
    form = {
        "fleet": cast.fleet.pk,
        "vehicle": cast.bo.vehicle_id,
        "name": "Bob",
        "phone": cast.bo.phone,
        "language": "en",
        "skills": "[]",
        "max_legs": 3,
        "is_active": "on",
        "status": "off_duty",
        "load_legs": 9,
        "version": 77,
    }
    assert administrator.post(address, form).status_code == 302
    bo = Courier.objects.get(pk=cast.bo.pk)
    assert (bo.name, bo.language, bo.max_legs) == ("Bob", "en", 3)
    assert (bo.status, bo.load_legs, bo.version) == (cast.bo.status, cast.bo.load_legs, cast.bo.version)


def test_a_key_is_revoked_by_hand(cast: Cast, administrator: Client):
    key = ApiKey.objects.get(organisation=cast.bakery)
    administrator.post(reverse("admin:accounts_apikey_changelist"), {"action": "revoke", "_selected_action": [key.pk]})
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_the_admin_has_no_door_of_its_own(cast: Cast, client: Client):
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0] == "/sign-in?next=/admin/"
    guess = client.post("/admin/login/", {"username": "ada@example.org", "password": PASSWORD})
    assert guess.status_code == 302
    assert guess["Location"].startswith("/sign-in")


def test_a_dispatcher_is_not_let_into_the_admin(cast: Cast, ada: Client):
    answer = ada.get("/admin/", follow=True)
    assert answer.status_code == 403
    assert "You may not open this page" in answer.content.decode()


def test_an_administrator_makes_a_user(cast: Cast, administrator: Client):
    form = {"email": "new@example.org", "name": "New", "password1": "quite-a-long-one", "password2": "quite-a-long-one"}
    inlines = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    answer = administrator.post(reverse("admin:accounts_user_add"), {**form, **inlines, "usable_password": "true"})
    assert answer.status_code == 302, answer.content
    assert User.objects.get(email="new@example.org").check_password("quite-a-long-one")


def one_of_each_other(cast: Cast) -> None:
    """The rows that placing, assigning and delivering do not leave behind."""
    create_quote(new_order(cast.bakery.pk))
    index_orders_of(Event.objects.all())
    at_a_hub(cast)
    of_phones_and_what_was_learned(cast)
    of_networks(cast)
    of_a_fleets_system(cast)
    settle_order(order_id=carried(cast, cast.bo).order_id)
    of_other_systems(cast)


def at_a_hub(cast: Cast) -> None:
    at = clock.now()
    hub = Hub.objects.create(
        organisation=cast.bakery, name=new_id().hex, address="1 quai de la Rapée", lat=48.85, lon=2.36, zone=cast.zone
    )
    parcel = Parcel.objects.last()
    assert parcel is not None
    open_incident(kind=IncidentKind.DAMAGED, parcel=parcel, hub_id=hub.pk)
    Scan.objects.create(
        hub=hub,
        client_id=new_id(),
        parcel=parcel,
        direction="in",
        device_time=at,
        ordered_at=at,
        shown_at=at,
        received_at=at,
        result={"outcome": "applied"},
    )


def of_phones_and_what_was_learned(cast: Cast) -> None:
    at, unique = clock.now(), new_id().hex
    PinCheck.objects.get_or_create(order=Order.objects.latest("id"))
    leg, parcel = Leg.objects.latest("id"), Parcel.objects.latest("id")
    at_door = {"leg": leg, "epoch": 1, "stop": "dropoff", "courier": cast.bo, "device_time": at}
    ProofFile.objects.create(client_id=new_id(), order_id=leg.order_id, kind="photo", **at_door)
    StopScan.objects.get_or_create(**at_door, parcel=parcel)
    Device.objects.create(courier=cast.bo, label="Phone", token_hash=unique)
    Break.objects.create(courier=cast.bo, shift=cast.bo.shift)
    SignInCode.objects.create(phone=cast.bo.phone, code_hash=unique, expires_at=at)
    PositionTrack.objects.create(courier=cast.bo, started_at=at, ended_at=at, points=[[at.timestamp(), 48.86, 2.35, 8]])
    TrackMark.objects.create(stream=unique)
    apps.get_model("mobile", "CourierAction").objects.create(  # dashboard does not import mobile
        courier=cast.bo, client_id=new_id(), kind="pause", sequence=1, device_time=at, result={"outcome": "applied"}
    )
    LearnedFigure.objects.create(
        zone=cast.zone, kind=FigureKind.PREPARATION, key=unique, value=600.0, spread=60.0, samples=20, days=4
    )


def of_networks(cast: Cast) -> None:
    tariff = apps.get_model("networks", "Tariff").objects.create(
        organisation=cast.fleet_owner, name="City", base_cents=500
    )
    apps.get_model("networks", "Connection").objects.create(
        organisation=cast.bakery,
        fleet=cast.fleet,
        executor=cast.fleet_owner,
        invited_by=cast.bakery,
        tariff=tariff,
        is_live=False,
    )
    order = Order.objects.exclude(pk__in=FleetRefusal.objects.values_list("order_id", flat=True)).first()
    FleetRefusal.objects.create(order=order, fleet=cast.fleet, reason="too far")
    owner_id = cast.fleet.organisation_id
    leg = Leg.objects.exclude(pk__in=HandOn.objects.values_list("leg_id", flat=True)).first()
    HandOn.objects.create(
        leg=leg, from_fleet=cast.fleet, to_fleet=cast.fleet, executor_id=owner_id, to_executor_id=owner_id
    )


def of_a_fleets_system(cast: Cast) -> None:
    at, leg = clock.now(), Leg.objects.earliest("id")
    FleetOffer.objects.create(
        leg=leg, fleet=cast.fleet, status="declined", payout_cents=500, currency="EUR", expires_at=at
    )
    reported = Assignment.objects.create(
        leg=leg, courier=cast.bo, epoch=1, is_live=False, assigned_by="fleet", pickup_place=0, dropoff_place=1
    )
    ProgressReport.objects.create(
        fleet_id=cast.fleet.pk, client_id=new_id(), assignment=reported, action="arrive", device_time=at, state={}
    )


def of_other_systems(cast: Cast) -> None:
    at, unique = clock.now(), new_id().hex
    endpoint = apps.get_model("webhooks", "Endpoint").objects.create(
        organisation=cast.bakery, url="https://example.org/hook", seed=unique
    )
    message = apps.get_model("webhooks", "Message").objects.create(
        endpoint=endpoint, event_id=new_id(), kind="order.placed", body="{}", next_attempt_at=at
    )
    apps.get_model("webhooks", "Attempt").objects.create(message=message, number=1, duration_ms=12, status_code=200)
    LogPosition.objects.create(reader=unique[:20], event_id=new_id())
    IdempotentAnswer.objects.create(
        principal="key", operation="POST /v1/orders", key=unique, fingerprint=unique, status=201, created_at=at
    )


def queries(client: Client, address: str) -> int:
    """How many queries a page takes."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)
