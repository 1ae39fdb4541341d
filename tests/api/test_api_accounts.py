"""Who may come in: links, passwords, browsers, keys, roles."""

import pytest
from fastapi.testclient import TestClient
from people import PASSWORD

from api.auth import owners_link
from api.routes import athletes


def test_the_first_start_gives_one_link_that_works_once(service):
    with service.app.state.sessions.begin() as session:
        older, secret = owners_link(session), owners_link(session)
    body = {"login": "o", "password": PASSWORD, "name": "O"}
    visitor = service.visitor()
    assert visitor.post("/api/v1/accounts", json=body | {"token": older}).status_code == 404
    assert visitor.get(f"/welcome/{secret}", headers={"accept": "text/html"}).status_code == 200
    assert visitor.post("/api/v1/accounts", json=body | {"token": secret}).status_code == 201
    again = service.visitor().post("/api/v1/accounts", json=body | {"token": secret, "login": "p"})
    assert (again.status_code, again.json()["type"]) == (404, "urn:formcheck:problem:link-spent")
    with service.app.state.sessions.begin() as session:
        assert owners_link(session) is None


def test_nothing_is_shown_to_nobody(service):
    answer = service.visitor().get("/api/v1/analyses")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    page = service.visitor().get("/", headers={"accept": "text/html"}, follow_redirects=False)
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in")


def test_a_wrong_password_and_a_wrong_name_are_told_alike(service, owner):
    tries = [("owner@example.org", "wrong wrong wrong"), ("nobody@example.org", PASSWORD)]
    answers = [service.visitor().post("/api/v1/sign-in", json={"login": n, "password": p}) for n, p in tries]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].json() == answers[1].json()
    good = {"login": " Owner@Example.org ", "password": PASSWORD}
    assert service.visitor().post("/api/v1/sign-in", json=good).status_code == 200


def test_guessing_passwords_is_slowed_down(run_service):
    service = run_service(sign_ins_per_min=5)
    answers = [
        service.visitor().post("/api/v1/sign-in", json={"login": "x", "password": "y"}) for _ in range(6)
    ]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert 0 < int(answers[-1].headers["retry-after"]) <= 60


def test_the_cookie_is_hidden_from_scripts_and_other_sites(service, owner):
    body = {"login": "owner@example.org", "password": PASSWORD}
    cookie = service.visitor().post("/api/v1/sign-in", json=body).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


def test_over_https_the_cookie_is_secure(run_service):
    service = run_service(public_url="https://gym.example.org")
    service.owner()
    body = {"login": "owner@example.org", "password": PASSWORD}
    answer = service.visitor().post("/api/v1/sign-in", json=body)
    assert "secure" in answer.headers["set-cookie"].lower()
    assert "max-age" in answer.headers["strict-transport-security"]


def test_a_browsers_change_needs_the_pages_token(owner):
    body = {"name": "Ann"}
    refused = owner.client.post("/api/v1/athletes", json=body)
    assert (refused.status_code, refused.json()["title"]) == (403, "Csrf")
    assert owner.post("athletes", json=body).status_code == 201


def test_another_sites_page_cannot_sign_somebody_in(service, owner):
    body = {"login": "owner@example.org", "password": PASSWORD}
    headers = {"sec-fetch-site": "cross-site"}
    assert service.visitor().post("/api/v1/sign-in", json=body, headers=headers).status_code == 403


def test_signing_out_ends_the_session(owner):
    assert owner.post("sign-out").status_code == 204
    owner.client.cookies.clear()
    assert owner.get("me").status_code == 401


def test_a_new_password_signs_every_browser_out(service, owner):
    changed = {"old": PASSWORD, "new": "another long password"}
    assert owner.post("password", json=changed | {"old": "wrong wrong wrong"}).status_code == 401
    assert owner.post("password", json=changed | {"new": "short"}).status_code == 422
    assert owner.post("password", json=changed).status_code == 204
    assert owner.get("me").status_code == 401


@pytest.mark.parametrize(
    ("scope", "allowed"), [("read", (200, 403, 403)), ("upload", (200, 201, 403)), ("admin", (200, 201, 201))]
)
def test_a_key_does_what_its_scope_says(service, owner, scope, allowed):
    key = owner.post("keys", json={"name": "tablet", "scopes": [scope]}).json()
    assert key["key"].startswith("fc_")
    program = service.visitor()
    program.headers["authorization"] = f"Bearer {key['key']}"
    found = (
        program.get("/api/v1/athletes").status_code,
        program.post("/api/v1/athletes", json={"name": "Ann"}).status_code,
        program.post("/api/v1/keys", json={"name": "n", "scopes": ["read"]}).status_code,
    )
    assert found == allowed


