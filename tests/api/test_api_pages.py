"""The pages, as a browser asks for them, and what they are made of."""

import io
import json
import logging

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from api.logs import JsonLines, log, start_log
from api.routes import pages
from api.tables import Analysis

HTML = {"accept": "text/html"}


@pytest.fixture
def two_sets(service, owner, clip, other_clip):
    return service.done(owner, clip, load_kg=100), service.done(owner, other_clip, load_kg=120)


def test_every_page_is_there(owner, two_sets):
    first, second = two_sets
    athlete = owner.me["athlete_id"]
    pages = ["/", "/?show=worst", "/?show=all", "/upload", "/athletes", f"/athletes/{athlete}", "/settings"]
    pages += [f"/analyses/{first}", f"/compare?first={first}&second={second}"]
    for path in pages:
        answer = owner.get(path, headers=HTML)
        assert answer.status_code == 200, path
        assert "<h1>" in answer.text
        assert 'src="data:' not in answer.text.replace('href="data:,"', "")
        assert "<script>" not in answer.text


def test_the_report_page_is_the_librarys_with_the_services_tools(owner, two_sets):
    page = owner.get(f"/analyses/{two_sets[0]}", headers=HTML).text
    assert "The one thing to work on" in page or "What to work on" in page
    assert f"/api/v1/analyses/{two_sets[0]}/files/annotated.mp4" in page
    assert 'id="share"' in page
    shared = owner.post(f"analyses/{two_sets[0]}/shares", json={}).json()["url"]
    told = owner.client.get(shared).text
    assert 'id="share"' not in told
    assert "csrf" not in told


@pytest.mark.parametrize("name", ["page.css", "theme.js", "kit.js", "page.js", "bar.js", "plotly.js"])
def test_the_reports_parts_are_served(service, name):
    answer = service.visitor().get(f"/assets/{name}")
    assert answer.status_code == 200
    assert len(answer.text) > 500


def test_a_part_is_sent_small_and_once(service):
    visitor = service.visitor()
    packed = visitor.get("/assets/plotly.js")
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.num_bytes_downloaded < len(packed.content) / 3
    plain = visitor.get("/assets/plotly.js", headers={"accept-encoding": "identity"})
    assert plain.content == packed.content
    same = {"if-none-match": packed.headers["etag"]}
    again = visitor.get("/assets/plotly.js", headers=same)
    assert (again.status_code, again.content) == (304, b"")
    assert visitor.get("/assets/page.js", headers=same).status_code == 200


def test_nothing_else_is_served_as_a_part(service):
    assert service.visitor().get("/assets/page.html").status_code == 404
    assert service.visitor().get("/static/../app.py").status_code == 404


def test_a_set_says_whose_it_is_and_is_compared_with_sets_of_its_lift(service, owner, clip, other_clip):
    first, second = service.done(owner, clip, load_kg=100), service.done(owner, other_clip, load_kg=120)
    page = owner.get(f"/analyses/{first}", headers=HTML).text
    assert f'<a href="/athletes/{owner.me["athlete_id"]}">owner@example.org</a>' in page
    assert f"first={second}" in page
    with service.app.state.sessions.begin() as session:
        other = session.get_one(Analysis, second)
        other.summary = other.summary | {"lift": "deadlift"}
    assert f"first={second}" not in owner.get(f"/analyses/{first}", headers=HTML).text


def test_a_failed_and_a_waiting_set_have_their_pages(service, owner, clip):
    failed = owner.analyze(clip, name="nobody <i>x.mp4")
    assert "Waiting for its turn" in owner.get(f"/analyses/{failed}", headers=HTML).text
    service.jobs.analyze(failed)
    page = owner.get(f"/analyses/{failed}", headers=HTML).text
    assert "nobody lifts" in page
    assert "<i>x" not in page


def test_a_wrong_address_is_told_as_a_page(owner):
    for path in ("/nowhere", "/analyses/no-such-thing"):
        answer = owner.get(path, headers=HTML)
        assert (answer.status_code, "Back to the start" in answer.text) == (404, True)


def test_a_rule_that_one_set_did_not_show_leaves_its_place_empty(service, owner, two_sets):
    with service.app.state.sessions.begin() as session:
        other = session.get_one(Analysis, two_sets[0])
        other.summary = other.summary | {"rules": {}}
        shown = session.get_one(Analysis, two_sets[1])
        rule = {"title": "Depth", "faulty": 1, "judged": 3}
        shown.summary = shown.summary | {"rules": {"squat.depth_short": rule}}
    page = owner.get(f"/athletes/{owner.me['athlete_id']}", headers=HTML)
    assert page.status_code == 200
    assert page.text.count("1 of 3") == 1
    assert "<td></td>" in page.text


def test_trends_hold_each_set_with_its_doubt(owner, two_sets):
    found = owner.get(f"athletes/{owner.me['athlete_id']}/trends").json()
    trend = next(one for one in found["trends"] if one["measure"] == "mean_velocity")
    assert [point["analysis_id"] for point in trend["points"]] == list(two_sets)
    assert all(point["low"] <= point["value"] <= point["high"] for point in trend["points"])


def test_two_alike_sets_differ_in_nothing(owner, two_sets):
    first, second = two_sets
    found = owner.get("compare", params={"first": first, "second": second}).json()
    assert found["differences"]
    assert {one["change"] for one in found["differences"]} == {0.0}
    assert {one["clear"] for one in found["differences"]} <= {False, None}


