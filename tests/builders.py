"""One-line builders of plausible inputs: the stick lifter as Motion, frames and Report."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from stick import DEPTHS_DEG, REP_S, SIZE_PX, draw_lifter, knee_flexion_deg, rep_starts, stick_lifter

from formcheck.motion import Motion
from formcheck.report import (
    BodyPart,
    FaultPart,
    FocusPart,
    LiftPart,
    MadeBy,
    MeasurePart,
    PhasePart,
    QualityPart,
    Report,
    RepPart,
    ScalePart,
    SetPart,
    SignalsPart,
    VideoPart,
    ViewPart,
    WarningPart,
    WeightPart,
)
from formcheck.skeleton import INDEX, KEYPOINTS
from formcheck.video import Decoded, Frame, VideoInfo


def make_motion(
    *,
    depths_deg: Sequence[float] = DEPTHS_DEG,
    fps: float = 30.0,
    size_px: tuple[int, int] = SIZE_PX,
    **changes: object,
) -> Motion:
    """Build the take of a set; `changes` replaces fields."""
    duration_s = rep_starts(len(depths_deg) + 1)[-1]
    time_s = np.arange(round(duration_s * fps)) / fps
    points = stick_lifter(knee_flexion_deg(time_s, depths_deg), size_px)
    count = len(time_s)
    bar = points[:, INDEX["right_wrist"]].copy()
    motion = Motion(
        time_s=time_s,
        looked=np.ones(count, bool),
        keypoints_px=points,
        confidence=np.tile([0.6 if name.startswith("left_") else 0.97 for name in KEYPOINTS], (count, 1)),
        world_m=np.full((count, len(KEYPOINTS), 3), np.nan),
        hands_px=bar,
        hands_moved_px=np.diff(bar, axis=0, prepend=bar[:1]),
        hands_confidence=np.ones(count),
        plate_px=np.full((count, 2), np.nan),
        plate_axes_px=np.full((count, 2), np.nan),
        plate_confidence=np.zeros(count),
        line_px=np.full((count, 2, 2), np.nan),
        line_confidence=np.zeros(count),
        camera_px=np.zeros((count, 2)),
        size_px=size_px,
    )
    return replace(motion, **changes)  # type: ignore[arg-type]


@dataclass
class MemorySource:
    """A video in memory: pictures of `motion`, at its times and at `extra_times_s` between them."""

    motion: Motion
    extra_times_s: Sequence[float] = ()
    info: VideoInfo = field(init=False)

    def __post_init__(self) -> None:
        width, height = self.motion.size_px
        self.info = VideoInfo(
            name="squat.mp4",
            width_px=width,
            height_px=height,
            duration_s=float(self.motion.time_s[-1]),
            mean_fps=30.0,
            frames=len(self.motion.time_s) + len(self.extra_times_s),
            variable_rate=False,
            capture_rate=None,
            slow_motion=1.0,
            rotation_deg=0,
            codec="h264",
            container="mov,mp4,m4a,3gp,3g2,mj2",
            sha256="0" * 64,
        )

    @property
    def decoded(self) -> Decoded:
        """Everything, without complaint."""
        return Decoded(self.info.frames or 0, self.info.duration_s, None, ())

    def __iter__(self) -> Iterator[Frame]:
        """Give all frames in order of time."""
        times = sorted([*self.motion.time_s.tolist(), *self.extra_times_s])
        for index, time_s in enumerate(times):
            nearest = int(np.abs(self.motion.time_s - time_s).argmin())
            points = self.motion.keypoints_px[nearest]
            yield Frame(index, time_s, draw_lifter(np.nan_to_num(points), self.motion.size_px))


def measure(value: float, unit: str, half_width: float) -> MeasurePart:
    """Build a measure with a symmetric interval."""
    return MeasurePart(value=value, unit=unit, low=value - half_width, high=value + half_width)


def missing(unit: str, reason: str) -> MeasurePart:
    """Build a measure that could not be taken."""
    return MeasurePart(value=None, unit=unit, missing=reason)


def make_rep(number: int, depth_deg: float, **changes: object) -> RepPart:
    """Build the rep of that number in a set of `stick_lifter`."""
    start = rep_starts(number)[-1]
    turn, end = start + 1.15, start + REP_S
    spans = {
        "eccentric": (start, turn - 0.05),
        "pause": (turn - 0.05, turn + 0.05),
        "concentric": (turn + 0.05, end),
        "sticking_region": (turn + 0.4, turn + 0.7),
    }
    verdicts = ("fine", "fault", "borderline")
    rep = RepPart(
        number=number,
        start_s=start,
        turn_s=turn,
        end_s=end,
        partial=False,
        tempo="1.1-0.1-1.2",
        verdict=verdicts[(number - 1) % 3],  # type: ignore[arg-type]
        phases=[PhasePart(name=n, start_s=a, end_s=b) for n, (a, b) in spans.items()],
        measures={
            "range": measure(0.21 + depth_deg / 2000, "image heights", 0.008),
            "eccentric_s": measure(1.1, "s", 0.05),
            "pause_s": measure(0.1, "s", 0.05),
            "concentric_s": measure(1.2, "s", 0.05),
            "knee_flexion_bottom": measure(depth_deg, "deg", 4.0),
            "hip_flexion_bottom": measure(depth_deg - 7, "deg", 5.0),
            "trunk_lean_bottom": measure(4 + 0.36 * depth_deg, "deg", 3.0),
            "knee_valgus": missing("deg", "The camera looks from the side; knees show from the front."),
        },
    )
    return rep.model_copy(update=changes)


def make_fault(rep_number: int, verdict: str, **changes: object) -> FaultPart:
    """Build what the depth rule says of a rep."""
    value = {"fine": 118.0, "fault": 104.0, "borderline": 111.0}.get(verdict)
    fault = FaultPart(
        rule_id="squat.depth_short",
        title="Squat cut high",
        rep_number=rep_number,
        at_s=rep_starts(rep_number)[-1] + 1.15,
        verdict=verdict,  # type: ignore[arg-type]
        severity={"fault": 0.8, "borderline": 0.4}.get(verdict, 0.0),
        measured=missing("deg", "The near knee was hidden.") if value is None else measure(value, "deg", 4),
        limit="at least 112 deg",
        reason="The knee bent less than the rule asks for." if verdict == "fault" else "",
        cue="Sit down between your heels until the hip passes the knee.",
        drill="Box squat to a low box, 3 sets of 5, 2 s pause.",
        source="IPF Technical Rules 2024, squat, causes for disqualification 3",
        evidence="rule",
    )
    return fault.model_copy(update=changes)


def make_signals(depths_deg: Sequence[float] = DEPTHS_DEG) -> SignalsPart:
    """Build the curves of the set at 50 Hz, with a gap in the trunk's."""
    time_s = np.arange(round(rep_starts(len(depths_deg) + 1)[-1] * 50)) / 50
    knee = knee_flexion_deg(time_s, depths_deg)
    points = stick_lifter(knee, SIZE_PX)
    height = (SIZE_PX[1] - points[:, INDEX["right_wrist"], 1]) / SIZE_PX[1]
    curves = {
        "bar_height_ih": height,
        "bar_speed_ih_per_s": np.gradient(height, time_s),
        "knee_flexion_deg": knee,
        "hip_flexion_deg": 0.94 * knee + 3,
        "elbow_flexion_deg": np.full(len(knee), 96.0) + np.sin(time_s),
        "left_knee_flexion_deg": knee - 2.5,
        "right_knee_flexion_deg": knee,
        "left_hip_flexion_deg": 0.94 * knee,
        "right_hip_flexion_deg": 0.94 * knee + 3,
        "trunk_lean_deg": 4 + 0.36 * knee,
        "shank_lean_deg": 0.32 * knee,
        "thigh_angle_deg": 0.68 * knee,
    }
    values = {name: [round(v, 5) for v in curve.tolist()] for name, curve in curves.items()}
    trunk: list[float | None] = list(values["trunk_lean_deg"])
    trunk[60:75] = [None] * 15
    return SignalsPart(
        time_s=[round(t, 3) for t in time_s.tolist()],
        values={**values, "trunk_lean_deg": trunk},
    )


