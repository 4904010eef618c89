"""What is not as documented is refused with 400, by its path, and nothing is written."""

import pytest

from apps.orders.tests.asking import asked, error_code, nothing_changes, wrong_fields

pytestmark = pytest.mark.django_db
PARCEL = {"weight_g": 800}


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"colour": "red"}, {"colour": "unknown_field"}),
        ({"pickup__colour": "red"}, {"pickup.colour": "unknown_field"}),
        ({"pickup__due_at": None}, {"pickup.due_at": "unknown_field"}),
        ({"dropoff__ready_at": None}, {"dropoff.ready_at": "unknown_field"}),
        ({"parcels": [PARCEL, {**PARCEL, "colour": "red"}]}, {"parcels[1].colour": "unknown_field"}),
        ({"pickup": None}, {"pickup": "null"}),
        ({"pickup": "here"}, {"pickup": "invalid"}),
        ({"pickup": {}}, {"pickup.address": "required", "pickup.lat": "required", "pickup.lon": "required"}),
        ({"pickup__address": "  "}, {"pickup.address": "blank"}),
        ({"pickup__address": "x" * 201}, {"pickup.address": "max_length"}),
        ({"pickup__address": 12}, {"pickup.address": "invalid"}),
        ({"pickup__address": "a\x00b"}, {"pickup.address": "null_characters_not_allowed"}),
        ({"pickup__contact_name": "x" * 81}, {"pickup.contact_name": "max_length"}),
        ({"pickup__instructions": "x" * 501}, {"pickup.instructions": "max_length"}),
        ({"pickup__lat": 90.1}, {"pickup.lat": "out_of_range"}),
        ({"pickup__lat": -90.1}, {"pickup.lat": "out_of_range"}),
        ({"pickup__lon": 180.1}, {"pickup.lon": "out_of_range"}),
        ({"pickup__lat": 10**20}, {"pickup.lat": "out_of_range"}),
        ({"pickup__lat": True}, {"pickup.lat": "invalid"}),
        ({"pickup__lat": "48.86"}, {"pickup.lat": "invalid"}),
        ({"pickup__lat": None}, {"pickup.lat": "null"}),
        ({"pickup__phone": "0639980100"}, {"pickup.phone": "not_e164"}),
        ({"pickup__phone": "+33"}, {"pickup.phone": "not_e164"}),
        ({"pickup__phone": "+336399801000000"}, {"pickup.phone": "not_e164"}),
        ({"pickup__phone": "+33639980100;ext=5"}, {"pickup.phone": "not_e164"}),
        ({"pickup__phone": "call me"}, {"pickup.phone": "not_e164"}),
        ({"pickup__phone": 33639980100}, {"pickup.phone": "invalid"}),
        ({"pickup__ready_at": "2026-06-10T12:00:00"}, {"pickup.ready_at": "naive"}),
        ({"pickup__ready_at": "noon"}, {"pickup.ready_at": "invalid"}),
        ({"pickup__ready_at": "2026-13-10T12:00:00Z"}, {"pickup.ready_at": "invalid"}),
        ({"pickup__ready_at": 1781085600}, {"pickup.ready_at": "invalid"}),
        ({"dropoff__due_at": "9999-12-31T23:59:59-12:00"}, {"dropoff.due_at": "out_of_range"}),
        ({"dropoff__drop_by": "0001-01-01T00:00:00+12:00"}, {"dropoff.drop_by": "out_of_range"}),
        ({"parcels": {}}, {"parcels": "not_a_list"}),
        ({"parcels": [PARCEL] * 21}, {"parcels": "max_length"}),
        ({"parcels": ["bread"]}, {"parcels[0]": "invalid"}),
        ({"parcels": [{}]}, {"parcels[0].weight_g": "required"}),
        ({"parcels": [{"weight_g": 0}]}, {"parcels[0].weight_g": "min_value"}),
        ({"parcels": [{"weight_g": 1.5}]}, {"parcels[0].weight_g": "invalid"}),
        ({"parcels": [{"weight_g": "800"}]}, {"parcels[0].weight_g": "invalid"}),
        ({"parcels": [{"weight_g": True}]}, {"parcels[0].weight_g": "invalid"}),
        ({"parcels": [{**PARCEL, "size": "huge"}]}, {"parcels[0].size": "invalid_choice"}),
        ({"parcels": [{**PARCEL, "description": "x" * 121}]}, {"parcels[0].description": "max_length"}),
        ({"parcels": [{**PARCEL, "barcode": "x" * 65}]}, {"parcels[0].barcode": "max_length"}),
        ({"network_policy": "anybody"}, {"network_policy": "invalid_choice"}),
        ({"fleets": ["flt_1"]}, {"fleets[0]": "malformed"}),
        ({"fleets": "flt_1"}, {"fleets": "not_a_list"}),
        ({"skills": ["x" * 33]}, {"skills[0]": "max_length"}),
        ({"skills": ["a"] * 11}, {"skills": "max_length"}),
        ({"parcels": [{**PARCEL, "volume_ml": 0}]}, {"parcels[0].volume_ml": "min_value"}),
        ({"parcels": [{**PARCEL, "volume_ml": 2.5}]}, {"parcels[0].volume_ml": "invalid"}),
        ({"parcels": [{**PARCEL, "volume_ml": 10_000_001}]}, {"parcels[0].volume_ml": "max_value"}),
        ({"pickup__pickup_by": "noon"}, {"pickup.pickup_by": "invalid"}),
        ({"dropoff__drop_from": "2026-06-10T12:00:00"}, {"dropoff.drop_from": "naive"}),
        ({"max_on_board_s": 59}, {"max_on_board_s": "min_value"}),
        ({"max_on_board_s": 86_401}, {"max_on_board_s": "max_value"}),
        ({"vehicle_kinds": ["horse"]}, {"vehicle_kinds[0]": "invalid_choice"}),
        ({"vehicle_kinds": "van"}, {"vehicle_kinds": "not_a_list"}),
        ({"external_id": ""}, {"external_id": "blank"}),
        ({"external_id": "x" * 65}, {"external_id": "max_length"}),
        ({"quote_id": "ord_" + "0" * 32}, {"quote_id": "malformed"}),
    ],
)
def test_a_wrong_field_is_named(dee, changes, wrong):
    with nothing_changes():
        refused = dee.orders(**changes)
    assert (refused.status_code, error_code(refused)) == (400, "invalid_request")
    assert wrong_fields(refused) == wrong


