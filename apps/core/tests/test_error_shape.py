"""Every error leaves in the one shape, with the status of its kind."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404
from django.test import RequestFactory
from rest_framework import exceptions as drf
from rest_framework import serializers

from apps.core import errors
from apps.core.api.errors import bad_request, handle_exception, page_not_found, server_error
from apps.core.api.serializers import StrictSerializer
from apps.core.errors import FieldError


class TooTall(errors.Invalid):
    code = "too_tall"
    message = "Nobody carries that."


class Inner(StrictSerializer):
    size = serializers.IntegerField(max_value=5)
    tags = serializers.ListField(child=serializers.CharField(max_length=2), required=False)

    def validate(self, attrs):
        if attrs["size"] == 3:
            raise serializers.ValidationError("never three", code="three")
        return attrs


class Outer(StrictSerializer):
    boxes = Inner(many=True)


def handled(raised: Exception):
    request = RequestFactory().get("/v1/orders")
    request.request_id = "trace-0001"
    return handle_exception(raised, {"request": request})


def wrong_paths(value: object) -> dict[str, str]:
    with pytest.raises(drf.ValidationError) as refused:
        Outer(data=value).validated()
    return {row["path"]: row["code"] for row in handled(refused.value).data["error"]["fields"]}


def test_a_domain_error_keeps_its_code_its_message_and_its_fields():
    answer = handled(TooTall(fields=(FieldError("parcels[0].height", "too_tall", "2 m at most"),)))
    assert answer.status_code == 422
    assert answer.data == {
        "error": {
            "code": "too_tall",
            "message": "Nobody carries that.",
            "request_id": "trace-0001",
            "fields": [{"path": "parcels[0].height", "code": "too_tall", "message": "2 m at most"}],
        }
    }


def test_a_conflict_may_carry_the_state_as_it_is():
    assert handled(errors.Conflict(state={"status": "open"})).data["error"]["state"] == {"status": "open"}


@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [
        (errors.NotFound(), 404, "not_found"),
        (errors.Conflict(), 409, "conflict"),
        (errors.Invalid(), 422, "invalid"),
        (errors.Forbidden(), 403, "forbidden"),
        (errors.Unauthenticated(), 401, "unauthenticated"),
        (errors.TooManyRequests(), 429, "too_many_requests"),
        (errors.Unavailable(), 503, "unavailable"),
        (Http404(), 404, "not_found"),
        (PermissionDenied(), 403, "forbidden"),
        (drf.PermissionDenied(), 403, "forbidden"),
        (drf.NotAuthenticated(), 401, "unauthenticated"),
        (drf.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
        (drf.UnsupportedMediaType("text/xml"), 415, "unsupported_media_type"),
        (drf.ParseError("no", code="malformed_json"), 400, "malformed_json"),
        (OperationalError("the server went away"), 503, "unavailable"),
    ],
)
def test_a_kind_of_error_has_its_status(raised, status, code):
    answer = handled(raised)
    assert (answer.status_code, answer.data["error"]["code"]) == (status, code)
    assert set(answer.data["error"]) == {"code", "message", "request_id", "fields"}


def test_what_the_database_said_stays_inside():
    assert "went away" not in str(handled(OperationalError("password=x: the server went away")).data)


def test_an_unexpected_error_is_left_to_the_log():
    assert handled(ZeroDivisionError()) is None


def test_a_limit_says_when_to_come_back():
    assert handled(errors.TooManyRequests(retry_after_s=7))["Retry-After"] == "7"


def test_who_is_unknown_is_told_how_to_sign_in():
    assert handled(errors.Unauthenticated())["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("value", "wrong"),
    [
        ({}, {"boxes": "required"}),
        ({"boxes": 1}, {"boxes": "not_a_list"}),
        ({"boxes": [1]}, {"boxes[0]": "invalid"}),
        ({"boxes": [{"size": 1}, {"size": 9}]}, {"boxes[1].size": "max_value"}),
        ({"boxes": [{"size": 3}]}, {"boxes[0]": "three"}),
        ({"boxes": [{"size": 1, "tags": ["ok", "long"]}]}, {"boxes[0].tags[1]": "max_length"}),
        ({"boxes": [{"size": 1, "hue": 1}], "hue": 1}, {"boxes[0].hue": "unknown_field", "hue": "unknown_field"}),
        ([], {"": "invalid"}),
    ],
)
def test_a_wrong_field_is_named_by_its_dotted_path(value, wrong):
    assert wrong_paths(value) == wrong


def test_an_answer_names_fifty_fields_at_most():
    assert len(wrong_paths({"boxes": [{"size": 9}] * 500})) == 50


@pytest.mark.parametrize("path", ["/v1/nothing", "/mobile/v1/nothing"])
@pytest.mark.parametrize(
    ("handler", "status"),
    [
        (lambda request: page_not_found(request, Http404()), 404),
        (lambda request: bad_request(request, ValueError()), 400),
        (server_error, 500),
    ],
)
def test_below_the_apis_what_no_view_answers_has_the_shape_too(path, handler, status):
    answer = handler(RequestFactory().get(path))
    assert answer.status_code == status
    assert set(json.loads(answer.content)["error"]) == {"code", "message", "request_id", "fields"}


def test_elsewhere_people_get_a_page():
    answer = page_not_found(RequestFactory().get("/nothing"), Http404())
    assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (404, "text/html")
