"""A courier's phone is lost: signed out by the fleet in one web process, it is worth nothing in the other one."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest

from apps.accounts.services import create_api_key
from apps.core.ids import public_id
from apps.couriers.models import Device
from apps.couriers.services.devices import register_device
from tests.cast import CENTRE, assemble_cast
from tests.web_server import web_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def processes(database_url):
    """Two web servers of one process each: their addresses."""
    alone = {"COURSIER_WEB_WORKERS": "1"}
    with web_server(database_url, **alone) as one, web_server(database_url, **alone) as other:
        yield [one, other]


@pytest.fixture
def players(transactional_db, processes):
    return assemble_cast()


def calls(address, method, path, key, **options):
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.request(method, f"{address}{path}", headers=headers, trust_env=False, timeout=30, **options)


def position():
    point = {"lat": CENTRE.lat, "lon": CENTRE.lon, "device_time": "2026-06-10T10:00:00Z"}
    return {"positions": [point]}


def test_a_lost_phone_is_refused_with_its_next_call_in_every_process(players, processes):
    here, there = processes
    _, key = create_api_key(organisation_id=players.fleet_owner.pk, name="dispatch")
    lost = [register_device(courier_id=players.bo.pk, label=f"phone {n}") for n in range(2)]
    cys = register_device(courier_id=players.cy.pk, label="phone")
    for address in processes:
        for token in (*lost, cys):
            assert calls(address, "GET", "/mobile/v1/sync", token).status_code == 200
            assert calls(address, "POST", "/mobile/v1/positions", token, json=position()).status_code == 200
    gone = calls(here, "DELETE", f"/v1/couriers/{public_id('cou', players.bo.pk)}/devices", key)
    assert (gone.status_code, gone.json()) == (200, {"revoked": 2})
    for address in (there, here):
        for token in lost:
            assert calls(address, "GET", "/mobile/v1/sync", token).status_code == 401
            assert calls(address, "POST", "/mobile/v1/positions", token, json=position()).status_code == 401
        assert calls(address, "GET", "/mobile/v1/sync", cys).status_code == 200
    assert Device.objects.filter(courier=players.bo, revoked_at=None).count() == 0


def test_while_it_is_used_in_both_processes_it_ends_and_never_comes_back(players, processes):
    here, there = processes
    _, key = create_api_key(organisation_id=players.fleet_owner.pk, name="dispatch")
    token = register_device(courier_id=players.bo.pk, label="phone")

    both_use_it = Barrier(3)

    def uses(address):
        """The answers until a second after the first refusal."""
        found = [calls(address, "GET", "/mobile/v1/sync", token).status_code]
        both_use_it.wait(30)
        ends = time.monotonic() + 30
        while time.monotonic() < ends:
            found.append(calls(address, "GET", "/mobile/v1/sync", token).status_code)
            if found[-1] != 200 and found.count(found[-1]) == 1:
                ends = time.monotonic() + 1
        return found

    with ThreadPoolExecutor(2) as pool:
        seen = [pool.submit(uses, address) for address in (here, there)]
        both_use_it.wait(30)
        assert calls(here, "DELETE", f"/v1/couriers/{public_id('cou', players.bo.pk)}/devices", key).status_code == 200
    for answers in (one.result() for one in seen):
        assert answers[0] == 200
        assert answers == sorted(answers)
        assert set(answers) == {200, 401}
