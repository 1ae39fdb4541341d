"""The shaft as a line, on drawn pictures whose bar is known: a lifter from the front, decoys, noise."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.bar import BarLine
from formcheck.bar.hands import HandFlow
from formcheck.bar.line import find_line
from formcheck.motion import Recorder
from formcheck.pose import Pose
from formcheck.skeleton import INDEX, KEYPOINTS
from formcheck.video import Frame

WIDTH, HEIGHT = 640, 480
MIDDLE = np.array([321.3, 180.7])
TRUNK_PX = 90.0
SHAFT_PX = 0.056 * TRUNK_PX
FINE = 2


def down(trunks: float) -> NDArray[np.float64]:
    return np.array([0.0, trunks * TRUNK_PX])


@dataclass(frozen=True)
class Scene:
    """What is drawn: where the bar is, and what else lies near it."""

    tilt_deg: float = 0.0
    shaft: tuple[int, int] = (225, 120)  # upper and lower half, grey levels
    shaft_px: float = SHAFT_PX
    sides: tuple[float, float] = (-1.3, 1.3)  # how far it reaches from the middle, in trunk lengths
    plates: bool = True
    decoys: tuple[tuple[float, float], ...] = ()  # (down from the bar, thickness) in trunk lengths
    noise: float = 3.0
    zoom: float = 1.0
    seed: int = 0

    def along(self, reach: float) -> NDArray[np.float64]:
        """A point of the bar's axis, trunk lengths to the right of its middle."""
        turn = np.radians(self.tilt_deg)
        return np.asarray(MIDDLE + reach * TRUNK_PX * np.array([np.cos(turn), np.sin(turn)]))

    def picture(self) -> NDArray[np.uint8]:
        rng = np.random.default_rng(self.seed)
        rough = rng.integers(70, 150, (HEIGHT // 24, WIDTH // 40)).astype(np.float32)
        wall = cv2.resize(rough, (WIDTH * FINE, HEIGHT * FINE), interpolation=cv2.INTER_CUBIC)
        canvas = np.clip(wall, 0, 255).astype(np.uint8)
        for lower, thick in self.decoys:
            y = MIDDLE[1] + lower * TRUNK_PX
            self._bar(canvas, np.array([0.0, y]), np.array([WIDTH, y]), thick * TRUNK_PX, 200)
        for x in (MIDDLE[0] - 1.05 * TRUNK_PX, MIDDLE[0] + 1.05 * TRUNK_PX):
            self._bar(canvas, np.array([x, 40.0]), np.array([x, 470.0]), 0.12 * TRUNK_PX, 60)
        left, right = (self.along(reach) for reach in self.sides)
        if self.shaft_px:
            quarter = np.array([0.0, self.shaft_px / 4])
            self._bar(canvas, left - quarter, right - quarter, self.shaft_px / 2, self.shaft[0])
            self._bar(canvas, left + quarter, right + quarter, self.shaft_px / 2, self.shaft[1])
        self._lifter(canvas)
        if self.plates:
            for end in (left, right):
                self._bar(canvas, end - down(0.45), end + down(0.45), 0.1 * TRUNK_PX, 30)
        size = round(WIDTH * self.zoom), round(HEIGHT * self.zoom)
        small = cv2.resize(canvas, size, interpolation=cv2.INTER_AREA).astype(np.float64)
        return np.clip(small + rng.normal(0, self.noise, small.shape), 0, 255).astype(np.uint8)

    def _bar(
        self,
        canvas: NDArray[np.uint8],
        start: NDArray[np.float64],
        end: NDArray[np.float64],
        thick_px: float,
        tone: int,
    ) -> None:
        way = (end - start) / np.linalg.norm(end - start)
        side = np.array([-way[1], way[0]]) * thick_px / 2
        corners = np.stack([start - side, end - side, end + side, start + side])
        cv2.fillPoly(
            canvas, [np.rint((corners * FINE + (FINE - 1) / 2) * 16).astype(np.int32)], tone, cv2.LINE_AA, 4
        )

    def _lifter(self, canvas: NDArray[np.uint8]) -> None:
        """Head, trunk and both fists, which cover the middle of the bar and more."""

        def blob(place: NDArray[np.float64], wide: float, high: float, tone: int) -> None:
            center = tuple(int(v) for v in place * FINE)
            axes = int(wide * TRUNK_PX * FINE), int(high * TRUNK_PX * FINE)
            cv2.ellipse(canvas, center, axes, 0, 0, 360, tone, -1)

        blob(MIDDLE + down(0.55), 0.4, 0.55, 95)
        blob(MIDDLE - down(0.2), 0.14, 0.2, 160)
        for reach in (-0.6, 0.6):
            blob(self.along(reach), 0.09, 0.08, 165)

    def pose(self, **moved: tuple[float, float]) -> Pose:
        """The lifter; named points are moved by trunk lengths."""
        at = {
            "shoulder": (0.33, 0.12), "hip": (0.2, 1.1), "knee": (0.25, 1.9), "ankle": (0.25, 2.6),
            "heel": (0.25, 2.7), "toe": (0.3, 2.75), "ear": (0.12, -0.25), "elbow": (0.55, 0.5),
        }  # fmt: skip
        points = np.zeros((len(KEYPOINTS), 2))
        points[INDEX["nose"]] = MIDDLE - down(0.2)
        for side, sign in (("left", 1.0), ("right", -1.0)):
            for name, (out, low) in at.items():
                points[INDEX[f"{side}_{name}"]] = MIDDLE + TRUNK_PX * np.array([sign * out, low])
            points[INDEX[f"{side}_hand"]] = self.along(sign * 0.6)
            points[INDEX[f"{side}_wrist"]] = self.along(sign * 0.6) + down(0.12)
        for name, offset in moved.items():
            points[INDEX[name]] += np.array(offset) * TRUNK_PX
        return Pose(points * self.zoom, np.full(len(KEYPOINTS), 0.9))


def tilt_deg(line: BarLine | None) -> float:
    """Tilt of a line whose lifter faces the camera, positive where the picture's right end is lower."""
    assert line is not None
    (left_x, left_y), (right_x, right_y) = line.left_px, line.right_px
    return float(np.degrees(np.arctan2(left_y - right_y, left_x - right_x)))


def found(scene: Scene, **moved: tuple[float, float]) -> BarLine | None:
    return find_line(scene.picture(), scene.pose(**moved))


# where there is a bar


@pytest.mark.parametrize("tilt", [0.0, 1.5, -3.0, 5.0, -8.0])
@pytest.mark.parametrize("shaft", [(225, 120), (20, 20), (150, 25)], ids=["steel", "black", "dark"])
def test_the_shaft_is_found_with_its_tilt_and_height(tilt: float, shaft: tuple[int, int]) -> None:
    scene = Scene(tilt, shaft)
    line = found(scene)
    assert tilt_deg(line) == pytest.approx(tilt, abs=0.3)
    assert line is not None
    for end_px, reach in ((line.left_px, 0.6), (line.right_px, -0.6)):
        assert np.linalg.norm(np.array(end_px) - scene.along(reach)) < SHAFT_PX / 2
    assert 0.5 < line.confidence <= 1.0


def test_the_tilt_is_good_to_a_tenth_of_a_degree_where_wrists_are_off_by_degrees() -> None:
    rng = np.random.default_rng(7)
    errors, wrists = [], []
    for seed, tilt in enumerate(rng.uniform(-6, 6, 12)):
        scene = Scene(float(tilt), noise=5.0, seed=seed)
        jitter = {f"{side}_hand": tuple(rng.normal(0, 0.05, 2)) for side in ("left", "right")}
        errors.append(tilt_deg(found(scene, **jitter)) - tilt)
        left, right = (scene.pose(**jitter).xy_px[INDEX[name]] for name in jitter)
        wrists.append(np.degrees(np.arctan2(*(left - right)[::-1])) - tilt)
    assert np.sqrt(np.mean(np.square(errors))) < 0.1
    assert np.sqrt(np.mean(np.square(wrists))) > 2.0


@pytest.mark.parametrize("lower", [-0.3, -0.2, 0.2, 0.3])
@pytest.mark.parametrize("thick", [0.056, 0.15])
def test_level_pipes_and_beams_beside_a_tilted_bar_are_left_alone(lower: float, thick: float) -> None:
    assert tilt_deg(found(Scene(5.0, decoys=((lower, thick),)))) == pytest.approx(5.0, abs=0.3)


@pytest.mark.parametrize("zoom", [0.6, 1.7])
def test_small_and_large_pictures_agree(zoom: float) -> None:
    assert tilt_deg(found(Scene(4.0, zoom=zoom))) == pytest.approx(4.0, abs=0.3)


def test_who_turns_their_back_has_the_left_hand_on_the_left() -> None:
    scene = Scene(3.0)
    pose = scene.pose()
    turned = pose.xy_px.copy()
    for side, other in (("left", "right"), ("right", "left")):
        for name in ("hand", "wrist", "shoulder", "hip"):
            turned[INDEX[f"{side}_{name}"]] = pose.xy_px[INDEX[f"{other}_{name}"]]
    line = find_line(scene.picture(), replace(pose, xy_px=turned))
    assert line is not None
    assert np.linalg.norm(np.array(line.left_px) - scene.along(-0.6)) < 2.0


def test_a_bar_that_goes_beyond_the_picture() -> None:
    scene = Scene(2.0)
    cut = scene.picture()[:, 230:430]
    pose = scene.pose()
    inside = replace(pose, xy_px=pose.xy_px - (230.0, 0.0))
    line = find_line(np.ascontiguousarray(cut), inside)
    assert line is None or tilt_deg(line) == pytest.approx(2.0, abs=0.5)


# where there is none


@pytest.mark.parametrize("seed", range(8))
def test_empty_hands_hold_no_bar(seed: int) -> None:
    assert found(Scene(shaft_px=0.0, plates=False, noise=6.0, seed=seed)) is None


@pytest.mark.parametrize(
    "scene",
    [
        Scene(shaft_px=0.16 * TRUNK_PX, shaft=(220, 220)),
        Scene(sides=(-1.3, -0.3)),
        Scene(sides=(0.3, 1.3)),
        Scene(tilt_deg=20.0),
    ],
    ids=["a beam", "one side", "other side", "steep"],
)
def test_what_is_no_bar_seen_square_on_is_none(scene: Scene) -> None:
    assert found(scene) is None


def test_hands_close_together_as_in_side_views_have_no_line() -> None:
    assert found(Scene(), left_hand=(-0.4, 0.0), right_hand=(0.4, 0.0)) is None


def test_hands_far_from_the_bar_do_not_hold_it() -> None:
    assert found(Scene(), left_hand=(0.0, 0.7), right_hand=(0.0, 0.7)) is None


def test_somebody_far_away_has_no_line() -> None:
    assert found(Scene(zoom=0.2)) is None


def test_unseen_hands_have_no_line() -> None:
    assert found(Scene(), left_hand=(np.nan, np.nan)) is None


@pytest.mark.parametrize("shift", [(-900.0, 0.0), (0.0, -600.0), (0.0, 900.0)])
def test_hands_outside_the_picture_have_no_line(shift: tuple[float, float]) -> None:
    scene = Scene()
    pose = scene.pose()
    assert find_line(scene.picture(), replace(pose, xy_px=pose.xy_px + shift)) is None


# on its way into the take


def test_the_line_comes_with_what_the_hands_hold_and_into_the_motion() -> None:
    recorder, flow = Recorder((WIDTH, HEIGHT)), HandFlow()
    scenes = [Scene(2.0), Scene(2.0, shaft_px=0.0, plates=False)] * 6
    for number, scene in enumerate(scenes):
        frame = Frame(number, number / 30, np.repeat(scene.picture()[:, :, None], 3, axis=2))
        person = replace(scene.pose(), world_m=np.ones((len(KEYPOINTS), 3)))
        hands = flow.update(frame, person)
        assert hands is not None
        assert hands.line == find_line(np.ascontiguousarray(frame.image[:, :, 1]), person)
        recorder.add(frame.time_s, (person,), {0: hands})
    motion = recorder.motion()
    assert motion.line_px.shape == (12, 2, 2)
    assert np.isfinite(motion.line_px[::2]).all()
    assert np.isnan(motion.line_px[1::2]).all()
    assert (motion.line_confidence[::2] > 0.5).all()
    assert (motion.line_confidence[1::2] == 0.0).all()
    assert (motion.line_px[::2, 0, 0] > motion.line_px[::2, 1, 0]).all()
