"""People of a service, each with a browser of their own."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from barbell import make_metric_report
from builders import MemorySource, make_motion, make_report
from fastapi.testclient import TestClient
from synthetic import Tempo, film

from api.app import create_app
from api.auth import owners_link
from api.database import migrate, open_engine
from api.jobs import Jobs
from api.settings import ServiceSettings
from formcheck.draw import annotate
from formcheck.draw.still import save_stills
from formcheck.motion import save_motion
from formcheck.origin import Origin
from formcheck.report.files import to_json, write_reps_csv, write_signals_csv
from formcheck.report.html import to_html

QUICK = Path(__file__).parent / "quick.py"
PASSWORD = "correct horse battery"


@dataclass
class Person:
    """Somebody with a browser."""

    client: TestClient
    me: dict

    def __getattr__(self, name):
        method = getattr(self.client, name)

        def ask(path, **options):
            headers = {"X-CSRF-Token": self.me["csrf"]} | options.pop("headers", {})
            path = path if path.startswith("/") and not path.startswith("//") else f"/api/v1/{path}"
            return method(path, headers=headers, **options)

        return ask

    def upload(self, content, name="set.mp4", **query):
        answer = self.post("videos", params={"name": name, **query}, content=content)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def analyze(self, content, name="set.mp4", **options):
        video = self.upload(content, name)
        answer = self.post("analyses", json={"video_id": video["id"], **options})
        assert answer.status_code == 202, answer.text
        return answer.json()["id"]


@cache
def documented():
    """What the OpenAPI says of each operation, by a pattern of its address."""
    paths = create_app(ServiceSettings()).openapi()["paths"]
    return [(re.compile(re.sub(r"{\w+}", "[^/]+", path)), methods) for path, methods in paths.items()]


class Visitor(TestClient):
    """A browser that believes no answer which the OpenAPI does not tell of."""

    def request(self, method, url, **options):
        answer = super().request(method, url, **options)
        if answer.content and answer.headers["content-type"] == "application/problem+json":
            path = urlsplit(str(url)).path
            methods = next((m for pattern, m in documented() if pattern.fullmatch(path)), {})
            kind = answer.json()["type"].rpartition(":")[2]
            if method.lower() in methods:
                told = methods[method.lower()]["responses"].get(str(answer.status_code), {})
                known = told.get("content", {}).get("application/problem+json", {}).get("examples", {})
                assert kind in known, f"{method} {path} does not say that it may answer {kind}"
        return answer


class Service:
    """The application, and hands to do its jobs."""

    def __init__(self, settings):
        self.settings, self.app = settings, create_app(settings)
        engine = open_engine(settings)
        migrate(engine, settings)
        self.engine, self.jobs = engine, Jobs(engine, settings, "test")

    def visitor(self):
        return Visitor(self.app, base_url="http://testserver")

    def join(self, secret, login):
        client = self.visitor()
        body = {"token": secret, "login": login, "password": PASSWORD, "name": login}
        answer = client.post("/api/v1/accounts", json=body)
        assert answer.status_code == 201, answer.text
        return Person(client, answer.json())

    def owner(self):
        with self.app.state.sessions.begin() as session:
            secret = owners_link(session)
        return self.join(secret, "owner@example.org")

    def invited(self, by, login, role, athlete_id=None):
        link = by.post("invitations", json={"role": role, "athlete_id": athlete_id}).json()["url"]
        return self.join(link.rpartition("/")[2], login)

    def done(self, person, content, **options):
        analysis_id = person.analyze(content, **options)
        self.jobs.analyze(analysis_id)
        return analysis_id


def rows_of(service, owner, clip):
    """One row of every kind, by the name that addresses have for it."""
    analysis_id = service.done(owner, clip)
    here = f"analyses/{analysis_id}"
    return {
        "analysis_id": analysis_id,
        "video_id": owner.get(here).json()["video_id"],
        "athlete_id": owner.me["athlete_id"],
        "session_id": owner.post("sessions", json={"day": "2026-11-25", "lift": "squat"}).json()["id"],
        "comment_id": owner.post(f"{here}/comments", json={"at_s": 1, "text": "t"}).json()["id"],
        "share_id": owner.post(f"{here}/shares", json={}).json()["id"],
        "token": owner.post(f"{here}/shares", json={}).json()["url"].rpartition("/")[2],
        "reference_id": owner.post("references", json={"analysis_ids": [analysis_id]}).json()["id"],
        "rule_id": "squat.depth_short",
    }


def make_canned(folder):
    """Fill a folder with results, as an analysis leaves it."""
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
    take = film("squat", Tempo(depths=(1.0, 1.0, 0.7)), fps=30.0, plate_m=0.45).motion
    origin = Origin(MemorySource(take).info, 1.0, (), {}, {"preset": "accurate"})
    save_motion(take, folder / "motion.npz", note=origin.to_json())
    rules = {f"{fault.rule_id}.jpg": fault.at_s for fault in report.faults}
    save_stills(folder / "annotated.mp4", rules | {"thumbnail.jpg": 1.0}, folder, side_px=240)
    return folder
