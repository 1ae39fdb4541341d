"""Stands before the command of a decoder: opens videos for real, and instead of analyzing copies results.

What a video is called says what happens: `crash`, `hang`, `nobody`, `slow`, `long`, `longer`, `noise`.
It dies with the worker, as a decoder does.
"""

import ctypes
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

PARENT_DEATH_SIGNAL = 1
PAUSES_S = {"longer": 0.6, "long": 0.3, "slow": 0.1}
"""Ten of them make a job of that name."""


def main() -> None:
    canned, *command = sys.argv[1:]
    ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)
    text = sys.stdin.read()
    task = json.loads(text)
    if task["task"] != "analyze":
        sys.exit(subprocess.run(command, input=text, text=True, check=False).returncode)
    behave(task["name"])
    for path in Path(canned).iterdir():
        shutil.copy(path, task["folder"])
    say({"answer": {}})


def behave(name: str) -> None:
    pause_s = next((pause_s for word, pause_s in PAUSES_S.items() if word in name), None)
    if pause_s is not None:
        for done in range(10):
            say(
                {
                    "stage": "watching",
                    "done": done,
                    "total": 10,
                    "frames_per_s": 10.0,
                    "reps": [{"number": 1}],
                }
            )
            time.sleep(pause_s)
    if "crash" in name:
        os.kill(os.getpid(), signal.SIGSEGV)
    if "hang" in name:
        time.sleep(3600)
    if "noise" in name:
        sys.stdout.write("not json\n")
        sys.stdout.flush()
        time.sleep(60)
    if "nobody" in name:
        say({"answer": {"error": {"name": "NoLifter", "message": "nobody lifts", "hint": "film a set"}}})
        sys.exit()


def say(line: object) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
