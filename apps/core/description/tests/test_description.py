"""The description of the REST API, and what is made from it."""

import copy
import json
from pathlib import Path

import jsonschema
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from apps.core.description.breaking import breaking_changes
from apps.core.description.postman import postman_collection
from apps.core.description.samples import sample
from apps.core.description.source import description, operations
from apps.core.management.commands import write_api_files

RELEASED = Path(settings.BASE_DIR) / "docs/api/released.json"


@pytest.fixture(scope="module")
def described():
    return description()


def test_every_operation_says_what_it_is_for_and_how_it_refuses(described):
    for path, method, operation in operations(described):
        where = f"{method} {path}"
        assert operation["summary"], where
        assert operation["operationId"].islower(), where
        assert len(operation["tags"]) == 1, where
        refusals = {status: answer for status, answer in operation["responses"].items() if status >= "4"}
        assert "429" in refusals, where
        for answer in refusals.values():
            for example in answer["content"]["application/json"]["examples"].values():
                assert example["value"]["error"]["code"] in answer["description"], where


def test_operations_have_names_of_their_own(described):
    names = [operation["operationId"] for _, _, operation in operations(described)]
    assert len(names) == len(set(names))


def test_bodies_of_requests_allow_no_other_fields(described):
    for path, method, operation in operations(described):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content and "$ref" in content["schema"]:
            body = described["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
            assert body["additionalProperties"] is False, f"{method} {path}"


def test_a_sample_of_every_body_is_valid_by_its_own_schema(described):
    for path, method, operation in operations(described):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content:
            schema = {**content["schema"], "components": described["components"]}
            wrong = jsonschema.validators.validator_for(schema)(schema).iter_errors(
                sample(described, content["schema"])
            )
            assert [error.message for error in wrong] == [], f"{method} {path}"


def test_the_files_made_from_the_description_are_up_to_date():
    call_command("write_api_files", check=True)


def test_a_file_that_lags_behind_is_named(monkeypatch):
    monkeypatch.setattr(
        write_api_files, "description", lambda: {**description(), "info": {"title": "x", "version": "2"}}
    )
    with pytest.raises(CommandError, match=r"openapi\.json"):
        call_command("write_api_files", check=True)


def test_the_postman_collection_has_every_operation_with_a_body_that_is_json(described):
    folders = postman_collection(described)["item"]
    requests = [item["request"] for folder in folders for item in folder["item"]]
    assert len(requests) == len(operations(described))
    for request in requests:
        if "body" in request:
            json.loads(request["body"]["raw"])


def test_nothing_that_was_released_is_broken(described):
    assert breaking_changes(json.loads(RELEASED.read_text(encoding="utf-8")), described) == []


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        (lambda of: of["paths"].pop("/quotes"), "POST /quotes is gone"),
        (lambda of: of["paths"]["/orders"].pop("get"), "GET /orders is gone"),
        (
            lambda of: of["components"]["schemas"]["OrderOut"]["properties"].pop("status"),
            "GET /orders/{order_id} no longer answers 200 with status",
        ),
        (
            lambda of: of["components"]["schemas"]["ParcelIn"]["required"].append("size"),
            "POST /orders now needs parcels.size",
        ),
        (
            lambda of: (
                of["components"]["schemas"]["CancelIn"]["properties"].update(reason_key={"type": "string"})
                or of["components"]["schemas"]["CancelIn"]["properties"].pop("reason")
            ),
            "POST /orders/{order_id}/cancel no longer takes reason",
        ),
    ],
)
def test_a_breaking_change_is_told(described, change, broken):
    after = copy.deepcopy(described)
    change(after)
    assert broken in breaking_changes(described, after)


def test_what_may_be_added_breaks_nothing(described):
    after = copy.deepcopy(described)
    after["components"]["schemas"]["OrderOut"]["properties"]["colour"] = {"type": "string"}
    after["components"]["schemas"]["OrderIn"]["properties"]["colour"] = {"type": "string"}
    after["paths"]["/colours"] = after["paths"]["/orders"]
    assert breaking_changes(described, after) == []


def test_what_an_answer_may_leave_out_is_not_required(described):
    schemas = described["components"]["schemas"]
    assert schemas["ErrorOut"]["required"] == ["code", "fields", "message", "request_id"]
    assert schemas["BatchRowOut"]["required"] == ["index", "status"]
    assert schemas["PriceLineOut"]["required"] == ["amount", "code", "label"]


def test_lists_take_empty_filters_and_other_queries_do_not(described):
    assert _may_be_empty(described, "/orders") >= {"cursor", "limit", "status"}
    assert "month" not in _may_be_empty(described, "/statements")
    assert _may_be_empty(described, "/slots") == set()


def _may_be_empty(described, path: str) -> set[str]:
    return {each["name"] for each in described["paths"][path]["get"]["parameters"] if each.get("allowEmptyValue")}
