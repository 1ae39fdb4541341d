"""What formcheck's rules measure, taken from the joint centers in space instead of a picture.

Each measure has the definition and unit of the metric of the same name in `formcheck.metrics`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from samples.render.lifts import Lift, Moment
from samples.render.pose import Pose
from samples.render.rig import Floats
from samples.render.rotation import UP, Vector
from samples.render.tempo import RepTime, Tempo

_STEPS = 24


def flexion_deg(first: Vector, joint: Vector, last: Vector) -> float:
    """180 degrees minus the angle at `joint` between its neighbors: 0 is a straight limb."""
    a, b = first - joint, last - joint
    cosine = float(a @ b) / float(np.linalg.norm(a) * np.linalg.norm(b))
    return 180.0 - float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))


def middle(pose: Pose, bone: str) -> Vector:
    """(3,) point midway between the joints of both sides at which `bone` begins."""
    between: Vector = (pose.joint(f"Left{bone}") + pose.joint(f"Right{bone}")) / 2
    return between


def surface(pose: Pose, name: str) -> Vector:
    """(3,) a keypoint of the body's surface."""
    return pose.rig.keypoints([name], pose.transforms())[name]


def _flexion(pose: Pose, *chain: str) -> float:
    """Mean of both sides' flexion at the second of three bones' joints, in degrees."""
    sides = [[pose.joint(f"{side}{bone}") for bone in chain] for side in ("Left", "Right")]
    return float(np.mean([flexion_deg(*points) for points in sides]))


def trunk_lean_deg(pose: Pose) -> float:
    """Lean of the trunk in the sagittal plane, forward positive."""
    trunk = middle(pose, "Arm") - middle(pose, "UpLeg")
    return float(np.degrees(np.arctan2(trunk[2], trunk[1])))


@dataclass(frozen=True, slots=True, eq=False)
class Rep:
    """One rep, sampled: the way to the turn and the way back.

    Attributes
    ----------
    first, second
        Moments from start to turn, and from turn to end, evenly in time.
    down_s
        Seconds of the way down.
    lowest_last
        Whether the way down comes last, as in a deadlift.
    """

    first: tuple[Moment, ...]
    second: tuple[Moment, ...]
    down_s: float
    lowest_last: bool

    @property
    def up(self) -> tuple[Moment, ...]:
        """Moments of the way up."""
        return self.first if self.lowest_last else self.second

    @property
    def down(self) -> tuple[Moment, ...]:
        """Moments of the way down."""
        return self.second if self.lowest_last else self.first

    @property
    def turn(self) -> Moment:
        """The moment of the turn."""
        return self.second[0]

    @property
    def end(self) -> Moment:
        """The last moment."""
        return self.second[-1]

    def heights(self, moments: tuple[Moment, ...]) -> Floats:
        """(n,) height of the bar."""
        return np.array([moment.bar[1] for moment in moments])


def sample_rep(lift: Lift, tempo: Tempo, time: RepTime) -> Rep:
    """Sample one rep of a lift; the turn is seen from both sides."""

    def between(start_s: float, end_s: float) -> tuple[Moment, ...]:
        inside = 1e-6
        return tuple(lift.at(tempo.at(t)) for t in np.linspace(start_s + inside, end_s - inside, _STEPS))

    last = tempo.starts_low
    down_s = next(p.end_s - p.start_s for p in tempo.phases if p.kind == "down" and p.end_s > time.start_s)
    return Rep(between(time.start_s, time.turn_s), between(time.turn_s, time.end_s), down_s, last)


def depth(rep: Rep) -> float:
    """Hip below knee at the turn, in thigh lengths."""
    pose = rep.turn.pose
    way = middle(pose, "Leg")[1] - middle(pose, "UpLeg")[1]
    return float(way) / pose.rig.length("LeftUpLeg", "LeftLeg")


def hip_shoulder_ratio(rep: Rep) -> float:
    """How much faster the hips rise than the shoulders in the first 35 % of the bar's way up."""
    height = rep.heights(rep.up)
    third = height[0] + 0.35 * (height[-1] - height[0])
    then = int(np.flatnonzero(height >= third)[0])
    share = (third - height[then - 1]) / (height[then] - height[then - 1])

    def rise(bone: str) -> float:
        way = [float(middle(moment.pose, bone)[1]) for moment in (rep.up[0], *rep.up[then - 1 : then + 1])]
        return float(way[1] + share * (way[2] - way[1]) - way[0])

    return rise("UpLeg") / rise("Arm")


def trunk_rise(rep: Rep) -> float:
    """How much farther the trunk leans in the first 60 % of the way up than at its beginning, in degrees."""
    lean = [trunk_lean_deg(moment.pose) for moment in rep.up]
    return max(lean[: int(0.6 * len(lean))]) - lean[0]


