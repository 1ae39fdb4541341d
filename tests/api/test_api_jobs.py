"""What becomes of an analysis, whatever happens to its decoder, its worker or its row."""

import errno
import json
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy.exc import OperationalError

from api import child
from api.jobs import _AGAIN, Jobs
from api.scratch import Scratch
from api.tables import Analysis, Video
from formcheck.errors import ModelMissing


def shown(person, analysis_id):
    return person.get(f"analyses/{analysis_id}").json()


def left_of(service, analysis_id):
    """Files and folders of an analysis."""
    return [path for path in service.settings.data_dir.rglob("*") if analysis_id in path.name]


def test_an_analysis_ends_with_all_its_files(service, owner, clip):
    analysis_id = service.done(owner, clip, load_kg=120)
    found = shown(owner, analysis_id)
    assert (found["state"], found["problem"], found["progress"]) == ("done", None, {})
    assert found["summary"]["lift"] == "squat"
    report = owner.get(f"analyses/{analysis_id}/files/report.json").json()
    assert report["schema_version"]
    assert owner.get(f"analyses/{analysis_id}/files/reps.csv").text.startswith("number,")
    page = owner.get(f"analyses/{analysis_id}/files/report.html")
    assert "sandbox" in page.headers["content-security-policy"]
    part = owner.get(f"analyses/{analysis_id}/files/annotated.mp4", headers={"Range": "bytes=0-9"})
    assert (part.status_code, len(part.content)) == (206, 10)
    for fault in found["summary"]["faults"]:
        assert owner.get(f"analyses/{analysis_id}/evidence/{fault['rule_id']}").status_code == 200
    assert owner.get(f"analyses/{analysis_id}/evidence/..%2Freport.json").status_code == 404
    assert owner.get(f"analyses/{analysis_id}/evidence/report").status_code == 404


def test_the_same_question_is_one_job(service, owner, clip):
    video = owner.upload(clip)
    body = {"video_id": video["id"], "lift": "squat"}
    answers = [owner.post("analyses", json=body) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 200]
    assert answers[0].json()["id"] == answers[1].json()["id"]
    assert owner.post("analyses", json=body | {"load_kg": 100}).status_code == 202
    with service.engine.connect() as connection:
        jobs = connection.exec_driver_sql("SELECT count(*) FROM workflow_status").scalar()
    assert jobs == 2


def test_an_unknown_lift_is_refused_with_the_known_ones(owner, clip):
    video = owner.upload(clip)
    answer = owner.post("analyses", json={"video_id": video["id"], "lift": "snatch"})
    assert (answer.status_code, answer.json()["title"]) == (422, "Unknown lift")


def test_what_cannot_be_judged_says_so_and_can_be_tried_again(service, owner, clip):
    analysis_id = owner.analyze(clip, name="nobody.mp4")
    service.jobs.analyze(analysis_id)
    found = shown(owner, analysis_id)
    assert (found["state"], found["problem"]["title"]) == ("failed", "No lifter")
    assert (found["problem"]["detail"], found["problem"]["hint"]) == ("nobody lifts", "film a set")
    assert owner.get(f"analyses/{analysis_id}/files/report.json").status_code == 409
    again = owner.post(f"analyses/{analysis_id}/retry")
    assert (again.status_code, again.json()["state"]) == (202, "queued")
    assert owner.post(f"analyses/{analysis_id}/retry").status_code == 409


@pytest.mark.parametrize(
    ("name", "words"), [("crash", "SIGSEGV"), ("noise", "not an answer"), ("hang", "nothing")]
)
def test_a_poison_video_fails_once_after_bounded_tries(run_service, clip, name, words):
    service = run_service(crashes=2, stall_s=4.0)
    owner = service.owner()
    analysis_id = owner.analyze(clip, name=f"{name}.mp4")
    service.jobs.analyze(analysis_id)
    found = shown(owner, analysis_id)
    assert (found["state"], found["problem"]["title"]) == ("failed", "Cannot be analyzed")
    assert words in found["problem"]["detail"]
    assert "2 times" in found["problem"]["detail"]
    service.jobs.analyze(analysis_id)
    assert shown(owner, analysis_id) == found


