"""People of a service, each with a browser of their own."""

from dataclasses import dataclass
from pathlib import Path

from fastapi.testclient import TestClient

from api.app import create_app
from api.auth import owners_link
from api.database import migrate, open_engine
from api.jobs import Jobs

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


class Service:
    """The application, and hands to do its jobs."""

    def __init__(self, settings):
        self.settings, self.app = settings, create_app(settings)
        engine = open_engine(settings)
        migrate(engine, settings)
        self.engine, self.jobs = engine, Jobs(engine, settings, "test")

    def visitor(self):
        return TestClient(self.app, base_url="http://testserver")

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
