"""A service with people in it, whose analyses are quick."""

import sys
from pathlib import Path

import pytest
from builders import MemorySource, make_motion, make_report

pytest.importorskip("fastapi", reason="the service is not installed: pip install '.[test]'")

from barbell import make_metric_report
from fastapi.testclient import TestClient
from people import QUICK, Service

from api.settings import ServiceSettings
from formcheck.draw import annotate
from formcheck.draw.still import save_stills
from formcheck.report.files import to_json, write_reps_csv, write_signals_csv
from formcheck.report.html import to_html

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture(scope="session")
def canned(tmp_path_factory):
    """A folder of results, as an analysis leaves it."""
    folder = tmp_path_factory.mktemp("canned")
    motion, report = make_motion(size_px=(180, 320)), make_report()
    annotate(
        MemorySource(motion),
        time_s=motion.time_s,
        keypoints_px=motion.keypoints_px,
        confidence=motion.confidence,
        bar_px=motion.hands_px,
        report=report,
        path=folder / "annotated.mp4",
    )
    report = make_metric_report()
    (folder / "blurred.mp4").write_bytes((folder / "annotated.mp4").read_bytes())
    (folder / "report.json").write_text(to_json(report), "utf-8")
    (folder / "report.html").write_text(to_html(report, folder / "annotated.mp4"), "utf-8")
    write_reps_csv(report, folder / "reps.csv")
    write_signals_csv(report, folder / "signals.csv")
    (folder / "motion.npz").write_bytes(b"keypoints")
    rules = {f"{fault.rule_id}.jpg": fault.at_s for fault in report.faults}
    save_stills(folder / "annotated.mp4", rules | {"thumbnail.jpg": 1.0}, folder, side_px=240)
    return folder


@pytest.fixture
def make_settings(tmp_path, canned):
    def make(**changes):
        usual = {
            "data_dir": tmp_path / "data",
            "confine_with": (sys.executable, str(QUICK), str(canned)),
            "reserve_bytes": 0,
            "requests_per_min": 100_000,
            "uploads_per_h": 100_000,
            "sign_ins_per_min": 1000,
            "stall_s": 2.0,
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