def test_every_wrong_field_is_named_at_once(dee):
    refused = dee.orders(colour="red", pickup__lat=91, dropoff__shape="round", parcels=[{"weight_g": 0, "hue": 1}])
    assert set(wrong_fields(refused)) == {
        "colour",
        "pickup.lat",
        "dropoff.shape",
        "parcels[0].weight_g",
        "parcels[0].hue",
    }


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"parcels": []}, {"parcels": "empty"}),
        ({"pickup__ready_at": "2026-07-11T10:00:01Z"}, {"pickup.ready_at": "too_far_ahead"}),
        ({"dropoff__due_at": "2026-06-10T09:00:00Z"}, {"dropoff.due_at": "before_ready"}),
        ({"dropoff__drop_by": "2026-06-10T09:00:00Z"}, {"dropoff.drop_by": "before_ready"}),
        ({"network_policy": "named"}, {"fleets": "empty"}),
        ({"pickup__pickup_by": "2026-06-10T10:00:00Z"}, {"pickup.pickup_by": "before_ready"}),
        ({"dropoff__drop_from": "2026-07-11T10:00:01Z"}, {"dropoff.drop_from": "too_far_ahead"}),
        (
            {"dropoff__drop_from": "2026-06-10T14:00:00Z", "dropoff__drop_by": "2026-06-10T14:00:00Z"},
            {"dropoff.drop_by": "before_drop_from"},
        ),
        (
            {"dropoff__drop_from": "2026-06-10T14:00:00Z", "dropoff__due_at": "2026-06-10T13:00:00Z"},
            {"dropoff.due_at": "before_drop_from"},
        ),
    ],
)
def test_what_is_understood_and_cannot_be_done_is_a_422(dee, changes, wrong):
    with nothing_changes():
        refused = dee.orders(**changes)
    assert (refused.status_code, wrong_fields(refused)) == (422, wrong)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b'{"pickup": NaN}',
        b'{"pickup": Infinity}',
        b'{"pickup": 1e999}',
        b'{"external_id": "\\ud800"}',
        b"[" * 100_000,
    ],
)
def test_what_is_not_json_is_refused(dee, body):
    with nothing_changes():
        refused = dee.client.generic(
            "POST", "/v1/orders", body, content_type="application/json", headers={"Idempotency-Key": "k"}
        )
    assert refused.status_code == 400
    assert error_code(refused) == ("malformed_json" if body else "invalid_request")


@pytest.mark.parametrize("body", [[], "order", 5, None, True])
def test_a_body_that_is_no_object_is_refused(dee, body):
    with nothing_changes():
        refused = dee.client.post("/v1/orders", body, format="json", headers={"Idempotency-Key": "k"})
    assert (refused.status_code, error_code(refused)) == (400, "invalid_request")


def test_a_body_of_another_type_is_refused(dee):
    with nothing_changes():
        refused = dee.client.generic("POST", "/v1/quotes", "<order/>", content_type="application/xml")
    assert (refused.status_code, error_code(refused)) == (415, "unsupported_media_type")


def test_a_body_beyond_the_limit_is_refused(dee):
    with nothing_changes():
        refused = dee.quotes(pickup__instructions="x" * 300_000)
    assert (refused.status_code, error_code(refused)) == (413, "request_too_large")


def test_a_body_of_nothing_but_unknown_fields_gets_a_short_answer(dee):
    refused = dee.client.post("/v1/quotes", asked(**{f"f{number}" * 9: 1 for number in range(5_000)}))
    assert refused.status_code == 400
    assert len(refused.content) < 10_000