def test_a_video_that_takes_too_long_fails_at_once(run_service, clip):
    """Another try would take as long, and others wait."""
    service = run_service(job_wall_s=3.0)
    owner = service.owner()
    analysis_id = owner.analyze(clip, name="hang.mp4")
    service.jobs.analyze(analysis_id)
    found = shown(owner, analysis_id)
    assert (found["state"], found["problem"]["title"]) == ("failed", "Cannot be analyzed")
    assert found["problem"]["detail"].endswith("analyzed: it took longer than 3 s.")


@pytest.mark.parametrize(
    ("raised", "title"),
    [
        (ModelMissing("the network's weights are not here", "Fetch them."), "Model missing"),
        (OSError(errno.ENOSPC, "no room"), "Disk full"),
        (ValueError("Maria's mistake"), "Mistake"),
    ],
)
def test_whatever_happens_an_analysis_has_an_end(service, owner, clip, monkeypatch, raised, title):
    def fail(*_, **__):
        raise raised

    analysis_id = owner.analyze(clip)
    monkeypatch.setattr(child, "run", fail)
    service.jobs.analyze(analysis_id)
    found = shown(owner, analysis_id)
    assert (found["state"], found["problem"]["title"]) == ("failed", title)
    assert "Maria" not in found["problem"]["detail"]
    assert left_of(service, analysis_id) == []


def test_a_database_that_does_not_answer_is_waited_for(service, owner, clip, monkeypatch):
    analysis_id = owner.analyze(clip)
    lost = OperationalError("UPDATE", {}, Exception("the server closed the connection"))
    with monkeypatch.context() as patch:
        patch.setattr(service.jobs, "write", lambda *_, **__: (_ for _ in ()).throw(lost))
        with pytest.raises(OperationalError):
            service.jobs.analyze(analysis_id)
    assert _AGAIN["should_retry"](lost)
    assert not _AGAIN["should_retry"](ValueError())
    service.jobs.analyze(analysis_id)
    assert shown(owner, analysis_id)["state"] == "done"


def test_a_job_whose_workers_are_lost_again_and_again_is_given_up(run_service, clip):
    service = run_service(restarts=2)
    owner = service.owner()
    analysis_id = owner.analyze(clip)
    for _ in range(2):
        assert service.jobs._take(analysis_id, "lost")
    assert service.jobs._take(analysis_id, "lost")
    assert service.jobs._take(analysis_id, "lost") is None
    assert shown(owner, analysis_id)["state"] == "failed"


def test_a_worker_that_was_given_up_can_write_no_more(service, owner, clip):
    analysis_id = owner.analyze(clip)
    service.jobs._take(analysis_id, "old")
    service.jobs._take(analysis_id, "new")
    assert not service.jobs.write(analysis_id, "old", progress={"stage": "judging"})
    assert service.jobs.write(analysis_id, "new", progress={"stage": "watching"})
    assert shown(owner, analysis_id)["progress"] == {"stage": "watching"}


def during(service, analysis_id):
    """Run an analysis beside, and come back when it has begun."""
    beside = threading.Thread(target=service.jobs.analyze, args=(analysis_id,))
    beside.start()
    for _ in range(200):
        with service.app.state.sessions() as session:
            if session.get_one(Analysis, analysis_id).progress:
                return beside
        time.sleep(0.05)
    raise AssertionError("it did not begin")


def test_canceling_ends_the_decoder(service, owner, clip):
    analysis_id = owner.analyze(clip, name="slow hang.mp4")
    beside = during(service, analysis_id)
    assert owner.post(f"analyses/{analysis_id}/cancel").json()["state"] == "canceled"
    beside.join(10)
    assert not beside.is_alive()
    assert shown(owner, analysis_id)["state"] == "canceled"
    assert owner.post(f"analyses/{analysis_id}/retry").status_code == 202


def test_deleting_meanwhile_leaves_nothing(service, owner, clip):
    analysis_id = owner.analyze(clip, name="slow.mp4")
    video_id = shown(owner, analysis_id)["video_id"]
    beside = during(service, analysis_id)
    receipt = owner.delete(f"videos/{video_id}")
    beside.join(10)
    assert receipt.status_code == 200
    assert shown(owner, analysis_id)["status"] == 404
    assert left_of(service, analysis_id) == []