def test_a_reviewed_set_leaves_the_board(owner, two_sets):
    first, _ = two_sets
    assert f"/analyses/{first}" in owner.get("/", headers=HTML).text
    assert owner.put(f"analyses/{first}/review", json={"reviewed": True}).json()["reviewed_at"]
    assert f"/analyses/{first}" not in owner.get("/", headers=HTML).text
    assert [one["id"] for one in owner.get("analyses", params={"reviewed": True}).json()["items"]] == [first]


def test_the_board_goes_on_where_a_page_of_it_ends(service, owner, two_sets, monkeypatch):
    monkeypatch.setattr(pages, "_RECENT", 1)
    newest, older = (owner.get(f"/?page={number}", headers=HTML).text for number in (1, 2))
    shown = [[f"set-{one}" in page for one in two_sets] + ['rel="next"' in page] for page in (newest, older)]
    assert shown == [[False, True, True], [True, False, False]]


def test_sets_are_found_by_what_their_cards_say(service, owner, clip, other_clip):
    ann = owner.post("athletes", json={"name": "Ann_1"}).json()["id"]
    videos = [owner.upload(clip, name="a.mp4"), owner.upload(other_clip, name="b.mp4", athlete_id=ann)]
    ids = [owner.post("analyses", json={"video_id": one["id"]}).json()["id"] for one in videos]
    service.jobs.analyze(ids[0])
    summary = owner.get(f"analyses/{ids[0]}").json()["summary"]

    def found(words):
        page = owner.get("/", params={"find": words}, headers=HTML)
        assert page.status_code == 200
        return [one for one in ids if f"set-{one}" in page.text]

    assert found("") == ids
    assert found("ann_") == found("B.mp4") == found("queued") == [ids[1]]
    assert found(summary["title"]) == found(summary["faults"][0]["title"].upper()) == [ids[0]]
    assert found("%") == []


def test_an_empty_board_says_why(service, owner, clip):
    assert "No sets yet" in owner.get("/", headers=HTML).text
    analysis_id = service.done(owner, clip)
    owner.put(f"analyses/{analysis_id}/review", json={"reviewed": True})
    assert "All sets are reviewed" in owner.get("/", headers=HTML).text
    assert "Nothing matches" in owner.get("/?find=nothing+like+it", headers=HTML).text


def test_a_deletion_leaves_a_receipt_for_those_whose_it_was(service, owner, clip):
    ann = owner.post("athletes", json={"name": "Ann"}).json()["id"]
    video = owner.upload(clip, name="secret.mp4", athlete_id=ann)
    receipt = owner.delete(f"videos/{video['id']}").json()["id"]
    page = owner.get(f"/receipts/{receipt}", headers=HTML)
    assert (page.status_code, receipt in page.text, "secret" in page.text) == (200, True, False)
    assert f"/receipts/{receipt}" in owner.get("/settings", headers=HTML).text
    ann, bea = (
        service.invited(owner, f"{name}@example.org", "athlete", athlete)
        for name, athlete in (("ann", ann), ("bea", owner.post("athletes", json={"name": "B"}).json()["id"]))
    )
    coach = service.invited(owner, "coach@example.org", "coach")
    codes = [one.get(f"/receipts/{receipt}", headers=HTML).status_code for one in (ann, bea, coach)]
    assert codes == [200, 404, 404]


def test_comments_tell_who_wrote_them(service, owner, clip):
    analysis_id = service.done(owner, clip)
    owner.post(f"analyses/{analysis_id}/comments", json={"at_s": 1.0, "text": "Hips first."})
    page = owner.get(f"/analyses/{analysis_id}", headers=HTML).text
    assert "owner@example.org" in page[page.index("Hips first.") :].partition("</li>")[0]


def test_health_is_told(service, owner):
    assert service.visitor().get("/healthz").json() == {"status": "alive"}
    assert service.visitor().get("/readyz").status_code == 503
    service.jobs._beat()
    assert service.visitor().get("/readyz").json() == {"workers": 1}


def test_the_log_names_nobody(service, owner, clip):
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    try:
        video = owner.upload(clip, name="Maria Huber squat.mp4")
        owner.post("athletes", json={"name": "Maria Huber"})
        owner.get(f"videos/{video['id']}", headers={"user-agent": "Maria's phone"})
        service.visitor().post("/api/v1/sign-in", json={"login": "maria@example.org", "password": "secret"})
    finally:
        log.removeHandler(handler)
    lines = [json.loads(line) for line in written.getvalue().splitlines()]
    assert len(lines) == 4
    assert all({"time", "level", "event", "route", "status", "ms"} <= set(line) for line in lines)
    text = written.getvalue().lower()
    assert [word for word in ("maria", "huber", "secret", "testclient") if word in text] == []


def test_what_libraries_log_has_the_same_form_and_quotes_nobody(capsys):
    loggers = [logging.getLogger(name) for name in ("", "dbos")]
    before = [list(one.handlers) for one in loggers]
    try:
        start_log()
        try:
            raise ValueError("maria@example.org is taken")
        except ValueError as error:
            logging.getLogger("uvicorn.error").error("Exception in the application\n", exc_info=error)
        logging.getLogger("dbos").warning("A step is tried again")
    finally:
        for one, handlers in zip(loggers, before, strict=True):
            one.handlers = handlers
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["event"] for line in lines] == ["Exception in the application", "A step is tried again"]
    assert "test_api_pages.py" in lines[0]["at"]
    assert "maria" not in str(lines)


def test_an_error_of_the_database_does_not_quote_what_was_stored(service):
    with service.engine.connect() as connection, pytest.raises(IntegrityError) as raised:
        connection.execute(text("INSERT INTO users (login) VALUES (:login)"), {"login": "maria@example.org"})
    assert "maria" not in str(raised.value)