def make_report(depths_deg: Sequence[float] = DEPTHS_DEG, **changes: object) -> Report:
    """Build the report of a set; `changes` replaces fields."""
    reps = [make_rep(number, depth) for number, depth in enumerate(depths_deg, 1)]
    report = Report(
        video=VideoPart(
            name="squat.mp4",
            sha256="5e" * 32,
            width_px=SIZE_PX[0],
            height_px=SIZE_PX[1],
            duration_s=rep_starts(len(depths_deg) + 1)[-1],
            mean_fps=30.0,
            frames=len(depths_deg) * 102 + 30,
            variable_rate=False,
            rotation_deg=90,
            codec="hevc",
        ),
        lift=LiftPart(name="squat", title="Squat", version=1, confidence=0.98, given=False),
        view=ViewPart(name="side", yaw_deg=8.0, facing="right", near_side="right", confidence=0.93),
        scale=ScalePart(
            source="none",
            m_per_px=None,
            relative_error=None,
            plate_diameter_m=None,
            yaw_deg=None,
            note="no plate was followed",
        ),
        body=BodyPart(shown="keypoints", note="the lifter was seen in only 40% of the frames", lengths={}),
        set=SetPart(load_kg=None, measures={}),
        reps=reps,
        faults=make_faults(reps),
        practice=FocusPart(
            rule_id="squat.depth_short",
            title="Squat cut high",
            cue="Sit down between your heels until the hip passes the knee.",
            drill="Box squat to a low box, 3 sets of 5, 2 s pause.",
            why="Rep 2 bent the knee to 104 deg where 112 deg is asked for.",
        ),
        quality=QualityPart(
            coverage=0.97,
            rep_coverage=0.99,
            people=2,
            bar_kind="wrists",
            pose_rate_hz=30.0,
            warnings=[
                WarningPart(
                    code="no_plate",
                    message="No plate was followed, so speeds are in image heights, not in meters.",
                    hint="Film from the side with the whole plate in view.",
                )
            ],
        ),
        signals=make_signals(depths_deg),
        made_by=MadeBy(
            formcheck="0.1.0",
            python="3.11.9",
            libraries={"av": "18.1.0", "numpy": "2.4.6", "opencv-contrib-python": "5.0.0"},
            weights=[WeightPart(name="pose_landmarks_heavy", sha256="ab" * 32)],
            settings={"preset": "accurate", "pose": "direct", "threads": "2"},
            created="2025-06-01T09:30:00Z",
        ),
    )
    return report.model_copy(update=changes)


def make_faults(reps: Sequence[RepPart]) -> list[FaultPart]:
    """Build what three rules say of each rep: depth, forward lean, and one that this view hides."""
    found = [make_fault(rep.number, rep.verdict) for rep in reps]
    for rep in reps:
        at_s = rep.turn_s + 0.4
        found.append(
            make_fault(
                rep.number,
                "fine",
                rule_id="squat.forward_lean",
                title="Chest falls forward",
                at_s=at_s,
                measured=rep.measures["trunk_lean_bottom"],
                limit="at most 55 deg",
                cue="Push your back up into the bar as you stand up.",
                drill="Pause squat, 3 sets of 3, 2 s at the bottom.",
                source="Practice of coaches; no study fixes a number",
                evidence="expert",
            )
        )
        found.append(
            make_fault(
                rep.number,
                "not_assessed",
                rule_id="squat.knee_valgus",
                title="Knees cave in",
                measured=rep.measures["knee_valgus"],
                limit="at most 10 deg",
                reason="The camera looks from the side; knees show from the front.",
                evidence="published",
            )
        )
    return found