def trunk_fold(rep: Rep) -> float:
    """Lean that the trunk gains in the last tenth of the way down, in degrees."""
    height = rep.heights(rep.down)
    late = int(np.flatnonzero(height <= height.min() + 0.1 * np.ptp(height))[0])
    return trunk_lean_deg(rep.down[-1].pose) - trunk_lean_deg(rep.down[late].pose)


def heel_rise(rep: Rep) -> float:
    """How far the heels leave the floor at the turn, in foot lengths, less what the toes move."""

    def over(moment: Moment) -> float:
        return float((surface(moment.pose, "left_heel") - surface(moment.pose, "left_big_toe")) @ UP)

    pose = rep.first[0].pose
    foot = float(np.linalg.norm(surface(pose, "left_heel") - surface(pose, "left_big_toe")))
    return (over(rep.turn) - over(rep.first[0])) / foot


def dip(rep: Rep) -> float:
    """Largest way down of the bar on its way up, as a share of that way."""
    height = rep.heights(rep.up)
    return float(np.max(np.maximum.accumulate(height) - height) / np.ptp(height))


def eccentric(rep: Rep) -> float:
    """Seconds of the way down."""
    return rep.down_s


def knee_flexion_end(rep: Rep) -> float:
    """Flexion of the knees at the end, in degrees."""
    return _flexion(rep.end.pose, "UpLeg", "Leg", "Foot")


def knee_flexion_turn(rep: Rep) -> float:
    """Flexion of the knees at the turn, in degrees."""
    return _flexion(rep.turn.pose, "UpLeg", "Leg", "Foot")


def hip_flexion_turn(rep: Rep) -> float:
    """Flexion of the hips at the turn, in degrees."""
    return _flexion(rep.turn.pose, "Arm", "UpLeg", "Leg")


def elbow_flexion_end(rep: Rep) -> float:
    """Flexion of the elbows at the end, in degrees."""
    return _flexion(rep.end.pose, "Arm", "ForeArm", "Hand")


def knee_width_drop(rep: Rep) -> float:
    """How much closer the knees come on the way up than at the same height on the way down, in per cent."""

    def ratio(moments: tuple[Moment, ...]) -> Floats:
        def apart(pose: Pose, bone: str) -> float:
            return abs(float(pose.joint(f"Left{bone}")[0] - pose.joint(f"Right{bone}")[0]))

        return np.array([apart(m.pose, "Leg") / apart(m.pose, "Foot") for m in moments])

    order = np.argsort(rep.heights(rep.down))
    before = np.interp(rep.heights(rep.up), rep.heights(rep.down)[order], ratio(rep.down)[order])
    return float(np.percentile(100 * (1 - ratio(rep.up) / before), 90))


def bar_tilt(rep: Rep) -> float:
    """Largest tilt of the bar against its tilt at the start, in degrees."""
    moments = (*rep.first, *rep.second)
    tilt = np.degrees([np.arctan2(moment.bar_way[1], moment.bar_way[0]) for moment in moments])
    return float(np.percentile(np.abs(tilt - tilt[0]), 90))


def side_lag(rep: Rep) -> float:
    """Difference in height of the wrists on the way up, in trunk lengths."""
    poses = [moment.pose for moment in rep.up]
    apart = np.array([pose.joint("LeftHand")[1] - pose.joint("RightHand")[1] for pose in poses])
    trunk = float(np.linalg.norm(middle(poses[0], "Arm") - middle(poses[0], "UpLeg")))
    return float(np.percentile(np.abs(apart - apart[0]), 90)) / trunk


def drift(rep: Rep) -> float:
    """Range of the bar's forward position, in metres."""
    return float(np.ptp([moment.bar[2] for moment in (*rep.first, *rep.second)]))


def back_round(rep: Rep) -> float:
    """Bend of the spine from pelvis to chest at the lowest point, in degrees."""
    pose = rep.down[-1].pose
    pelvis, chest = (pose.rotations[pose.rig.index(bone)] @ UP for bone in ("Hips", "Spine2"))
    return float(np.degrees(np.arctan2(chest[2], chest[1]) - np.arctan2(pelvis[2], pelvis[1])))


MEASURES: dict[str, Callable[[Rep], float]] = {
    measure.__name__: measure
    for measure in (
        depth, hip_shoulder_ratio, trunk_rise, trunk_fold, heel_rise, dip, eccentric, knee_flexion_end,
        knee_flexion_turn, hip_flexion_turn, elbow_flexion_end, knee_width_drop, bar_tilt, side_lag,
        drift, back_round,
    )
}  # fmt: skip
"""Name of the metric to its measure."""
