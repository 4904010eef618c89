"""Files of vehicles, couriers and shifts: good rows are in, the others come back alone, to be mended and sent again."""

import csv
import io

import pytest

from apps.core.ids import public_id
from apps.couriers.models import Courier, Device, Shift, Vehicle
from apps.couriers.services import deactivate_courier
from apps.couriers.tests.owning import events, new_courier, new_vehicle, nothing_changes, refused, wrong_fields

pytestmark = pytest.mark.django_db
VEHICLES = "external_id,kind,speed_kmh,max_weight_g,max_parcels\nV-1,bike,15,12000,6\nV-2,van,25.5,600000,80\n"
COURIERS = (
    "external_id,name,phone,vehicle_external_id,skills,max_legs\n"
    "K-1,Kim,+33639980010,V-1,cold|heavy,4\n"
    "K-2,Lou,+33639980011,V-2,,\n"
)
SHIFTS = (
    "courier_external_id,zone,starts_at,ends_at\n"
    "K-1,paris,2026-06-11T10:00:00+02:00,2026-06-11T14:00:00+02:00\n"
    "K-1,paris,2026-06-11T14:00:00+02:00,2026-06-11T18:00:00+02:00\n"
    "K-2,paris,2026-06-11T08:00:00Z,2026-06-11T16:00:00Z\n"
)


def counts(answer) -> tuple[int, int, int, int]:
    """Created, updated, unchanged, failed."""
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["imported"] == body["created"] + body["updated"] + body["unchanged"]
    return body["created"], body["updated"], body["unchanged"], len(body["failed"])


def why(answer) -> list[tuple[int, str, str]]:
    """Row, column and code of everything that failed."""
    return [(row["row"], field["path"], field["code"]) for row in answer.json()["failed"] for field in row["fields"]]


