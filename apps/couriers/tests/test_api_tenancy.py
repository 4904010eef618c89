"""Whose network it is: every operation, asked by everybody whom it is not for."""

import pytest

from apps.core.ids import public_id
from apps.couriers.tests.owning import code_of, new_courier, new_shift, new_vehicle, nothing_changes, refused

pytestmark = pytest.mark.django_db
OF_ONE = ("fleets", "vehicles", "couriers", "shifts")


@pytest.fixture
def ids(cast) -> dict[str, str]:
    """One of each, of Vélo Express."""
    return {
        "fleets": public_id("flt", cast.fleet.pk),
        "vehicles": public_id("veh", cast.bo.vehicle_id),
        "couriers": public_id("cou", cast.bo.pk),
        "shifts": public_id("shi", cast.bo.shift_id),
    }


def writes_to_one(system, ids):
    """Everything that changes one of them."""
    return {
        "fleets": system.patches(f"fleets/{ids['fleets']}", name="Mine"),
        "vehicles": system.patches(f"vehicles/{ids['vehicles']}", label="Mine"),
        "retire": system.posts(f"vehicles/{ids['vehicles']}/retire"),
        "couriers": system.patches(f"couriers/{ids['couriers']}", name="Mine"),
        "activate": system.posts(f"couriers/{ids['couriers']}/activate"),
        "deactivate": system.posts(f"couriers/{ids['couriers']}/deactivate"),
        "devices": system.deletes(f"couriers/{ids['couriers']}/devices"),
        "shifts": system.patches(f"shifts/{ids['shifts']}", ends_at="2026-06-12T10:00:00Z"),
        "delete_shift": system.deletes(f"shifts/{ids['shifts']}"),
    }


def creations(system, cast):
    """Everything that makes something new, in the cast's fleet where one is named."""
    return {
        "vehicles": system.posts("vehicles", new_vehicle(cast)),
        "couriers": system.posts("couriers", new_courier(cast)),
        "shifts": system.posts("shifts", new_shift(cast)),
    }


def files(system):
    """Every file."""
    return {kind: system.sends(kind, "external_id\nX-1\n") for kind in ("vehicles", "couriers", "shifts")}


def test_another_owner_finds_nothing(rival, cast, ids):
    for kind in OF_ONE:
        assert rival.lists(kind) == []
        answer = rival.gets(f"{kind}/{ids[kind]}")
        assert (answer.status_code, code_of(answer).endswith("_not_found")) == (404, True)


def test_another_owner_changes_nothing(rival, cast, ids):
    with nothing_changes():
        statuses = {name: answer.status_code for name, answer in writes_to_one(rival, ids).items()}
        statuses |= {f"new {name}": answer.status_code for name, answer in creations(rival, cast).items()}
    assert statuses == dict.fromkeys(statuses, 404)


def test_filters_by_what_is_of_others_find_nothing(rival, cast, ids):
    assert rival.lists("couriers", fleet_id=ids["fleets"]) == []
    assert rival.lists("vehicles", fleet_id=ids["fleets"]) == []
    assert rival.lists("shifts", courier_id=ids["couriers"]) == []


def test_another_owners_file_neither_finds_nor_names_what_is_of_others(rival, owner, cast, ids):
    owner.posts("vehicles", new_vehicle(cast, external_id="V-1"))
    rival.posts("fleets", {"name": "Rush"})
    with nothing_changes():
        couriers = rival.sends("couriers", f"name,phone,vehicle_id\nKim,+33639980010,{ids['vehicles']}\n").json()
        moved = rival.sends("couriers", f"fleet_id,name,phone\n{ids['fleets']},Kim,+33639980010\n").json()
        shifts = rival.sends(
            "shifts",
            f"courier_phone,zone,starts_at,ends_at\n{cast.bo.phone},paris,2026-06-11T12:00Z,2026-06-11T16:00Z\n",
        ).json()
    codes = [answer["failed"][0]["fields"][0]["code"] for answer in (couriers, moved, shifts)]
    assert codes == ["vehicle_not_found", "fleet_not_found", "courier_not_found"]


def test_a_plain_merchant_is_told_why_it_may_not_write(merchant, cast, ids):
    with nothing_changes():
        answers = [*writes_to_one(merchant, ids).values(), *creations(merchant, cast).values()]
        answers += [*files(merchant).values(), merchant.posts("fleets", {"name": "Mine"})]
    assert {refused(answer) for answer in answers} == {(403, "not_a_fleet_owner")}
    assert [merchant.lists(kind) for kind in OF_ONE] == [[], [], [], []]


def test_a_test_key_changes_nothing_real(sandbox, cast, ids):
    with nothing_changes():
        answers = [*writes_to_one(sandbox, ids).values(), *files(sandbox).values()]
    assert {refused(answer) for answer in answers} == {(403, "live_key_required")}
    assert sandbox.lists("fleets") == [ids["fleets"]]


def test_a_key_that_may_only_read_does_that(reader, cast, ids):
    for kind in OF_ONE:
        assert reader.gets(f"{kind}/{ids[kind]}").status_code == 200
    with nothing_changes():
        answers = [*writes_to_one(reader, ids).values(), *creations(reader, cast).values(), *files(reader).values()]
    assert {refused(answer) for answer in answers} == {(403, "forbidden")}


@pytest.mark.parametrize(("who", "code"), [("stranger", "unauthenticated"), ("revoked", "invalid_api_key")])
def test_nobody_else_gets_in(who, code, cast, ids, request):
    system = request.getfixturevalue(who)
    with nothing_changes():
        answers = [*writes_to_one(system, ids).values(), *creations(system, cast).values(), *files(system).values()]
        answers += [system.gets(kind) for kind in (*OF_ONE, "zones", "slots")]
        answers += [system.gets(f"{kind}/{ids[kind]}") for kind in OF_ONE]
    assert {refused(answer) for answer in answers} == {(401, code)}


@pytest.mark.parametrize("kind", OF_ONE)
def test_a_malformed_id_is_not_found(owner, kind):
    for key in ("x", "flt_", "cou_" + "0" * 31, "%00"):
        assert owner.gets(f"{kind}/{key}").status_code == 404


def test_every_post_needs_an_idempotency_key(owner, ids):
    paths = (
        *OF_ONE,
        f"vehicles/{ids['vehicles']}/retire",
        f"couriers/{ids['couriers']}/activate",
        f"couriers/{ids['couriers']}/deactivate",
    )
    with nothing_changes():
        answers = [owner.client.post(f"/v1/{path}", {}) for path in paths]
        answers += [
            owner.client.generic("POST", f"/v1/{kind}/import", "x", content_type="text/csv") for kind in OF_ONE[1:]
        ]
    assert {answer.json()["error"]["fields"][0]["path"] for answer in answers} == {"Idempotency-Key"}
