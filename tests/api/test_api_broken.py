"""Broken videos: cut at every twentieth, or with flipped bits; each is read or refused, within limits."""

import math
import os

import numpy as np
import pytest
from test_api_uploads import encode, left_in

FLIPPED = int(os.environ.get("FORMCHECK_TEST_BROKEN", "11"))
"""Files with flipped bits of each form; few by default, so that the suite stays quick."""
MOST_BITS = 64
CUTS = 20


def broken(content, seed):
    yield from (content[: len(content) * part // CUTS] for part in range(1, CUTS))
    random = np.random.default_rng(seed)
    for _ in range(FLIPPED):
        bits = np.unpackbits(np.frombuffer(content, np.uint8))
        bits[random.integers(len(bits), size=random.integers(1, MOST_BITS))] ^= 1
        yield np.packbits(bits).tobytes()


@pytest.mark.slow
@pytest.mark.parametrize(("form", "seed"), [("mp4", 1), ("matroska", 2)])
def test_a_broken_video_is_read_or_refused(service, owner, form, seed):
    answers = [
        owner.post("videos", content=content) for content in broken(encode(frames=30, form=form), seed)
    ]
    assert len(answers) == CUTS - 1 + FLIPPED
    kept = [answer.json() for answer in answers if answer.status_code in (200, 201)]
    for video in kept:
        assert min(video["width_px"], video["height_px"]) > 0
        assert 0 < video["duration_s"] < math.inf
    for answer in answers:
        if answer.status_code not in (200, 201):
            assert answer.status_code in (415, 422), answer.text
            assert answer.json()["hint"]
            assert "longer than" not in answer.json()["detail"]
    assert len(left_in(service)) == len({video["sha256"] for video in kept})
