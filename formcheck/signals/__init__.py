"""Curves over time: gaps filled, sides put right, low-passed, joint angles, the bar's height and speed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from scipy.ndimage import median_filter

from formcheck.motion import Motion
from formcheck.pose import FloatArray
from formcheck.pose.between import between
from formcheck.pose.size import trunk_px
from formcheck.scale import Scale
from formcheck.signals.angles import flexion_deg, joint_angles, lean_deg
from formcheck.signals.bar import bar_path
from formcheck.signals.filters import Flags, finite_runs, low_pass, resample, true_runs, uniform_times
from formcheck.signals.plate import plate_curves
from formcheck.signals.sides import repair_sides
from formcheck.view import View

__all__ = [
    "Signals", "compute_signals", "finite_runs", "flexion_deg", "joint_angles", "lean_deg", "low_pass",
    "repair_sides", "resample", "true_runs", "uniform_times",
]  # fmt: skip

LONGEST_BAR_GAP_S = 0.5
"""The bar's motion is measured across a gap, from the frame before to the frame after."""

HELD_SD_M = 0.008
"""What is left of a camera's motion at the bar, nearer than the background (rendered, held by hand)."""

_BELIEVED_CONFIDENCE = 0.5
_BELIEVED_S = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """Curves of one take.

    Attributes
    ----------
    time_s
        (T,) seconds, uniform.
    values
        Name to (T,); the unit is in the name, NaN is "not seen" or, for an angle, "only guessed".
        `bar_height_m` (0 at the lowest point), `bar_forward_m` (toward where the lifter faces, on the
        bench toward the feet; 0 at the start) and `bar_speed_mps` (upward, of real time) are of the plate,
        and there only where it was followed and has a scale. `bar_height_ih` is the height of `bar_px`
        above the picture's lower edge in image heights, `bar_speed_ih_per_s` its derivative. Angles are
        2-D image angles in degrees: flexions 0 for a straight limb, leans from the vertical with forward
        positive, `thigh_angle_deg` from the horizontal with the hip above the knee positive. Without
        `left_` or `right_` an angle is that of the camera's near side.
    keypoints_px
        (T, K, 2) the points that the angles are of; NaN in gaps.
    bar_px
        (T, 2) the plate's centre; where it was not followed, the hands' middle, moved as what they hold.
    bar_sd_m, bar_speed_sd_mps
        Standard deviation of `bar_height_m` and `bar_speed_mps` around the truth, the scale aside; NaN
        without them.
    trunk_px
        Typical length of the trunk in pixels, were it seen square on.
    swapped_share
        Share of the frames looked at in which left and right were exchanged and put right.
    bar_agreement
        -1..1, correlation of the wrists' motion with that of what they hold; 1 with a plate.
    camera_moved
        Whether the background travelled by more than 2 % of the picture.
    sd
        Standard deviations of those curves that have one: the `fitted_` angles, which come from the fit of
        the whole body and are there only where it is trusted.
    """

    time_s: FloatArray
    values: Mapping[str, FloatArray]
    keypoints_px: FloatArray
    bar_px: FloatArray
    bar_sd_m: float
    bar_speed_sd_mps: float
    trunk_px: float
    swapped_share: float
    bar_agreement: float
    camera_moved: bool
    sd: Mapping[str, FloatArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, array in (*self.values.items(), *self.sd.items()):
            if array.shape != self.time_s.shape:
                raise ValueError(f"{name}: expected {self.time_s.shape}, got {array.shape}")
            array.flags.writeable = False

    @property
    def seen(self) -> Flags:
        """(T,) whether the lifter was seen, gaps of up to 0.2 s bridged."""
        return np.asarray(np.isfinite(self.keypoints_px[:, :, 0]).any(axis=1))

    @property
    def rate_hz(self) -> float:
        """Samples a second."""
        return float((len(self.time_s) - 1) / (self.time_s[-1] - self.time_s[0]))


def compute_signals(motion: Motion, view: View, scale: Scale, *, slow_motion: float = 1.0) -> Signals:
    """Turn a take into curves.

    Order: left and right of the frames that were looked at put right, uniform resampling from the true
    timestamps with gaps up to 0.2 s bridged, zero-lag low-pass, then angles and derivatives. Where the
    plate's path is in metres, its speed is of real time in a video that plays `slow_motion` times slower than
    life.
    """
    looked = motion.looked
    steadied, swapped = repair_sides(motion.keypoints_px[looked])
    time_s = uniform_times(motion.time_s)
    rate_hz = (len(time_s) - 1) / (time_s[-1] - time_s[0])
    points = low_pass(between(motion.time_s[looked], steadied, time_s), rate_hz)
    believed = _believed(motion, time_s)
    lengths = trunk_px(motion.keypoints_px[looked], motion.world_m[looked])
    travel = np.abs(np.ptp(motion.camera_px, axis=0)).max()
    camera_moved = bool(travel > 0.02 * max(motion.size_px))
    plate = motion.plate_px - (motion.camera_px if camera_moved else 0.0)
    metres = plate_curves(motion, view, scale, time_s, plate, slow_motion=slow_motion)
    path, agreement = bar_path(motion, camera_moved=camera_moved)
    path = resample(motion.time_s, path, time_s, longest_gap_s=LONGEST_BAR_GAP_S)
    bar_px = low_pass(path, rate_hz)
    height = (motion.size_px[1] - bar_px[:, 1]) / motion.size_px[1]
    values = {
        "bar_height_ih": height,
        "bar_speed_ih_per_s": np.gradient(height, time_s),
        **metres.values,
        **joint_angles(np.where(believed[:, :, None], points, np.nan), view),
    }
    return Signals(
        time_s=time_s,
        values=MappingProxyType(values),
        keypoints_px=points,
        bar_px=bar_px,
        bar_sd_m=float(np.hypot(metres.sd_m, HELD_SD_M if camera_moved else 0.0)),
        bar_speed_sd_mps=metres.speed_sd_mps,
        trunk_px=float(np.median(lengths[np.isfinite(lengths)])),
        swapped_share=swapped,
        bar_agreement=agreement,
        camera_moved=camera_moved,
    )


def _believed(motion: Motion, time_s: FloatArray) -> Flags:
    """(T, K) whether the network itself believes in a point: what it guesses behind a plate has no angle."""
    looked = motion.looked
    confidence = resample(motion.time_s[looked], motion.confidence[looked], time_s)
    width = max(round(_BELIEVED_S / (time_s[1] - time_s[0])), 1)
    smooth = median_filter(np.nan_to_num(confidence), size=(width, 1), mode="nearest")
    return np.asarray(smooth >= _BELIEVED_CONFIDENCE)
