"""The OpenAPI: what it promises holds, whatever is sent."""

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

EXAMPLES = int(os.environ.get("FORMCHECK_TEST_EXAMPLES", "8"))
"""Of each operation and kind; few by default, so that the suite stays quick."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def running(tmp_path_factory, canned):
    import sys

    from fastapi.testclient import TestClient
    from people import QUICK, Service

    from api.settings import ServiceSettings

    folder = tmp_path_factory.mktemp("contract")
    many = {"requests_per_min": 10**6, "uploads_per_h": 10**6, "sign_ins_per_min": 10**6, "reserve_bytes": 0}
    service = Service(
        ServiceSettings(data_dir=folder, confine_with=(sys.executable, str(QUICK), str(canned)), **many)
    )
    with TestClient(service.app):
        owner = service.owner()
        service.jobs._beat()
        yield service, owner.post("keys", json={"name": "k", "scopes": ["admin"]}).json()["key"]
    service.engine.dispose()


@pytest.mark.slow
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_the_api_keeps_its_own_promises(running, mode):
    service, key = running
    promised = schemathesis.openapi.from_asgi("/api/v1/openapi.json", service.app)
    asked = 0
    for found in promised.get_all_operations():
        operation = found.ok()
        if operation.path.endswith("/events"):
            continue

        @settings(
            max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case):
            answer = case.call(headers={"Authorization": f"Bearer {key}"})
            case.validate_response(answer, checks=CHECKS)

        try:
            ask()
        except Unsatisfiable:  # nothing about it can be wrong
            continue
        asked += 1
    assert asked > 10


def test_every_operation_is_described(service):
    openapi = service.app.openapi()
    operations = [op for methods in openapi["paths"].values() for op in methods.values()]
    assert len(operations) > 45
    assert [op["operationId"] for op in operations if not op.get("description")] == []
    assert all("422" in op["responses"] or "404" in op["responses"] for op in operations)