def test_progress_is_told_until_the_end(service, owner, clip):
    analysis_id = owner.analyze(clip, name="slow.mp4")
    beside = threading.Thread(target=service.jobs.analyze, args=(analysis_id,))
    beside.start()
    with owner.client.stream("GET", f"/api/v1/analyses/{analysis_id}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = list(answer.iter_lines())
    beside.join()
    events = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    told = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
    assert events[-1] == "end"
    assert events.count("end") == 1
    assert any(one["progress"].get("reps") for one in told)
    assert told[-1]["state"] == "done"


def test_the_queue_has_an_end(run_service, clip):
    service = run_service(queue_length=1)
    owner = service.owner()
    owner.analyze(clip)
    video = owner.upload(clip)
    answer = owner.post("analyses", json={"video_id": video["id"], "load_kg": 60})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")


def test_deletion_means_rows_and_bytes_and_gives_a_receipt(service, owner, clip):
    analysis_id = service.done(owner, clip)
    video = owner.get(f"videos/{shown(owner, analysis_id)['video_id']}").json()
    owner.post(f"analyses/{analysis_id}/comments", json={"at_s": 1, "text": "hips"})
    link = owner.post(f"analyses/{analysis_id}/shares", json={}).json()["url"]
    receipt = owner.delete(f"videos/{video['id']}").json()
    assert (receipt["kind"], receipt["subject_id"], receipt["rows"]) == ("video", video["id"], 4)
    assert receipt["files"] > 8
    assert owner.get(f"videos/{video['id']}").status_code == 404
    assert service.visitor().get(link).status_code == 404
    names = [path.name for path in service.settings.data_dir.rglob("*")]
    assert [name for name in names if analysis_id in name or video["sha256"] in name] == []


def test_what_was_deleted_is_not_on_the_disk_any_more(service, owner, clip):
    ann = owner.post("athletes", json={"name": "Ann Unforgettable", "note": "torn meniscus"}).json()["id"]
    video = owner.upload(clip, name="unforgettable.mp4", athlete_id=ann)
    files = [path for path in service.settings.data_dir.rglob("*") if path.is_file()]
    owner.delete(f"athletes/{ann}")
    service.jobs.expire()
    stored = b"".join(path.read_bytes() for path in files if path.exists()).lower()
    assert len(stored) > 10_000
    names = (b"unforgettable", b"meniscus", video["id"].encode(), video["sha256"].encode())
    assert [name for name in names if name in stored] == []


def test_videos_go_after_their_days_and_reports_stay(service, owner, clip):
    analysis_id = service.done(owner, clip)
    video_id = shown(owner, analysis_id)["video_id"]
    service.jobs.expire()
    assert owner.get(f"videos/{video_id}/content").status_code == 200
    owner.put("practice", json={"retention_days": 0, "blur_faces": False})
    service.jobs.expire()
    assert owner.get(f"videos/{video_id}/content").status_code == 410
    assert owner.get(f"analyses/{analysis_id}/files/report.json").status_code == 200
    assert owner.upload(clip)["gone_at"] is None
    assert owner.get(f"videos/{video_id}/content").status_code == 200


def test_a_video_that_is_uploaded_again_has_all_its_days_again(service, owner, clip):
    video_id = owner.upload(clip)["id"]
    with service.app.state.sessions.begin() as session:
        session.get_one(Video, video_id).created_at -= timedelta(days=31)
    service.jobs.expire()
    assert owner.get(f"videos/{video_id}/content").status_code == 410
    assert owner.upload(clip)["id"] == video_id
    service.jobs.expire()
    assert owner.get(f"videos/{video_id}/content").status_code == 200


def test_a_practice_that_hides_faces_does_not_give_the_original(service, owner, clip):
    video = owner.upload(clip)
    owner.put("practice", json={"retention_days": 30, "blur_faces": True})
    assert owner.get(f"videos/{video['id']}/content").status_code == 403


def test_lost_work_is_swept_away(tmp_path):
    import os

    scratch = Scratch(tmp_path)
    old, fresh = scratch.new_work("a"), scratch.new_work("b")
    os.utime(old, (0, 0))
    part = scratch.part("me", "x")
    part.write_bytes(b"1234")
    os.utime(part, (0, 0))
    assert scratch.sweep().bytes == 4
    assert (old.exists(), fresh.exists(), part.exists()) == (False, True, False)


def test_a_worker_that_is_silent_is_told_apart(service, make_settings):
    jobs = Jobs(service.engine, make_settings(lost_after_s=3600), "other")
    jobs._beat()
    assert service.jobs.take_over() == 0
