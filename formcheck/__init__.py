"""formcheck: reps, tempo, joint angles and technique of a barbell lift, from a video of it.

::

    import formcheck

    report = formcheck.analyze("squat.mp4")
    for rep in report.reps:
        print(rep.number, rep.tempo, rep.verdict)

The names below are the public ones. They are loaded when first used, so that the import itself costs
nothing and pulls in no OpenCV, FFmpeg or MediaPipe.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from formcheck.errors import FormcheckError
    from formcheck.judgement import Analysis, analyze_motion, judge
    from formcheck.lifts import Lift, known_lifts, load_lift
    from formcheck.motion import Motion, load_motion, save_motion
    from formcheck.origin import Origin
    from formcheck.output import save_analysis
    from formcheck.pipeline import Analyzer, Progress, analyze, analyze_video
    from formcheck.report import Report
    from formcheck.settings import Settings, load_settings

    __version__: str

__all__ = [
    "Analysis",
    "Analyzer",
    "FormcheckError",
    "Lift",
    "Motion",
    "Origin",
    "Progress",
    "Report",
    "Settings",
    "__version__",
    "analyze",
    "analyze_motion",
    "analyze_video",
    "judge",
    "known_lifts",
    "load_lift",
    "load_motion",
    "load_settings",
    "save_analysis",
    "save_motion",
]

_HOMES = {
    "formcheck.errors": ("FormcheckError",),
    "formcheck.lifts": ("Lift", "known_lifts", "load_lift"),
    "formcheck.motion": ("Motion", "load_motion", "save_motion"),
    "formcheck.judgement": ("Analysis", "analyze_motion", "judge"),
    "formcheck.pipeline": ("Analyzer", "Progress", "analyze", "analyze_video"),
    "formcheck.origin": ("Origin",),
    "formcheck.output": ("save_analysis",),
    "formcheck.report": ("Report",),
    "formcheck.settings": ("Settings", "load_settings"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    if name == "__version__":
        return _version()
    if name not in _HOME:
        raise AttributeError(f"module 'formcheck' has no attribute {name!r}")
    globals()[name] = value = getattr(import_module(_HOME[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("formcheck")
    except PackageNotFoundError:
        return "0+checkout"
