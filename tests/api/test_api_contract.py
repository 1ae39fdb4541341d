"""The OpenAPI: what it promises holds, whatever is sent."""

import ast
import os
from pathlib import Path

import jsonschema_rs
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

import api
from api.app import create_app
from api.contract import KINDS
from api.settings import ServiceSettings

EXAMPLES = int(os.environ.get("FORMCHECK_TEST_EXAMPLES", "8"))
"""Of each operation and kind; few by default, so that the suite stays quick."""
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def running(tmp_path_factory, canned, clip):
    import sys

    from fastapi.testclient import TestClient
    from people import QUICK, Service, rows_of

    folder = tmp_path_factory.mktemp("contract")
    many = {"requests_per_min": 10**6, "uploads_per_h": 10**6, "sign_ins_per_min": 10**6, "reserve_bytes": 0}
    many["lost_after_s"] = 10**6
    service = Service(
        ServiceSettings(data_dir=folder, confine_with=(sys.executable, str(QUICK), str(canned)), **many)
    )
    with TestClient(service.app):
        owner = service.owner()
        service.jobs._beat()
        key = owner.post("keys", json={"name": "k", "scopes": ["admin"]}).json()["key"]
        yield service, key, rows_of(service, owner, clip)
    service.engine.dispose()


@pytest.mark.slow
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_the_api_keeps_its_own_promises(running, mode):
    service, key, rows = running
    promised = schemathesis.openapi.from_asgi("/api/v1/openapi.json", service.app)
    asked = 0
    found = [one.ok() for one in promised.get_all_operations()]
    for operation in sorted(found, key=lambda one: one.method.upper() == "DELETE"):

        @settings(
            max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case):
            if mode is GenerationMode.POSITIVE:
                case.path_parameters |= {name: rows[name] for name in rows if name in case.path_parameters}
            answer = case.call(headers={"Authorization": f"Bearer {key}"})
            # Of a stream each event is taken for a document, which ours says is text.
            streams = case.operation.path.endswith("/events")
            case.validate_response(answer, checks=CHECKS[:-1] if streams else CHECKS)

        try:
            ask()
        except Unsatisfiable:  # nothing about it can be wrong
            continue
        asked += 1
    assert asked > 50 if mode is GenerationMode.POSITIVE else asked > 10


@pytest.fixture(scope="module")
def openapi():
    return create_app(ServiceSettings()).openapi()


def operations(openapi):
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def contents(openapi):
    """Every JSON that an operation takes or gives, with its place."""
    for where, operation in operations(openapi):
        parts = {"request": operation.get("requestBody", {})} | operation["responses"]
        for code, part in parts.items():
            for media_type, content in part.get("content", {}).items():
                if "json" in media_type and content["schema"].get("format") != "binary":
                    yield f"{where} {code}", media_type, content


def test_every_operation_is_described(openapi):
    found = dict(operations(openapi))
    assert len(found) > 50
    assert [where for where, one in found.items() if not (one["summary"] and one["description"])] == []
    assert len({one["operationId"] for one in found.values()}) == len(found)


def test_every_operation_has_an_example(openapi):
    bare = []
    for where, operation in operations(openapi):
        parts = [
            *operation.get("parameters", ()),
            *operation.get("requestBody", {}).get("content", {}).values(),
        ]
        for code, answer in operation["responses"].items():
            parts += answer.get("content", {}).values() if code.startswith("2") else ()
        if parts and not any("example" in part for part in parts):  # some take nothing and give nothing
            bare.append(where)
    assert bare == []


def test_examples_are_of_their_schema(openapi):
    """And none is empty: an object without anything in it shows nothing."""
    checked = 0
    for where, media_type, content in contents(openapi):
        schema = content["schema"] | {"components": openapi["components"]}
        valid = jsonschema_rs.validator_for(schema)
        values = [content["example"]] if "example" in content else []
        values += [one["value"] for one in content.get("examples", {}).values()]
        assert values, where
        for value in values:
            assert value not in ({}, [], [{}], ""), where
            assert not list(valid.iter_errors(value)), (where, media_type, value)
            checked += 1
    assert checked > 300


def test_every_error_is_a_problem_with_its_examples(openapi):
    for where, operation in operations(openapi):
        errors = {code: one for code, one in operation["responses"].items() if code >= "4"}
        assert {"500", "503"} <= set(errors), where
        for code, answer in errors.items():
            (told,) = answer["content"].items()
            assert told[0] == "application/problem+json", where
            for kind, example in told[1]["examples"].items():
                assert example["value"]["type"] == f"urn:formcheck:problem:{kind}"
                assert str(example["value"]["status"]) == code


def test_every_problem_in_the_code_is_known_with_its_status():
    """Whether an operation tells of those it answers, `people.Visitor` tests with every request."""
    found = {}
    for path in Path(api.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Problem":
                status, kind, *_ = node.args
                if isinstance(status, ast.Constant):
                    found[kind.value] = status.value
    only_of_jobs = {"cannot-be-analyzed"}
    assert len(found) > 30
    assert {kind: code for kind, code in found.items() if KINDS.get(kind, (0,))[0] != code} == {
        kind: found[kind] for kind in only_of_jobs
    }
