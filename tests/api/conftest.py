"""A service with people in it, whose analyses are quick."""

import sys
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the service is not installed: pip install '.[test]'")

from fastapi.testclient import TestClient
from people import QUICK, Service, make_canned

from api.settings import ServiceSettings

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture(scope="session")
def canned(tmp_path_factory):
    """A folder of results, as an analysis leaves it."""
    return make_canned(tmp_path_factory.mktemp("canned"))


@pytest.fixture
def make_settings(tmp_path, canned):
    def make(**changes):
        usual = {
            "data_dir": tmp_path / "data",
            "confine_with": (sys.executable, str(QUICK), str(canned)),
            "reserve_bytes": 0,
            "requests_per_min": 100_000,
            "page_requests_per_min": 100_000,
            "uploads_per_h": 100_000,
            "page_uploads_per_h": 100_000,
            "sign_ins_per_min": 1000,
            "stall_s": 60.0,
        }
        return ServiceSettings(**usual | changes)

    return make


@pytest.fixture
def run_service(make_settings):
    """Starts a service with settings."""
    running = []

    def run(**changes):
        service = Service(make_settings(**changes))
        client = TestClient(service.app)
        client.__enter__()
        running.append((service, client))
        return service

    yield run
    for service, client in running:
        client.__exit__(None, None, None)
        service.engine.dispose()


@pytest.fixture
def service(run_service):
    return run_service()


@pytest.fixture
def owner(service):
    return service.owner()


@pytest.fixture(scope="session")
def clip():
    """A real, small video file."""
    return (SAMPLES / "squat_side.mp4").read_bytes()


@pytest.fixture(scope="session")
def other_clip():
    return (SAMPLES / "deadlift_side.mp4").read_bytes()
