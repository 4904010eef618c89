"""`/v1/tariffs`: made and replaced by fleet owners, seen by them and by those who agreed on one."""

import pytest
from rest_framework.test import APIClient

from apps.accounts.services import create_api_key
from apps.core import clock, short_memory
from apps.core.ids import parse_public_id, public_id
from apps.core.models import Event
from apps.networks.lifecycle import ConnectionStatus
from apps.networks.models import Connection, Tariff

pytestmark = pytest.mark.django_db
PATH = "/v1/tariffs"
FULL = {
    "name": "Vélo, au kilomètre",
    "base_cents": 450,
    "per_km_cents": 110,
    "weight_bands": [{"up_to_g": 5000, "cents": 0}, {"up_to_g": None, "cents": 300}],
    "peaks": [{"from": "11:30", "to": "14:00", "days": [0, 1, 2, 3, 4], "cents": 90}],
    "tax_basis_points": 2000,
}


class System:
    """A system of an organisation with its key."""

    def __init__(self, organisation, **options) -> None:
        _, key = create_api_key(organisation_id=organisation.pk, name="system", **options)
        self.client = APIClient(HTTP_AUTHORIZATION=f"Bearer {key}")

    def posts(self, path=PATH, *, key="k-1", **changes):
        return self.client.post(path, {**FULL, **changes}, headers={"Idempotency-Key": key})

    def gets(self, path="", **query):
        return self.client.get(f"{PATH}{path}", query)


@pytest.fixture
def owner(cast):
    return System(cast.fleet_owner)


@pytest.fixture
def merchant(cast):
    return System(cast.bakery)


def error_code(answer) -> str:
    return answer.json()["error"]["code"]


def wrong_fields(answer) -> dict[str, str]:
    return {field["path"]: field["code"] for field in answer.json()["error"]["fields"]}


def nothing_written() -> bool:
    return not Tariff.objects.exists() and not Event.objects.exists()


def test_a_tariff_reads_back_as_it_was_made(owner, cast):
    zone = public_id("zon", cast.zone.pk)
    made = owner.posts(zones=[{"zone": zone, "cents": 60}])
    assert made.status_code == 201, made.json()
    tariff = made.json()
    assert tariff == {
        **FULL,
        "zones": [{"zone": zone, "cents": 60}],
        "id": tariff["id"],
        "currency": "EUR",
        "created_at": "2026-06-10T10:00:00Z",
        "retired_at": None,
        "replaced_by": None,
    }
    assert owner.gets(f"/{tariff['id']}").json() == tariff
    assert owner.gets().json() == {"data": [tariff], "next_cursor": None}
    assert [event.name for event in Event.objects.all()] == ["TariffCreated"]


def test_the_least_that_a_tariff_may_say_is_a_name_and_a_base_price(owner):
    made = owner.client.post(PATH, {"name": "Plain", "base_cents": 0}, headers={"Idempotency-Key": "k"}).json()
    assert (made["per_km_cents"], made["weight_bands"], made["peaks"], made["zones"]) == (0, [], [], [])


def test_peaks_without_days_are_of_every_day(owner):
    made = owner.posts(peaks=[{"from": "22:00", "to": "24:00", "cents": 1}]).json()
    assert made["peaks"] == [{"from": "22:00", "to": "24:00", "days": [0, 1, 2, 3, 4, 5, 6], "cents": 1}]


def test_the_same_request_again_makes_no_second_tariff(owner):
    first, again = owner.posts(), owner.posts()
    assert again.json() == first.json()
    assert Tariff.objects.count() == 1


def test_a_replaced_tariff_is_retired_names_its_successor_and_keeps_its_words(owner):
    old = owner.posts().json()
    new = owner.posts(f"{PATH}/{old['id']}/replace", key="k-2", base_cents=500).json()
    assert (new["base_cents"], new["retired_at"]) == (500, None)
    kept = owner.gets(f"/{old['id']}").json()
    assert kept == {**old, "retired_at": "2026-06-10T10:00:00Z", "replaced_by": new["id"]}
    assert [row["id"] for row in owner.gets(retired="false").json()["data"]] == [new["id"]]
    assert [row["id"] for row in owner.gets(retired="true").json()["data"]] == [old["id"]]
    names = [event.name for event in Event.objects.order_by("id")]
    assert names == ["TariffCreated", "TariffCreated", "TariffReplaced"]


def test_a_retired_tariff_is_not_replaced_again_and_says_by_which_it_was(owner):
    old = owner.posts().json()
    new = owner.posts(f"{PATH}/{old['id']}/replace", key="k-2").json()
    before = (list(Tariff.objects.order_by("pk").values()), Event.objects.count())
    refused = owner.posts(f"{PATH}/{old['id']}/replace", key="k-3")
    assert (refused.status_code, error_code(refused)) == (409, "tariff_retired")
    assert refused.json()["error"]["state"] == {"replaced_by": new["id"]}
    assert (list(Tariff.objects.order_by("pk").values()), Event.objects.count()) == before


