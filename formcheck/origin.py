"""Where a take comes from: its video, what was wrong with it, and which eyes looked."""

import json
from dataclasses import asdict, dataclass
from typing import get_args

from formcheck.errors import UnreadableVideo
from formcheck.models import networks_of, verify_models
from formcheck.settings import Preset, Settings
from formcheck.video import FrameSource, VideoInfo


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a take comes from; kept beside it so that it can be judged again without vision.

    Attributes
    ----------
    info
        The video.
    decoded_share
        0..1, how much of the video could be decoded.
    notes
        What was repaired or skipped while decoding.
    weights
        The networks that looked, name to sha256.
    settings
        Preset, pose backend and rate.
    """

    info: VideoInfo
    decoded_share: float
    notes: tuple[str, ...]
    weights: dict[str, str]
    settings: dict[str, str]

    @classmethod
    def of(cls, info: VideoInfo, settings: Settings, source: FrameSource | None, last_s: float) -> "Origin":
        """Describe a take that was watched with `settings` up to `last_s`; `source` was read for it."""
        return cls(
            info=info,
            decoded_share=_decoded_share(source, last_s) if source else 1.0,
            notes=source.decoded.warnings if source else (),
            weights=_weights(settings),
            settings={
                "preset": settings.preset,
                "pose": settings.pose,
                "pose_rate_hz": f"{settings.pose_rate_hz:g}",
            },
        )

    def to_json(self) -> str:
        """As text, to be kept beside the take."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Origin":
        """Read what `to_json` wrote.

        Raises
        ------
        UnreadableVideo
            The text is something else.
        """
        try:
            parts = json.loads(text)
            if parts["settings"]["preset"] not in get_args(Preset):
                raise ValueError("unknown preset")
            info = VideoInfo(**parts.pop("info"))
            return cls(info=info, **{**parts, "notes": tuple(parts["notes"])})
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise UnreadableVideo(
                "expected a take with a note of its video, found none",
                "Give the motion.npz of a result folder.",
            ) from error


def _decoded_share(source: FrameSource, last_s: float) -> float:
    expected = source.decoded.expected_s
    if not expected or not source.info.mean_fps:
        return 1.0
    return min((last_s + 1 / source.info.mean_fps) / expected, 1.0)


def _weights(settings: Settings) -> dict[str, str]:
    used = networks_of(settings.preset)
    return {
        status.name: status.sha256 or ""
        for status in verify_models(settings.models_dir)
        if status.name in used
    }
