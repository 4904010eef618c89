"""Statements over HTTP: both sides see the same sum, in three formats, and nobody else sees any."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from apps.accounts.models import ApiKey
from apps.accounts.services import create_api_key, create_organisation, revoke_api_key
from apps.billing.models import Charge, Statement
from apps.billing.services import settle_order
from apps.billing.tests.carrying import DELIVERED, carried, carry
from apps.billing.tests.reading import cents, rows_of, table_of, texts_of
from apps.core import short_memory
from apps.core.ids import public_id
from apps.networks.models import Connection
from apps.orders.models import Leg
from apps.orders.services import NewParcel, place_order
from tests.agreements import a_fleet, a_tariff, connected
from tests.cast import make_courier, new_order

pytestmark = pytest.mark.django_db
JUNE = "2026-06"


class System:
    """A system of an organisation with its key."""

    def __init__(self, organisation_id: UUID, **options) -> None:
        _, key = create_api_key(organisation_id=organisation_id, name="accounts", **options)
        self.client = APIClient(HTTP_AUTHORIZATION=f"Bearer {key}")

    def lists(self, **query):
        return self.client.get("/v1/statements", {"month": JUNE, **query})

    def gets(self, statement_id, **query):
        return self.client.get(f"/v1/statements/{statement_id}", query)

    def of_connection(self, connection, month=JUNE, **query):
        return self.client.get(f"/v1/connections/{public_id('con', connection.pk)}/statements/{month}", query)


@pytest.fixture
def bakery(cast):
    return System(cast.bakery.pk)


@pytest.fixture
def riders(night_rider):
    return System(night_rider.fleet.organisation_id)


@pytest.fixture
def stranger(cast):
    return System(create_organisation(name="Fay's flowers", slug="fays-flowers", is_merchant=True).pk)


def charged(cast, courier, **changes) -> Charge:
    (charge,) = settle_order(order_id=carried(cast, courier, **changes).order_id)
    return charge


@pytest.fixture
def connection(cast, night_rider, hand_clock):
    """Three deliveries in June over the connection, one of them heavy, and one in July."""
    tariff = a_tariff(
        night_rider.fleet,
        tax_basis_points=1_990,
        weight_bands=[{"up_to_g": 5_000, "cents": 0}, {"up_to_g": None, "cents": 33}],
    )
    Connection.objects.update(tariff=tariff)
    for number, grams in enumerate((800, 9_000, 100)):
        charged(cast, night_rider, external_id=f"Réf-{number}", parcels=(NewParcel(weight_g=grams),))
        hand_clock.advance(minutes=7)
    hand_clock.moment = datetime(2026, 7, 1, 0, 0, tzinfo=UTC)
    charged(cast, night_rider)
    return Connection.objects.get()


def error_code(answer) -> str:
    return answer.json()["error"]["code"]


def test_a_statement_is_the_same_sum_in_all_three_formats_and_for_both_sides(bakery, riders, connection):
    charges = list(Charge.objects.filter(statement__month=JUNE))
    wanted = [sum(getattr(c, f"{name}_cents") for c in charges) for name in ("net", "tax", "gross")]
    assert (len(charges), wanted[0] + wanted[1]) == (3, wanted[2])
    for system in (bakery, riders):
        told = system.of_connection(connection).json()
        assert [told[name]["amount"] for name in ("net", "tax", "gross")] == wanted
        assert sum(row["gross"]["amount"] for row in told["data"]) == wanted[2]
        for row in told["data"]:
            assert sum(line["amount"] for line in row["lines"]) == row["gross"]["amount"]
        *rows, total = rows_of(system.of_connection(connection, format="csv").content.decode())
        assert [cents(total[name]) for name in ("net", "tax", "gross")] == wanted
        assert [sum(cents(row[name]) for row in rows) for name in ("net", "tax", "gross")] == wanted
        *lines, last = table_of(system.of_connection(connection, format="pdf").content)
        assert [cents(text) for text in last[-3:]] == wanted
        assert [sum(cents(line[column]) for line in lines) for column in (-3, -2, -1)] == wanted


def test_a_statement_says_who_owes_whom_for_what(bakery, connection, cast, night_rider):
    told = bakery.of_connection(connection).json()
    newest = told.pop("data")[0]
    assert told == {
        "id": told["id"],
        "month": JUNE,
        "is_closed": True,
        "connection": public_id("con", connection.pk),
        "orderer": {"id": public_id("org", cast.bakery.pk), "name": "Dee's bakery"},
        "executor": {"id": public_id("org", connection.executor_id), "name": "Night Riders SARL"},
        "charges": 3,
        "net": told["net"],
        "tax": told["tax"],
        "gross": told["gross"],
        "next_cursor": None,
    }
    charge = Charge.objects.filter(statement__month=JUNE).order_by("-pk").first()
    assert newest == {
        "id": public_id("cha", charge.pk),
        "kind": "delivery",
        "at": "2026-06-10T10:14:00Z",
        "order": public_id("ord", charge.order_id),
        "external_id": "Réf-2",
        "leg": public_id("leg", charge.leg_id),
        "fleet": public_id("flt", night_rider.fleet_id),
        "tariff": public_id("tar", connection.tariff_id),
        "lines": [
            {"code": "base", "label": "Base price", "amount": 500},
            {"code": "distance", "label": "2.1 km", "amount": 207, "quantity": 2.071, "unit": "km", "unit_price": 100},
            {"code": "tax", "label": "Tax 19.9 %", "amount": 141},
        ],
        "net": {"amount": 707, "currency": "EUR"},
        "tax": {"amount": 141, "currency": "EUR"},
        "gross": {"amount": 848, "currency": "EUR"},
    }
    assert bakery.gets(told["id"]).json() == {**told, "data": bakery.of_connection(connection).json()["data"]}


def test_a_csv_is_a_file_with_a_row_per_charge_oldest_first(bakery, connection):
    answer = bakery.of_connection(connection, format="csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="statement-2026-06-')
    rows = rows_of(answer.content.decode())
    assert [row["external_id"] for row in rows] == ["Réf-0", "Réf-1", "Réf-2", ""]
    assert rows[1]["lines"] == "Base price 5.00; 2.1 km 2.07; 9.0 kg 0.33; Tax 19.9 % 1.47"
    assert (rows[0]["at"], rows[0]["kind"], rows[0]["currency"]) == ("2026-06-10T10:00:00Z", "delivery", "EUR")


def test_a_pdf_is_a_file_with_accents(bakery, connection):
    answer = bakery.of_connection(connection, format="pdf")
    assert answer["Content-Type"] == "application/pdf"
    texts = texts_of(answer.content)
    assert {"Statement 2026-06", "From: Night Riders SARL", "To: Dee's bakery", "Réf-1"} <= set(texts)


def test_the_orderers_references_are_for_the_orderer_in_all_three_formats(bakery, riders, connection):
    for system, shown in ((bakery, {"Réf-0", "Réf-1", "Réf-2"}), (riders, set())):
        listed = system.of_connection(connection)
        statement = listed.json()["id"]
        for answer in (listed, system.gets(statement)):
            assert {row["external_id"] for row in answer.json()["data"]} == (shown or {None})
        for file in (system.of_connection(connection, format="csv"), system.gets(statement, format="csv")):
            *rows, _ = rows_of(file.content.decode())
            assert {row["external_id"] for row in rows} == (shown or {""})
        for file in (system.of_connection(connection, format="pdf"), system.gets(statement, format="pdf")):
            assert {text for text in texts_of(file.content) if text.startswith("Réf-")} == shown
            assert len(table_of(file.content)) == 4


def test_a_file_is_given_whatever_is_accepted(bakery, connection):
    path = f"/v1/connections/{public_id('con', connection.pk)}/statements/{JUNE}?format=csv"
    assert bakery.client.get(path, headers={"Accept": "text/csv"}).status_code == 200


def test_a_stranger_finds_neither_a_statement_nor_its_connection(stranger, bakery, connection):
    statement = bakery.of_connection(connection).json()["id"]
    for form in ("json", "csv", "pdf"):
        for answer in (stranger.of_connection(connection, format=form), stranger.gets(statement, format=form)):
            assert (answer.status_code, error_code(answer)) == (404, "statement_not_found")
    assert stranger.lists().json() == {"data": [], "next_cursor": None}


def test_a_key_without_the_scope_sees_nothing(cast, connection):
    till = System(cast.bakery.pk, scopes=("orders:read", "orders:write"))
    assert till.lists().status_code == till.of_connection(connection).status_code == 403


def test_a_revoked_key_sees_nothing(cast, connection):
    system = System(cast.bakery.pk)
    revoke_api_key(key_id=ApiKey.objects.get(name="accounts", organisation=cast.bakery).pk)
    assert system.of_connection(connection).status_code == 401


@pytest.mark.parametrize("month", ["2026-13", "2026-6", "june", "2026-06-01"])
def test_a_month_that_is_none_is_not_found(bakery, connection, month):
    assert bakery.of_connection(connection, month).status_code == 404


def test_a_month_without_a_charge_is_a_statement_of_nothing(bakery, riders, connection):
    told = riders.of_connection(connection, "2026-05").json()
    assert (told["id"], told["charges"], told["gross"]) == (None, 0, {"amount": 0, "currency": "EUR"})
    assert told["data"] == []
    *rows, total = rows_of(bakery.of_connection(connection, "2026-05", format="csv").content.decode())
    assert (rows, total["gross"]) == ([], "0.00")
    assert table_of(bakery.of_connection(connection, "2026-05", format="pdf").content)[-1][-1] == "0.00"
    assert not Statement.objects.filter(month="2026-05").exists()


def test_a_month_that_is_not_over_says_so(bakery, connection):
    assert bakery.of_connection(connection, "2026-07").json()["is_closed"] is False
    assert bakery.of_connection(connection, "2026-06").json()["is_closed"] is True


def test_charges_come_in_pages_and_the_sum_stays(bakery, connection):
    first = bakery.of_connection(connection, limit=2).json()
    rest = bakery.of_connection(connection, limit=2, cursor=first["next_cursor"]).json()
    assert (len(first["data"]), len(rest["data"]), rest["next_cursor"]) == (2, 1, None)
    assert first["gross"] == rest["gross"]


def test_a_month_charged_in_two_currencies_asks_which(bakery, connection, cast, night_rider, hand_clock):
    Connection.objects.update(tariff=a_tariff(night_rider.fleet, currency="CHF"))
    charged(cast, night_rider)
    refused = bakery.of_connection(connection, "2026-07")
    assert (refused.status_code, error_code(refused)) == (409, "several_currencies")
    assert refused.json()["error"]["state"] == {"currencies": ["CHF", "EUR"]}
    swiss = bakery.of_connection(connection, "2026-07", currency="CHF").json()
    assert (swiss["charges"], swiss["gross"]) == (1, {"amount": 707, "currency": "CHF"})


def test_a_list_has_each_connection_and_each_owner_of_open_fleets(bakery, riders, connection, cast, hand_clock):
    hand_clock.moment = datetime(2026, 6, 20, 9, 0, tzinfo=UTC)
    for _ in range(2):
        charged(cast, cast.bo)
    listed = bakery.lists().json()["data"]
    assert [(row["executor"]["name"], row["connection"] is None, row["charges"]) for row in listed] == [
        ("Vélo Express", True, 2),
        ("Night Riders SARL", False, 3),
    ]
    alone = bakery.of_connection(connection).json()
    assert listed[1] == {name: value for name, value in alone.items() if name not in ("data", "next_cursor")}
    assert [row["id"] for row in riders.lists().json()["data"]] == [alone["id"]]
    assert [row["charges"] for row in System(cast.fleet_owner.pk).lists().json()["data"]] == [2]


def test_an_open_fleets_statement_is_read_by_its_id_by_both_sides(bakery, cast, stranger):
    charge = charged(cast, cast.bo)
    (listed,) = bakery.lists().json()["data"]
    for system in (bakery, System(cast.fleet_owner.pk)):
        told = system.gets(listed["id"]).json()
        assert told["gross"]["amount"] == charge.gross_cents
        assert (
            cents(rows_of(system.gets(listed["id"], format="csv").content.decode())[-1]["gross"]) == charge.gross_cents
        )
    assert stranger.gets(listed["id"]).status_code == 404


def test_a_list_may_be_of_one_side(cast, bakery, own_rider, night_rider):
    charged(cast, night_rider)
    florist = create_organisation(name="Fay's flowers", slug="fays-flowers", is_merchant=True)
    own_rider.fleet.is_open = True
    own_rider.fleet.save()
    order = place_order(new_order(florist.pk))
    settle_order(order_id=carry(Leg.objects.get(order=order), own_rider, *DELIVERED).order_id)
    assert [row["orderer"]["name"] for row in bakery.lists(side="executor").json()["data"]] == ["Fay's flowers"]
    assert [row["orderer"]["name"] for row in bakery.lists(side="orderer").json()["data"]] == ["Dee's bakery"]
    assert len(bakery.lists().json()["data"]) == 2


def test_a_list_without_a_month_or_of_an_unknown_side_is_refused(bakery):
    assert bakery.client.get("/v1/statements").status_code == 400
    assert bakery.lists(month="2026-13").status_code == 400
    assert bakery.lists(side="both").status_code == 400


def test_what_robots_carried_is_seen_with_a_test_key_only(cast, bakery):
    charged(cast, cast.bo, is_test=True)
    assert bakery.lists().json()["data"] == []
    (listed,) = System(cast.bakery.pk, is_test=True).lists().json()["data"]
    assert bakery.gets(listed["id"]).status_code == 404


def test_a_list_and_a_statement_cost_the_same_queries_however_much_is_in_them(cast, bakery, django_assert_num_queries):
    couriers = []
    for number in range(5):
        fleet = a_fleet(f"Fleet {number}")
        connected(cast.bakery, fleet, tariff=a_tariff(fleet))
        couriers.append(make_courier(fleet, cast.zone, name=f"Kim {number}", phone=f"+3363998001{number}"))
    for courier in (couriers[0], couriers[0], *couriers):
        charged(cast, courier)
        short_memory.forget_everything()
        with django_assert_num_queries(3):  # the key, the statements, their sums
            listed = bakery.lists().json()["data"]
        for form, queries in (("json", 4), ("csv", 3), ("pdf", 3)):
            short_memory.forget_everything()
            with django_assert_num_queries(queries):  # the key, the statement, its sums and charges
                assert bakery.gets(listed[-1]["id"], format=form).status_code == 200
    assert [row["charges"] for row in listed] == [1, 1, 1, 1, 3]
