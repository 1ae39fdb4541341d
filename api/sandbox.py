"""What runs in a decoder's process: `python -m api.sandbox`, JSON on its input, lines of JSON as answer.

Tasks: `probe` opens a video and tells its facts; `analyze` writes the folder of results; `reference` gives
the best reps of takes, or a chosen one. The last line has the key `answer`: the facts, an empty document, the
reference, or under `error` what a `FormcheckError` says.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TextIO

Say = Callable[[Mapping[str, Any]], None]


def main() -> None:
    """Do one task."""
    task = json.load(sys.stdin)
    say = _speak(_own_output())
    from api.confine import confine

    confine(task["bounds"])
    from formcheck.errors import FormcheckError

    try:
        answer = _TASKS[task["task"]](task, say)
    except FormcheckError as error:
        answer = {"error": {"name": type(error).__name__, "message": error.message, "hint": error.hint}}
    say({"answer": answer})


def _own_output() -> TextIO:
    """Keep the output for our lines; what libraries print goes elsewhere."""
    kept = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return kept


def _speak(output: TextIO) -> Say:
    def say(line: Mapping[str, Any]) -> None:
        output.write(json.dumps(line) + "\n")
        output.flush()

    return say


def _probe(task: Mapping[str, Any], _say: Say) -> dict[str, Any]:
    from formcheck.settings import VideoLimits
    from formcheck.video import open_video

    info = open_video(task["path"], limits=VideoLimits(**task["limits"]), threads=1).info
    return {"width_px": info.width_px, "height_px": info.height_px, "duration_s": info.duration_s}


def _analyze(task: Mapping[str, Any], say: Say) -> dict[str, Any]:
    from api.watching import analyze

    analyze(task, Path(task["folder"]), say)
    return {}


def _reference(task: Mapping[str, Any], _say: Say) -> dict[str, Any]:
    from formcheck import analyze_motion
    from formcheck.reference.make import SetOfReps, make_reference

    judged = [analyze_motion(take["path"], lift=take["lift"]) for take in task["takes"]]
    sets = [
        SetOfReps(one.take, one.reps, one.report.faults, one.report.video.name, one.report.video.sha256)
        for one in judged
    ]
    return make_reference(sets, rep=task["rep"]).model_dump(mode="json")


_TASKS = {"probe": _probe, "analyze": _analyze, "reference": _reference}


if __name__ == "__main__":
    main()
