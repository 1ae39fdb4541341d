"""Where a take comes from: its video, what was wrong with it, and which eyes looked."""

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, astuple, dataclass, replace
from typing import get_args

from formcheck.errors import UnreadableVideo
from formcheck.models import networks_of, verify_models
from formcheck.settings import PLATE_DIAMETER_M, Preset, Settings
from formcheck.video import FrameSource, VideoInfo


@dataclass(frozen=True, slots=True)
class Facts:
    """What the lifter said of the set, as in `Settings`; None is not known."""

    plate_diameter_m: float = PLATE_DIAMETER_M
    height_m: float | None = None
    load_kg: float | None = None
    variant: str | None = None
    rules: str | None = None


RATES = ("pose_rate_hz", "pose_least_hz", "bar_rate_hz")
"""Settings of how often the eyes look."""

_FACTS = tuple(Facts.__dataclass_fields__)
_NUMBERS = ("plate_diameter_m", "height_m", "load_kg")


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
        Preset, pose backend and rate, and the facts about the set that were known.
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
                **{name: f"{getattr(settings, name):g}" for name in RATES},
                **_told(settings, _FACTS),
            },
        )

    @property
    def facts(self) -> Facts:
        """What the lifter said of the set."""
        numbers = {name: float(value) for name, value in self.settings.items() if name in _NUMBERS}
        names = {name: self.settings.get(name) for name in _FACTS if name not in _NUMBERS}
        return Facts(**numbers, **names)  # type: ignore[arg-type]

    def told(self, settings: Settings | None) -> "Origin":
        """The same, with the facts that `settings` were given, by anyone, instead of those said before."""
        if settings is None:
            return self
        given = [name for name in _FACTS if name in settings.model_fields_set]
        return replace(self, settings={**self.settings, **_told(settings, given)})

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
            origin = cls(info=info, **{**parts, "notes": tuple(parts["notes"])})
            numbers = [fact for fact in astuple(origin.facts) if isinstance(fact, float)]
            if not all(0 < number < math.inf for number in numbers):
                raise ValueError("a fact about the set that cannot be")
            return origin
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise UnreadableVideo(
                "expected a take with a note of its video, found none",
                "Give the motion.npz of a result folder.",
            ) from error


def _told(settings: Settings, names: Iterable[str]) -> dict[str, str]:
    """Those of the settings that are not None, as text."""
    values = {name: getattr(settings, name) for name in names}
    return {
        name: value if isinstance(value, str) else f"{value:g}"
        for name, value in values.items()
        if value is not None
    }


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