def table(text: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


@pytest.fixture
def staffed(owner) -> None:
    """Two vehicles and two couriers from files."""
    assert counts(owner.sends("vehicles", VEHICLES)) == (2, 0, 0, 0)
    assert counts(owner.sends("couriers", COURIERS)) == (2, 0, 0, 0)


def test_three_files_make_a_network(owner, cast, staffed):
    assert counts(owner.sends("shifts", SHIFTS)) == (3, 0, 0, 0)
    kim = Courier.objects.select_related("vehicle").get(external_id="K-1")
    assert (kim.name, kim.phone, kim.vehicle.external_id) == ("Kim", "+33639980010", "V-1")
    assert (kim.skills, kim.max_legs, kim.fleet_id) == (["cold", "heavy"], 4, cast.fleet.pk)
    lou = Courier.objects.select_related("vehicle").get(external_id="K-2")
    assert (lou.skills, lou.max_legs, lou.vehicle.speed_kmh) == ([], 8, 25.5)
    assert Shift.objects.filter(courier=kim).count() == 2
    told = [len(events(name)) for name in ("VehicleAdded", "CourierAdded", "ShiftPlanned")]
    assert told == [2, 2, 3]


def test_the_same_files_again_change_nothing(owner, staffed):
    owner.sends("shifts", SHIFTS)
    with nothing_changes():
        again = [counts(owner.sends(kind, text)) for kind, text in _files().items()]
    assert again == [(0, 0, 2, 0), (0, 0, 2, 0), (0, 0, 3, 0)]


def test_the_same_request_again_is_answered_from_the_first(owner):
    first = owner.sends("vehicles", VEHICLES, key="once")
    again = owner.sends("vehicles", VEHICLES, key="once")
    assert (again.json(), again["Idempotent-Replayed"]) == (first.json(), "true")
    other = owner.sends("vehicles", VEHICLES.replace("V-2", "V-3"), key="once")
    assert refused(other) == (422, "idempotency_key_reused")


def test_rows_that_say_something_else_change_it_and_blank_cells_say_nothing(owner, staffed):
    answer = owner.sends("couriers", "external_id,name,phone,max_legs,skills\nK-1,Kimi,,6,\nK-2,Lou,,,\n")
    assert counts(answer) == (0, 1, 1, 0)
    kim = Courier.objects.get(external_id="K-1")
    assert (kim.name, kim.max_legs, kim.skills) == ("Kimi", 6, ["cold", "heavy"])
    assert events("CourierChanged")[0]["fields"] == ["max_legs", "name"]


def test_a_courier_without_an_external_id_is_known_by_phone_and_may_get_one(owner, cast):
    answer = owner.sends("couriers", f"external_id;phone;name\r\nB-1;{cast.bo.phone};Bob\r\n")
    assert counts(answer) == (0, 1, 0, 0)
    bo = Courier.objects.get(pk=cast.bo.pk)
    assert (bo.external_id, bo.name, bo.status) == ("B-1", "Bob", "on_duty")


def test_another_phone_from_a_file_ends_the_devices(owner, staffed):
    kim = Courier.objects.get(external_id="K-1")
    Device.objects.create(courier=kim, label="phone", token_hash="h")
    assert counts(owner.sends("couriers", "external_id,phone\nK-1,+33639980012\n")) == (0, 1, 0, 0)
    assert Device.objects.get().revoked_at is not None


def test_good_rows_are_in_and_only_the_others_come_back(owner, staffed):
    text = (
        "external_id,name,phone,vehicle_external_id\n"
        "K-3,Max,+33639980013,V-1\n"
        "\n"
        "K-4,Nia,0639980014,V-1\n"
        "K-5,Oda,+33639980015,V-9\n"
        "K-6,,+33639980016,V-1\n"
    )
    answer = owner.sends("couriers", text)
    assert counts(answer) == (1, 0, 0, 3)
    assert why(answer) == [
        (4, "phone", "not_e164"),
        (5, "vehicle_external_id", "vehicle_not_found"),
        (6, "name", "required"),
    ]
    header, *rows = table(answer.json()["failed_csv"])
    assert header == ["error", "external_id", "name", "phone", "vehicle_external_id"]
    assert [row[1] for row in rows] == ["K-4", "K-5", "K-6"]
    assert rows[0][0].startswith("phone: A number in E.164")
    assert rows[1][3] == "'+33639980015"  # no formula for a spreadsheet


def test_the_failed_rows_are_mended_and_sent_again_as_they_came(owner, staffed):
    failed = owner.sends(
        "couriers", "external_id;name;phone;vehicle_external_id\nK-5;Oda;+33639980015;V-9\nK-6;Pia;+33639980016;V-9\n"
    ).json()["failed_csv"]
    again = owner.sends("couriers", failed)
    assert again.json()["failed_csv"] == failed  # nothing grows with every round
    assert counts(owner.sends("couriers", failed.replace("V-9", "V-1"))) == (2, 0, 0, 0)
    assert Courier.objects.get(external_id="K-5").phone == "+33639980015"


def test_what_a_stranger_wrote_into_a_cell_comes_back_without_power(owner):
    text = 'external_id,kind,label\n=1+1,bike,"=HYPERLINK(""http://x"",""y"")"\n"@SUM(A1)",bike,-2\n'
    failed = owner.sends("vehicles", text).json()["failed_csv"]
    _, *rows = table(failed)
    assert [row[1] for row in rows] == ["'=1+1", "'@SUM(A1)"]
    assert rows[0][3].startswith("'=HYPERLINK")
    assert rows[1][3] == "'-2"


@pytest.mark.parametrize(
    ("row", "path", "code"),
    [
        ("K-1,Kim,+33639980011,,", "phone", "phone_taken"),
        ("K-9,Kim,+33639980011,V-1,", "phone", "phone_taken"),
        ("K-9,Kim,+33639980019,,", "vehicle_external_id", "required"),
        ("K-9,Kim,,V-1,", "phone", "required"),
        (",Kim,,V-1,", "row", "required"),
        ("K-9,Kim,+33639980019,V-1,many", "max_legs", "invalid"),
        ("K-9,Kim,+33639980019,V-1,51", "max_legs", "max_value"),
        ("K-9,Kim,+33639980019,V-1,4,more", "row", "too_many_cells"),
    ],
)
def test_a_row_that_cannot_be_is_named_and_changes_nothing(owner, staffed, row, path, code):
    with nothing_changes():
        answer = owner.sends("couriers", f"external_id,name,phone,vehicle_external_id,max_legs\n{row}\n")
    assert why(answer) == [(2, path, code)]


def test_two_rows_about_one_are_one_too_many(owner, staffed):
    text = "external_id,name,phone,vehicle_external_id\nK-7,Max,+33639980017,V-1\nK-7,Max,+33639980017,V-2\n"
    assert why(owner.sends("couriers", f"{text},Max,+33639980017,V-2\n")) == [
        (3, "row", "repeated"),
        (4, "row", "repeated"),
    ]
    twice = owner.sends("vehicles", VEHICLES + "V-1,van,10,1,1\n")
    assert why(twice) == [(4, "external_id", "repeated")]


def test_of_several_fleets_a_row_says_which(owner, cast):
    other = owner.posts("fleets", {"name": "Night riders"}).json()["id"]
    text = "external_id,fleet_id,kind,speed_kmh,max_weight_g,max_parcels\n"
    answer = owner.sends("vehicles", f"{text}V-1,{other},bike,15,1,1\nV-2,,bike,15,1,1\n")
    assert why(answer) == [(3, "fleet_id", "required")]
    assert public_id("flt", Vehicle.objects.get(external_id="V-1").fleet_id) == other
    moved = owner.sends("vehicles", f"external_id,fleet_id\nV-1,{public_id('flt', cast.fleet.pk)}\n")
    assert why(moved) == [(2, "fleet_id", "cannot_change")]


def test_who_is_out_of_service_stays_so(owner, staffed):
    deactivate_courier(courier_id=Courier.objects.get(external_id="K-1").pk)
    with nothing_changes():
        answer = owner.sends("couriers", "external_id,name\nK-1,Kimi\n")
        shift = owner.sends("shifts", SHIFTS.partition("K-2")[0])
    assert why(answer) == [(2, "row", "courier_inactive")]
    assert {code for _, _, code in why(shift)} == {"courier_not_found"}


def test_a_retired_vehicle_goes_to_nobody(owner, cast, staffed):
    vehicle = owner.posts("vehicles", new_vehicle(cast, external_id="V-3")).json()["id"]
    owner.posts(f"vehicles/{vehicle}/retire")
    with nothing_changes():
        answer = owner.sends("couriers", "external_id,vehicle_external_id\nK-1,V-3\n")
        changed = owner.sends("vehicles", "external_id,label\nV-3,Red\n")
    assert [why(answer), why(changed)] == [
        [(2, "vehicle_external_id", "vehicle_retired")],
        [(2, "external_id", "vehicle_retired")],
    ]


@pytest.mark.parametrize(
    ("row", "path", "code"),
    [
        ("K-9,,paris,2026-06-12T08:00:00Z,2026-06-12T12:00:00Z", "courier_external_id", "courier_not_found"),
        (",,paris,2026-06-12T08:00:00Z,2026-06-12T12:00:00Z", "courier_external_id", "required"),
        ("K-1,,lyon,2026-06-12T08:00:00Z,2026-06-12T12:00:00Z", "zone", "zone_not_found"),
        ("K-1,,,2026-06-12T08:00:00Z,2026-06-12T12:00:00Z", "zone", "required"),
        ("K-1,,paris,2026-06-12T08:00:00,2026-06-12T12:00:00Z", "starts_at", "naive"),
        ("K-1,,paris,2026-06-12T08:00:00Z,", "ends_at", "required"),
        ("K-1,,paris,2026-06-12T08:00:00Z,2026-06-13T08:00:00Z", "ends_at", "too_long"),
        ("K-1,,paris,2026-06-11T11:00:00Z,2026-06-11T13:00:00Z", "starts_at", "shift_overlaps"),
        ("K-2,S-1,paris,2026-06-12T08:00:00Z,2026-06-12T12:00:00Z", "external_id", "cannot_change"),
    ],
)
def test_a_shift_that_cannot_be_is_named(owner, staffed, row, path, code):
    owner.sends(
        "shifts",
        "courier_external_id,external_id,zone,starts_at,ends_at\nK-1,S-1,paris,2026-06-11T12:00Z,2026-06-11T16:00Z\n",
    )
    with nothing_changes():
        answer = owner.sends("shifts", f"courier_external_id,external_id,zone,starts_at,ends_at\n{row}\n")
    assert why(answer) == [(2, path, code)]


def test_shifts_of_one_file_do_not_overlap_each_other(owner, staffed):
    answer = owner.sends("shifts", SHIFTS + "K-1,paris,2026-06-11T11:00:00Z,2026-06-11T13:00:00Z\n")
    assert counts(answer) == (3, 0, 0, 1)
    assert why(answer) == [(5, "starts_at", "shift_overlaps")]


def test_a_shift_is_moved_by_its_name_and_not_once_it_began(owner, cast, staffed, hand_clock):
    columns = "external_id,courier_phone,zone_id,starts_at,ends_at\n"
    rest = f"S-1,+33639980010,{public_id('zon', cast.zone.pk)}"
    first, later, last = (
        f"{columns}{rest},2026-06-{day}T12:00:00Z,2026-06-{day}T16:00:00Z\n" for day in ("11", "12", "13")
    )
    assert counts(owner.sends("shifts", first)) == (1, 0, 0, 0)
    assert counts(owner.sends("shifts", later)) == (0, 1, 0, 0)
    assert Shift.objects.get(external_id="S-1").starts_at.day == 12
    hand_clock.advance(days=2, hours=3)
    with nothing_changes():
        assert counts(owner.sends("shifts", later)) == (0, 0, 1, 0)
        assert why(owner.sends("shifts", last)) == [(2, "starts_at", "shift_began")]


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("", 400, "malformed_csv"),
        ("\n\n", 400, "malformed_csv"),
        (b"external_id\n\xff\n", 400, "malformed_csv"),
        ("external_id\na\0b\n", 400, "malformed_csv"),
        ('external_id\n"open\n', 400, "malformed_csv"),
        ('external_id\n"a"b\n', 400, "malformed_csv"),
        ("external_id,external_id\nx,y\n", 400, "invalid_request"),
        ("external_id,colour\nx,red\n", 400, "invalid_request"),
        ("external_id\n" + "x\n" * 1001, 413, "request_too_large"),
        ("external_id\n" + "x" * 1_048_576, 413, "request_too_large"),
    ],
)
def test_a_file_that_is_none_is_refused_as_a_whole(owner, text, status, code):
    with nothing_changes():
        answer = owner.sends("vehicles", text)
    assert refused(answer) == (status, code)


