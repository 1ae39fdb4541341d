"""Freed memory is kept for the next arrays: no page of theirs is asked for again."""

import subprocess
import sys

import pytest

LOOP = """
import resource
import numpy as np
{before}
for _ in range(20):
    np.ones(500_000), np.ones(500_000)
start = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(100):
    np.ones(500_000), np.ones(500_000)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - start)
"""


def faults(before: str) -> int:
    run = subprocess.run(
        [sys.executable, "-c", LOOP.format(before=before)], capture_output=True, text=True, check=True
    )
    return int(run.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="page faults are counted as Linux does")
def test_arrays_of_a_frames_size_cost_no_page_faults() -> None:
    assert faults("from formcheck.memory import keep_memory; keep_memory()") < 100 < faults("")
