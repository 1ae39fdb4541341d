"""Nobody reaches what is another's: every address of the API, tried by everybody who may not."""

import re
from importlib.metadata import version

import pytest
from fastapi import FastAPI
from people import rows_of

from api.app import create_app
from api.settings import ServiceSettings

OPEN = {
    ("post", "/api/v1/sign-in"),
    ("post", "/api/v1/accounts"),
    ("get", "/healthz"),
    ("get", "/readyz"),
    ("get", "/api/v1/shared/{token}/report.json"),
    ("get", "/api/v1/shared/{token}/video.mp4"),
    ("get", "/sign-in"),
    ("get", "/welcome/{token}"),
    ("get", "/s/{token}"),
    ("get", "/assets/{name}"),
}
OF_NOBODY = {"name", "rule_id", "sha256", "token"}
"""Parts of addresses that name no row of anybody's."""
BODIES = {
    ("put", "/api/v1/athletes/{athlete_id}"): {"name": "x"},
    ("put", "/api/v1/sessions/{session_id}"): {"day": "2026-01-01", "lift": "squat"},
    ("put", "/api/v1/analyses/{analysis_id}/review"): {"reviewed": True},
    ("post", "/api/v1/analyses/{analysis_id}/comments"): {"at_s": 1, "text": "x"},
    ("post", "/api/v1/analyses/{analysis_id}/shares"): {},
}


@pytest.fixture
def world(service, owner, clip, other_clip):
    """An owner with a set of everything, another coach, and two athletes of the owner's."""
    rows = rows_of(service, owner, clip) | {
        "key_id": owner.post("keys", json={"name": "k", "scopes": ["read"]}).json()["id"],
        "receipt_id": owner.delete(f"videos/{owner.upload(other_clip)['id']}").json()["id"],
        "name": "report.json",
    }
    ann, bea = (owner.post("athletes", json={"name": name}).json()["id"] for name in ("Ann", "Bea"))
    coach = service.invited(owner, "coach@example.org", "coach")
    people = [
        coach,
        service.invited(owner, "ann@example.org", "athlete", ann),
        service.invited(owner, "bea@example.org", "athlete", bea),
    ]
    return service, owner, people, rows


@pytest.fixture(scope="module")
def operations():
    """Method and address of everything that the application answers, pages too, from its own routes."""
    with pytest.MonkeyPatch.context() as patch:
        include = FastAPI.include_router
        shown = {"include_in_schema": True}
        patch.setattr(
            FastAPI, "include_router", lambda app, router, **more: include(app, router, **more | shown)
        )
        paths = FastAPI.openapi(create_app(ServiceSettings()))["paths"]
    return {(method, path) for path, methods in paths.items() for method in methods}


def parts(path):
    return set(re.findall(r"{(\w+)}", path))


def filled(path, rows):
    return re.sub(r"{(\w+)}", lambda match: rows.get(match[1], "0" * 64), path)


def test_nobody_gets_anything_without_signing_in(world, operations):
    service, _, _, rows = world
    asked = operations - OPEN
    assert len(asked) > 55
    assert ("get", "/settings") in asked
    found = {
        (method, path): service.visitor().request(method, filled(path, rows)).status_code
        for method, path in asked
    }
    assert {key: code for key, code in found.items() if code != 401} == {}


def test_no_address_leads_to_another_tenants_or_athletes_rows(world, operations):
    """An address that names rows of a kind that is not tried here fails, and so does a body that is not."""
    _, _, people, rows = world
    with_rows = {(method, path) for method, path in operations if parts(path) - OF_NOBODY}
    assert set().union(*(parts(path) for _, path in with_rows)) - OF_NOBODY - set(rows) == set()
    assert len(with_rows) > 30
    for person in people:
        for method, path in sorted(with_rows):
            options = {"json": BODIES[method, path]} if (method, path) in BODIES else {}
            answer = getattr(person, method)(filled(path, rows), **options)
            assert answer.status_code == 404, (method, path, answer.text)


def test_lists_show_only_what_is_ones_own(world):
    _, owner, people, rows = world
    for person in people:
        for noun in ("analyses", "videos", "sessions", "references"):
            assert person.get(noun).json()["items"] == []
        assert person.get("keys").json() == []
        assert [one["id"] for one in person.get("athletes").json()["items"]] == [person.me["athlete_id"]]
    assert [one["id"] for one in owner.get("analyses").json()["items"]] == [rows["analysis_id"]]


def test_rows_of_others_cannot_be_named_in_a_body(world, clip):
    _, _, people, rows = world
    for person in people:
        mine = person.upload(clip)["id"]
        tries = [
            person.post("analyses", json={"video_id": rows["video_id"]}),
            person.post("analyses", json={"video_id": mine, "session_id": rows["session_id"]}),
            person.post("videos", params={"athlete_id": rows["athlete_id"]}, content=clip),
            person.put(f"uploads/{'0' * 64}", params={"athlete_id": rows["athlete_id"]}, content=clip),
            person.post("analyses", json={"video_id": mine, "reference_id": rows["reference_id"]}),
            person.post("references", json={"analysis_ids": [rows["analysis_id"]]}),
            person.get("compare", params={"first": rows["analysis_id"], "second": rows["analysis_id"]}),
            person.get(f"/analyses/{rows['analysis_id']}"),
            person.get(f"/athletes/{rows['athlete_id']}"),
            person.post(
                "sessions", json={"day": "2026-11-25", "lift": "squat", "athlete_id": rows["athlete_id"]}
            ),
        ]
        assert [answer.status_code for answer in tries] == [404] * len(tries)


def test_the_same_file_of_two_people_is_two_videos(world, clip):
    _, owner, people, rows = world
    first, second = (person.upload(clip) for person in people[:2])
    assert len({first["id"], second["id"], rows["video_id"]}) == 3
    assert people[0].delete(f"videos/{first['id']}").status_code == 200
    assert owner.get(f"videos/{rows['video_id']}/content").content[-1000:] == clip[-1000:]


def test_a_share_link_shows_one_set_until_it_is_revoked(world):
    service, owner, _, rows = world
    made = owner.post(f"analyses/{rows['analysis_id']}/shares", json={"days": 1}).json()
    assert made["blur_faces"] is True
    path = made["url"].removeprefix("http://testserver")
    visitor = service.visitor()
    page = visitor.get(path)
    assert (page.status_code, page.headers["referrer-policy"]) == (200, "no-referrer")
    shared = path.replace("/s/", "/api/v1/shared/")
    assert visitor.get(f"{shared}/report.json").status_code == 200
    assert visitor.get(f"{shared}/video.mp4", headers={"Range": "bytes=0-9"}).status_code == 206
    assert visitor.get(f"/api/v1/analyses/{rows['analysis_id']}").status_code == 401
    assert owner.delete(f"shares/{made['id']}").status_code == 204
    assert [visitor.get(where).status_code for where in (path, f"{shared}/video.mp4")] == [404, 404]


def test_a_share_link_ends_by_itself(world):
    from datetime import timedelta

    from api.tables import Share, now

    service, owner, _, rows = world
    made = owner.post(f"analyses/{rows['analysis_id']}/shares", json={}).json()
    with service.app.state.sessions.begin() as session:
        session.get_one(Share, made["id"]).expires_at = now() - timedelta(seconds=1)
    assert service.visitor().get(made["url"]).status_code == 404


def test_only_the_owner_sees_the_numbers(world):
    _, owner, people, _ = world
    numbers = owner.get("/metrics").text
    assert "formcheck_analyses" in numbers
    assert f'av="{version("av")}"' in numbers
    assert [person.get("/metrics").status_code for person in people] == [403] * 3
