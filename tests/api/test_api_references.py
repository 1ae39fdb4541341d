"""Reference reps: made of finished sets, compared with by default, gone with what they were made of."""

import json

import pytest
from builders import MemorySource
from synthetic import Tempo, film

from api.watching import judged
from formcheck.motion import save_motion
from formcheck.origin import Origin
from formcheck.reference import load_reference
from formcheck.settings import Settings


@pytest.fixture
def finished(service, owner, clip):
    return service.done(owner, clip)


def made(owner, *analysis_ids, **more):
    return owner.post("references", json={"analysis_ids": list(analysis_ids), **more})


def test_the_best_reps_of_a_set_are_kept_once(owner, finished, tmp_path):
    first, second = made(owner, finished), made(owner, finished)
    assert (first.status_code, second.status_code) == (201, 200)
    found = first.json()
    assert second.json() == found
    assert (found["lift"], found["view"], found["rep"], found["made_of"]) == (
        "squat",
        "side",
        None,
        [finished],
    )
    assert owner.get("references").json()["items"] == [found]
    path = tmp_path / "me.ref.json"
    path.write_text(json.dumps(owner.get(f"references/{found['id']}/file").json()))
    assert load_reference(path).reps == found["reps"]


def test_a_chosen_rep_must_be_there(owner, finished):
    chosen = made(owner, finished, rep=2)
    assert (chosen.status_code, chosen.json()["rep"], chosen.json()["reps"]) == (201, 2, 1)
    refused = made(owner, finished, rep=9)
    assert (refused.status_code, refused.json()["title"]) == (422, "Invalid reference")
    assert "1, 2, 3" in refused.json()["detail"]


def test_sets_must_be_done_and_of_one_athlete(service, owner, finished, clip, other_clip):
    waiting = owner.analyze(other_clip)
    assert made(owner, waiting).json()["title"] == "Not done"
    ann = owner.post("athletes", json={"name": "Ann"}).json()["id"]
    video = owner.upload(clip, athlete_id=ann)
    other = owner.post("analyses", json={"video_id": video["id"]}).json()["id"]
    service.jobs.analyze(other)
    assert made(owner, finished, other).json()["title"] == "Several athletes"


def options(owner, video_id, **more):
    return owner.post("analyses", json={"video_id": video_id, **more}).json()["options"]


def test_the_newest_of_the_lift_is_what_a_set_is_compared_with(service, owner, finished, other_clip):
    video = owner.upload(other_clip)["id"]
    assert options(owner, video)["references"] == {}
    older, newer = made(owner, finished).json()["id"], made(owner, finished, rep=1).json()["id"]
    assert options(owner, video)["references"] == {"squat": newer}
    assert options(owner, video, lift="deadlift")["references"] == {}
    assert options(owner, video, reference_id=older)["references"] == {"squat": older}
    refused = owner.post("analyses", json={"video_id": video, "lift": "deadlift", "reference_id": older})
    assert refused.json()["title"] == "Invalid reference"
    assert owner.delete(f"references/{newer}").status_code == 204
    asked = owner.post("analyses", json={"video_id": video, "load_kg": 90}).json()
    assert asked["options"]["references"] == {"squat": older}
    task = service.jobs._take(asked["id"], "me")
    assert list(task["references"]) == ["squat"]
    assert task["references"]["squat"]["document"]["kind"] == "formcheck reference"


def test_a_set_is_judged_beside_the_reference_of_its_lift(owner, finished, tmp_path):
    reference = made(owner, finished).json()["id"]
    document = owner.get(f"references/{reference}/file").json()
    motion = film("squat", Tempo(depths=(1.0, 0.7)), fps=30.0, plate_m=0.45).motion
    origin = Origin(MemorySource(motion).info, 1.0, (), {}, {"preset": "accurate"})
    save_motion(motion, tmp_path / "take.npz", note=origin.to_json())
    kept = {"name": "squat_2026-11-26.ref.json", "document": document}
    for references, against in (({"squat": kept}, "own"), ({"deadlift": kept}, "generic"), ({}, "generic")):
        report = judged(tmp_path / "take.npz", None, Settings(), references).report
        assert report.comparisons[0].against == against
    assert [path.name for path in tmp_path.glob("*.json")] == []


def test_what_is_said_of_the_set_reaches_the_judgement(owner, clip):
    video = owner.upload(clip)["id"]
    said = {"lift": "squat", "variant": "low_bar", "rules": "competition", "tempo": "3-1-0", "load_kg": 100}
    assert options(owner, video, **said).items() >= said.items()
    for wrong in ({"variant": "sideways"}, {"rules": "none"}, {"lift": "squat", "variant": "sumo"}):
        answer = owner.post("analyses", json={"video_id": video, **wrong})
        assert (answer.status_code, answer.json()["title"]) == (422, "Unknown lift"), wrong
    refused = owner.post("analyses", json={"video_id": video, "tempo": "slow"})
    assert (refused.status_code, "like 3-1-0" in refused.json()["detail"]) == (422, True)


def test_a_reference_goes_with_what_it_was_made_of(service, owner, finished):
    made(owner, finished)
    receipt = owner.delete(f"analyses/{finished}").json()
    assert receipt["rows"] == 2
    assert owner.get("references").json()["items"] == []


def test_load_and_height_are_known_from_session_and_athlete(owner, clip):
    video = owner.upload(clip)["id"]
    owner.put(f"athletes/{owner.me['athlete_id']}", json={"name": "Maria", "height_m": 1.72})
    day = {"day": "2026-11-26", "lift": "squat", "load_kg": 140}
    session = owner.post("sessions", json=day).json()["id"]
    assert options(owner, video, session_id=session).items() >= {"load_kg": 140, "height_m": 1.72}.items()
    said = {"load_kg": 60, "height_m": 1.9}
    assert options(owner, video, session_id=session, **said).items() >= said.items()
