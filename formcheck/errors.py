"""Everything that formcheck raises on purpose.

::

    FormcheckError               message: what was expected and found; hint: what to do
    ├── VideoError               the input video
    │   ├── UnreadableVideo      no such file, not a video, or a codec that cannot be decoded
    │   ├── NoVideoStream        a readable file without pictures
    │   ├── NoTimestamps         frames whose time nobody stated
    │   ├── TooShort             no frames, or too few to hold a rep
    │   └── TooLarge             beyond the limits in the settings
    ├── ModelError               the networks' weights
    │   ├── ModelMissing         not in the cache and no source reachable
    │   └── ModelCorrupt         the bytes are not the ones that the manifest names
    ├── LiftError                the lift files
    │   ├── UnknownLift          no lift of that name
    │   └── InvalidLift          a lift file that breaks the schema
    ├── AnalysisError            a good video that could not be judged
    │   ├── NoLifter             nobody in view could be followed
    │   ├── NotALift             someone moves, but it is none of the three lifts
    │   └── NoReps               the lift was recognised, no rep was found
    ├── InvalidReference         a file of reference reps that is none, or of another lift
    ├── OutputError              the folder for the results
    └── SettingsError            FORMCHECK_* variables or formcheck.toml

The command line exits with `exit_code`: 2 where the input must change, 3 where the video could not be
judged. "Could not measure" is no error: it is a `Measure` with a stated reason.
"""

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from pydantic import ValidationError


class FormcheckError(Exception):
    """Base of all errors raised on purpose.

    Parameters
    ----------
    message
        What was expected and what was found, in one sentence.
    hint
        What the user can do about it; may be empty.
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class VideoError(FormcheckError):
    """The input video cannot be used."""


class UnreadableVideo(VideoError):
    """No such file, not a video, or a codec that cannot be decoded."""


class NoVideoStream(VideoError):
    """The file can be read but holds no pictures."""


class NoTimestamps(VideoError):
    """The frames carry no time, and none can be derived."""


class TooShort(VideoError):
    """No frames, or too few to hold a rep."""


class TooLarge(VideoError):
    """Picture size, length or rate beyond the limits in the settings."""


class ModelError(FormcheckError):
    """The networks' weights cannot be used."""


class ModelMissing(ModelError):
    """Weights are not in the cache and no source could be reached."""


class ModelCorrupt(ModelError):
    """Weights whose sha256 is not the one in the manifest."""


class LiftError(FormcheckError):
    """A lift file cannot be used."""


class UnknownLift(LiftError):
    """No lift of that name."""


class InvalidLift(LiftError):
    """A lift file that breaks the schema."""


class AnalysisError(FormcheckError):
    """A readable video that could not be judged."""

    exit_code = 3


class NoLifter(AnalysisError):
    """Nobody in view could be followed."""


class NotALift(AnalysisError):
    """Somebody moves, but it is none of the known lifts."""


class NoReps(AnalysisError):
    """The lift was recognised but no rep was found."""


class InvalidReference(FormcheckError):
    """A reference file that is none, of another version, or of another lift."""


class OutputError(FormcheckError):
    """The folder for the results cannot be written."""


class SettingsError(FormcheckError):
    """A setting has a wrong name, type or range."""


def problems_of(error: "ValidationError") -> str:
    """Every problem of checked data, with the place of its field."""
    return "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