WRONG = [
    ({"weight_bands": [{"up_to_g": 39_999, "cents": 0}]}, {"weight_bands[0].up_to_g": "not_covered"}),
    (
        {"weight_bands": [{"up_to_g": 50_000, "cents": 9}, {"up_to_g": 50_000, "cents": 8}]},
        {"weight_bands[1].up_to_g": "not_ascending", "weight_bands[1].cents": "not_ascending"},
    ),
    (
        {"weight_bands": [{"up_to_g": None, "cents": 0}, {"up_to_g": 50_000, "cents": 0}]},
        {"weight_bands[1].up_to_g": "not_ascending"},
    ),
    ({"peaks": [{"from": "14:00", "to": "14:00", "cents": 1}]}, {"peaks[0].to": "before_from"}),
    ({"peaks": [{"from": "14:00", "to": "15:00", "cents": 1, "days": [1, 1]}]}, {"peaks[0].days": "repeated"}),
    (
        {
            "peaks": [
                {"from": "12:00", "to": "14:00", "cents": 1, "days": [0, 1]},
                {"from": "14:00", "to": "15:00", "cents": 1, "days": [0, 1]},
                {"from": "13:59", "to": "14:01", "cents": 1, "days": [1, 2]},
            ]
        },
        {"peaks[2]": "overlapping"},
    ),
    ({"zones": [{"zone": "zon_" + "0" * 32, "cents": 1}]}, {"zones[0].zone": "unknown_zone"}),
    (
        {
            "weight_bands": [{"up_to_g": 5, "cents": 0}],
            "peaks": [{"from": "23:00", "to": "01:00", "cents": 1}],
            "zones": [{"zone": "zon_" + "0" * 32, "cents": 1}],
        },
        {"weight_bands[0].up_to_g": "not_covered", "peaks[0].to": "before_from", "zones[0].zone": "unknown_zone"},
    ),
]


@pytest.mark.parametrize(("changes", "fields"), WRONG)
def test_every_field_that_makes_no_sense_is_named_and_nothing_is_written(owner, changes, fields):
    refused = owner.posts(**changes)
    assert (refused.status_code, wrong_fields(refused)) == (422, fields)
    assert nothing_written()


MALFORMED = [
    ({"base_cents": -1}, {"base_cents": "min_value"}),
    ({"base_cents": 100_001}, {"base_cents": "max_value"}),
    ({"base_cents": 4.5}, {"base_cents": "invalid"}),
    (
        {"per_km_cents": 10_001, "tax_basis_points": 10_001},
        {"per_km_cents": "max_value", "tax_basis_points": "max_value"},
    ),
    ({"name": "x" * 81}, {"name": "max_length"}),
    ({"currency": "CHF"}, {"currency": "unknown_field"}),
    ({"peaks": [{"from": "25:00", "to": "9:00", "cents": 1}]}, {"peaks[0].from": "invalid", "peaks[0].to": "invalid"}),
    ({"peaks": [{"from": "24:00", "to": "24:00", "cents": 1}]}, {"peaks[0].from": "invalid"}),
    ({"peaks": [{"from": "09:00", "to": "10:00", "cents": 1, "days": [7]}]}, {"peaks[0].days[0]": "max_value"}),
    ({"peaks": [{"from": "09:00", "to": "10:00", "cents": 1, "days": []}]}, {"peaks[0].days": "min_length"}),
    (
        {"weight_bands": [{"up_to_g": 0, "cents": -1}]},
        {"weight_bands[0].up_to_g": "min_value", "weight_bands[0].cents": "min_value"},
    ),
    ({"weight_bands": [{"up_to_g": None, "cents": 0}] * 21}, {"weight_bands": "max_length"}),
    ({"zones": [{"zone": "paris", "cents": 1}]}, {"zones[0].zone": "malformed"}),
]


@pytest.mark.parametrize(("changes", "fields"), MALFORMED)
def test_what_is_not_as_documented_is_refused_by_its_path(owner, changes, fields):
    refused = owner.posts(**changes)
    assert (refused.status_code, wrong_fields(refused)) == (400, fields)
    assert nothing_written()


def test_who_owns_no_fleet_makes_no_tariff(merchant):
    refused = merchant.posts()
    assert (refused.status_code, error_code(refused)) == (403, "not_a_fleet_owner")
    assert nothing_written()


def test_a_key_that_may_only_read_makes_none(cast):
    refused = System(cast.fleet_owner, scopes=("connections:read",)).posts()
    assert (refused.status_code, error_code(refused)) == (403, "forbidden")
    assert nothing_written()


def test_a_strangers_tariff_is_not_found_and_not_replaced(owner, merchant, cast):
    made = owner.posts().json()
    assert merchant.gets(f"/{made['id']}").status_code == 404
    assert merchant.gets().json()["data"] == []
    cast.bakery.is_fleet_owner = True
    cast.bakery.save()
    refused = merchant.posts(f"{PATH}/{made['id']}/replace", key="k-2")
    assert (refused.status_code, error_code(refused)) == (404, "tariff_not_found")
    assert Tariff.objects.get().retired_at is None


def test_who_is_connected_sees_the_tariff_of_the_connection(owner, merchant, cast):
    made, other = owner.posts().json(), owner.posts(key="k-2").json()
    Connection.objects.create(
        organisation=cast.bakery,
        fleet=cast.fleet,
        executor=cast.fleet_owner,
        invited_by=cast.bakery,
        status=ConnectionStatus.ACCEPTED,
        accepted_at=clock.now(),
        tariff_id=parse_public_id("tar", made["id"]),
    )
    assert merchant.gets(f"/{made['id']}").json() == made
    assert merchant.gets(f"/{other['id']}").status_code == 404


def test_a_list_costs_the_same_for_one_tariff_and_for_ten(owner, django_assert_num_queries):
    for count in range(10):
        owner.posts(key=f"k-{count}")
        if count in (0, 9):
            short_memory.forget_everything()
            with django_assert_num_queries(2):  # the key, the tariffs
                assert len(owner.gets().json()["data"]) == count + 1
