"""The one settings tree: defaults written once, changed by `FORMCHECK_*` variables or `formcheck.toml`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from platformdirs import user_cache_path
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from formcheck.errors import SettingsError, problems_of

PLATE_DIAMETER_M = 0.45
"""Steel discs of 20 kg and more and all bumper plates: 450 mm (IWF TCRR, IPF Technical Rules)."""

Preset = Literal["accurate", "balanced", "light"]
"""Which landmark network runs: heavy, full or lite."""

Backend = Literal["direct", "mediapipe"]
"""How the pose networks are run; see `formcheck.pose`."""


_LONGEST_PHASE_S = 30.0


def tempo_s(text: str) -> tuple[float, float, float]:
    """Read a tempo, like 3-1-0, as seconds of the eccentric, pause and concentric phase.

    0 or X is as fast as possible.

    Raises
    ------
    ValueError
        Not three numbers of seconds.
    """
    parts = text.strip().upper().split("-")
    seconds = [0.0 if part.strip() == "X" else _seconds(part) for part in parts]
    if len(seconds) != 3 or not all(0 <= one <= _LONGEST_PHASE_S for one in seconds):
        raise ValueError(
            "expected the seconds of eccentric, pause and concentric, like 3-1-0 (0 or X: as fast as "
            f"possible), found '{text}'"
        )
    if not any(seconds):
        raise ValueError(f"expected at least one phase with seconds to keep, found '{text}'")
    return seconds[0], seconds[1], seconds[2]


def _seconds(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return -1.0


def _tempo(text: str) -> str:
    tempo_s(text)
    return text


Tempo = Annotated[str, AfterValidator(_tempo)]
"""A tempo that `tempo_s` can read."""


class VideoLimits(BaseModel):
    """What a video may ask of the machine; beyond it the answer is `TooLarge`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    long_side_px: int = Field(4096, gt=0)
    pixels: int = Field(4096 * 2304, gt=0)
    duration_s: float = Field(600.0, gt=0)
    frames: int = Field(36_000, gt=0)
    streams: int = Field(8, gt=0)


class Settings(BaseSettings):
    """All settings, with their defaults.

    A variable overrides the file: `FORMCHECK_PRESET=light`, `FORMCHECK_LIMITS__DURATION_S=60`.
    The file is `formcheck.toml` in the working folder. `plate_diameter_m` (of the outermost plate),
    `height_m` (of the lifter), `load_kg` (bar and plates) and the `variant` of the lift are facts about the
    set; None is not known. `rules` names what it is judged by, `lifts` a folder of lift files of one's own.
    The bar is followed in every frame, up to `bar_rate_hz` a second; the networks look at people between
    `pose_least_hz` (at rest) and `pose_rate_hz` times a second, as often as their movement asks for. A least
    rate as high as the other one makes it steady.
    """

    model_config = SettingsConfigDict(
        env_prefix="FORMCHECK_",
        env_nested_delimiter="__",
        toml_file="formcheck.toml",
        extra="forbid",
        frozen=True,
    )

    preset: Preset = "accurate"
    pose: Backend = "direct"
    models_dir: Path = Field(default_factory=lambda: user_cache_path("formcheck") / "models")
    pose_rate_hz: float = Field(30.0, ge=5.0, le=240.0)
    pose_least_hz: float = Field(6.0, ge=5.0, le=240.0)
    bar_rate_hz: float = Field(60.0, ge=5.0, le=240.0)
    threads: int = Field(2, ge=1, le=64)
    plate_diameter_m: float = Field(PLATE_DIAMETER_M, ge=0.15, le=0.6)
    height_m: float | None = Field(None, ge=1.0, le=2.5)
    load_kg: float | None = Field(None, gt=0.0, le=600.0)
    variant: str | None = Field(None, pattern=r"^[a-z_]+$")
    rules: str | None = Field(None, pattern=r"^[a-z_]+$")
    lifts: Path | None = None
    reference: Path | None = None
    tempo: Tempo | None = None
    limits: VideoLimits = VideoLimits()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order of precedence: arguments, environment, file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(**overrides: object) -> Settings:
    """Read the settings; `None` among the overrides means "not given".

    Raises
    ------
    SettingsError
        A wrong name, type or range, with each offending setting.
    """
    hint = "Check the options, the FORMCHECK_* variables and formcheck.toml."
    return read_settings(Settings, "settings", hint, overrides)


Kind = TypeVar("Kind", bound=BaseSettings)


def read_settings(kind: type[Kind], what: str, hint: str, overrides: Mapping[str, object]) -> Kind:
    """Read settings of a kind; `None` among the overrides means "not given".

    Raises
    ------
    SettingsError
        `what` is not valid, with each offending setting, and the `hint`.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return kind(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError(f"{what} are not valid: {problems_of(error)}", hint) from error
