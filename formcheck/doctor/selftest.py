"""Small runs of the real thing: a clip written and read, the networks run once."""

import tempfile
from pathlib import Path

from formcheck.settings import VideoLimits


def try_video() -> str:
    """Encode five frames and decode them again, in a temporary folder.

    Raises
    ------
    RuntimeError
        Other frames came back than were written.
    """
    import numpy as np

    from formcheck.video import ClipWriter, VideoFile

    grays = [40, 80, 120, 160, 200]
    with tempfile.TemporaryDirectory(prefix="formcheck-") as folder:
        path = Path(folder) / "clip.mp4"
        with ClipWriter(path, threads=1) as writer:
            for index, gray in enumerate(grays):
                writer.write(np.full((48, 64, 3), gray, np.uint8), index / 30)
        seen = [frame.image.mean() for frame in VideoFile(path, limits=VideoLimits(), threads=1)]
    if len(seen) != len(grays) or not np.allclose(seen, grays, atol=4):
        raise RuntimeError(f"wrote frames of gray {grays}, read {np.round(seen).tolist()}")
    return "5 frames encoded and decoded"


def try_networks(detector: Path, landmarks: Path, *, threads: int) -> str:
    """Run the two networks of these files once, on a picture of noise.

    Raises
    ------
    RuntimeError
        What a network gave is no number, or no point.
    """
    import numpy as np

    from formcheck.pose.networks import Detector, Landmarker
    from formcheck.pose.region import Region
    from formcheck.video.picture import RgbPicture

    picture = RgbPicture(np.random.default_rng(0).integers(0, 255, (256, 256, 3), np.uint8))
    window = Region(128.0, 128.0, 256.0)
    people = Detector(detector, threads=1).find(picture, window)
    found = Landmarker(landmarks, threads=threads).find(picture, window)
    if not (np.isfinite(found.xy_px).all() and 0 <= found.score <= 1):
        raise RuntimeError(f"landmarks of noise with score {found.score}: expected finite points")
    return f"{len(people)} people in noise, {len(found.xy_px)} landmarks"
