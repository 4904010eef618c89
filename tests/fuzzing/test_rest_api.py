"""Thousands of made-up requests to every operation, by every kind of caller: no 5xx, no answer but those described."""

import os

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import booleans
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    negative_data_rejection,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)

from apps.core.description.source import description
from coursier.wsgi import application
from tests.authorisation.world import Who, assemble_world

CALLERS = (Who.MERCHANT, Who.FLEET, Who.HUB, Who.ANONYMOUS)
EXAMPLES = int(os.environ.get("COURSIER_FUZZ_EXAMPLES", "3"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]

pytestmark = [pytest.mark.django_db, pytest.mark.fuzz, pytest.mark.filterwarnings("ignore")]


SCHEMA = schemathesis.openapi.from_dict(description())
SCHEMA.config.update(base_url="http://testserver/v1")
OPERATIONS = sorted((found.ok() for found in SCHEMA.get_all_operations()), key=lambda each: each.label)
MADE = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)


@pytest.fixture
def world(cast, settings):
    settings.RATE_LIMIT_PER_S = 0
    for signal in (request_started, request_finished):  # as Django's own client does: one connection, one transaction
        signal.disconnect(close_old_connections)
    yield assemble_world(cast)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["valid", "invalid"])
@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_no_request_is_answered_otherwise_than_described(operation, who, mode, world):
    @MADE
    @given(case=operation.as_strategy(generation_mode=mode), is_there=booleans())
    def send(case, is_there):
        for name in case.path_parameters or {} if is_there else ():
            if name in world.in_paths:
                case.path_parameters[name] = world.in_paths[name]  # half of the time something that exists
        case.headers = {**(case.headers or {}), **world.headers[who]}
        case.validate_response(case.call(app=application), checks=CHECKS)

    try:
        send()
    except Unsatisfiable:
        pytest.skip("it takes nothing that could be wrong")