def test_a_revoked_key_opens_nothing(service, owner):
    key = owner.post("keys", json={"name": "tablet", "scopes": ["read"]}).json()
    assert owner.delete(f"keys/{key['id']}").status_code == 204
    program = service.visitor()
    program.headers["authorization"] = f"Bearer {key['key']}"
    assert program.get("/api/v1/me").status_code == 401
    assert "key" not in owner.get("keys").json()[0]


def test_no_secret_is_stored_as_it_is(service, owner):
    key = owner.post("keys", json={"name": "tablet", "scopes": ["read"]}).json()["key"]
    cookie = owner.client.cookies["formcheck_session"]
    files = service.settings.data_dir.glob("formcheck.db*")
    stored = b"".join(path.read_bytes() for path in files)
    assert b"argon2id" in stored
    assert [secret for secret in (PASSWORD, key, cookie) if secret.encode() in stored] == []


def test_roles_invite_only_whom_they_may(service, owner):
    coach = service.invited(owner, "coach@example.org", "coach")
    athlete_id = coach.post("athletes", json={"name": "Ann"}).json()["id"]
    athlete = service.invited(coach, "ann@example.org", "athlete", athlete_id)
    assert athlete.me["athlete_id"] == athlete_id
    assert coach.post("invitations", json={"role": "coach"}).status_code == 403
    assert owner.post("invitations", json={"role": "owner"}).status_code == 403
    assert athlete.post("invitations", json={"role": "athlete", "athlete_id": athlete_id}).status_code == 403
    assert athlete.post("athletes", json={"name": "B"}).status_code == 403
    assert athlete.put("practice", json={"retention_days": 0, "blur_faces": False}).status_code == 403
    taken = coach.post("athletes", json={"name": "C"}).json()["id"]
    link = coach.post("invitations", json={"role": "athlete", "athlete_id": taken}).json()["url"]
    body = {"token": link.rpartition("/")[2], "login": "ANN@example.org", "password": PASSWORD, "name": "C"}
    assert service.visitor().post("/api/v1/accounts", json=body).status_code == 409


def test_a_repeated_request_makes_one_thing(owner):
    key = {"Idempotency-Key": "abc"}
    first, second = (owner.post("athletes", json={"name": "Ann"}, headers=key) for _ in range(2))
    assert first.json() == second.json()
    assert owner.post("athletes", json={"name": "Bea"}, headers=key).status_code == 409
    assert len(owner.get("athletes").json()["items"]) == 2


def test_of_two_requests_at_once_the_second_is_told(owner, monkeypatch):
    """Both looked before either wrote, as two servers on one database may."""
    monkeypatch.setattr(athletes, "made_before", lambda *_: None)
    answers = [
        owner.post("athletes", json={"name": "Ann"}, headers={"Idempotency-Key": "abc"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 409]
    assert answers[1].json()["type"] == "urn:formcheck:problem:changed-meanwhile"
    assert len(owner.get("athletes").json()["items"]) == 2


def test_an_invitation_without_a_role_is_what_it_names(service, owner):
    ann = owner.post("athletes", json={"name": "Ann"}).json()["id"]
    coach = service.invited(owner, "coach@example.org", None)
    athlete = service.invited(owner, "ann@example.org", None, ann)
    assert (coach.me["role"], athlete.me["role"], athlete.me["athlete_id"]) == ("coach", "athlete", ann)
    assert coach.post("invitations", json={}).status_code == 403


def test_lists_come_in_pages(owner):
    names = [f"A{number}" for number in range(5)]
    for name in names:
        owner.post("athletes", json={"name": name})
    found, after = [], {}
    while True:
        page = owner.get("athletes", params={"limit": 2, **after}).json()
        assert len(page["items"]) <= 2
        found += [item["name"] for item in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert found == [*reversed(names), "owner@example.org"]


def test_pages_may_ask_more_often_than_programs(run_service):
    service = run_service(requests_per_min=2, page_requests_per_min=4)
    owner = service.owner()
    key = owner.post("keys", json={"name": "k", "scopes": ["read"]}).json()["key"]
    program = {"Authorization": f"Bearer {key}"}
    of_program = [service.visitor().get("/api/v1/me", headers=program) for _ in range(3)]
    of_pages = [owner.get("me") for _ in range(4)]
    assert [answer.status_code for answer in of_program] == [200, 200, 429]
    assert [answer.status_code for answer in of_pages] == [200, 200, 200, 429]
    assert of_pages[-1].headers["retry-after"]


def test_every_answer_carries_the_headers_that_protect(service, owner, monkeypatch):
    monkeypatch.setattr(service.app.state.metrics, "text", lambda *_: 1 / 0)
    told = TestClient(service.app, cookies=owner.client.cookies, raise_server_exceptions=False)
    mistake = told.get("/metrics")
    assert mistake.status_code == 500
    for answer in (owner.get("me"), owner.get("/sign-in"), owner.get("/static/service.css"), mistake):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-frame-options"] == "DENY"
        assert "server" not in answer.headers