def test_a_column_that_does_not_exist_is_named(owner):
    answer = owner.sends("vehicles", "external_id,colour\nx,red\n")
    assert wrong_fields(answer) == {"colour": "unknown_field"}


def test_json_is_not_csv(owner):
    answer = owner.client.post("/v1/vehicles/import", {}, headers=owner.header(""))
    assert refused(answer) == (415, "unsupported_media_type")


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_whatever_a_spreadsheet_saves_is_read(owner, mark, delimiter, end):
    text = mark + VEHICLES.replace(",", delimiter).replace("\n", end)
    if delimiter == ";":
        text = text.replace("25.5", "25,5")  # as they count in French
    assert counts(owner.sends("vehicles", text)) == (2, 0, 0, 0)
    assert Vehicle.objects.get(external_id="V-2").speed_kmh == 25.5


def test_a_thousand_new_couriers_are_written_in_batches(owner, cast, staffed, django_assert_max_num_queries):
    rows = "".join(f"L-{number},Kim,+336399{number:05},V-1\n" for number in range(1_000))
    with django_assert_max_num_queries(50):  # SQLite takes 58 couriers or 111 events at a time
        answer = owner.sends("couriers", f"external_id,name,phone,vehicle_external_id\n{rows}")
    assert counts(answer) == (1_000, 0, 0, 0)


def test_rows_count_for_couriers_added_one_by_one_too(owner, cast):
    owner.posts("couriers", new_courier(cast, external_id="K-1"))
    assert counts(owner.sends("couriers", "external_id,name\nK-1,Kim\n")) == (0, 0, 1, 0)


def _files() -> dict[str, str]:
    return {"vehicles": VEHICLES, "couriers": COURIERS, "shifts": SHIFTS}


def test_a_file_brings_addresses_and_languages_and_a_blank_leaves_them(owner, cast):
    header, bo = "phone,email,language", cast.bo.phone
    made = owner.sends("couriers", f"{header}\n{bo},bo@example.org,en\n").json()
    assert (made["updated"], made["failed"]) == (1, [])
    again = owner.sends("couriers", f"{header}\n{bo},,\n").json()
    assert (again["unchanged"], again["failed"]) == (1, [])
    cast.bo.refresh_from_db()
    assert (cast.bo.email, cast.bo.language) == ("bo@example.org", "en")
    wrong = owner.sends("couriers", f"{header}\n{bo},nowhere,de\n").json()
    assert {field["path"] for field in wrong["failed"][0]["fields"]} == {"email", "language"}
