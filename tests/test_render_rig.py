"""The skin of the rendered bodies: it follows its bones and keeps its distance from a joint that bends."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from samples.render.rig import bend, has_bodies, load_rig

HIP = np.array([0.1, 0.9, 0.0])
POINTS = HIP + np.array([[0.0, 0.0, -0.09], [0.0, -0.1, -0.05], [0.05, 0.0, 0.1]])
BONES = np.tile([0, 1], (3, 1))


def turned(degrees: float, around: np.ndarray = HIP) -> np.ndarray:
    """(3, 4) transform of a thigh that is lifted around a joint."""
    turn = Rotation.from_euler("x", -degrees, degrees=True).as_matrix()
    return np.concatenate([turn, (around - turn @ around)[:, None]], axis=1)


def transforms(degrees: float) -> np.ndarray:
    """Pelvis at rest, thigh lifted."""
    return np.stack([np.eye(3, 4), turned(degrees)])


@pytest.mark.parametrize("degrees", [0.0, 60.0, 120.0, 170.0])
def test_skin_of_two_bones_keeps_its_distance_from_their_joint(degrees: float) -> None:
    skin = bend(POINTS, np.full((3, 2), 0.5), BONES, transforms(degrees))
    np.testing.assert_allclose(
        np.linalg.norm(skin - HIP, axis=1), np.linalg.norm(POINTS - HIP, axis=1), atol=1e-9
    )
    half = turned(degrees / 2)
    np.testing.assert_allclose(skin, POINTS @ half[:, :3].T + half[:, 3], atol=1e-9)


def test_skin_of_one_bone_moves_with_it() -> None:
    moved = transforms(100.0)
    moved[:, :, 3] += [0.3, -0.2, 1.0]
    skin = bend(POINTS, np.tile([0.0, 1.0], (3, 1)), BONES, moved)
    np.testing.assert_allclose(skin, POINTS @ moved[1, :, :3].T + moved[1, :, 3], atol=1e-9)


def test_two_ways_around_are_one_turn() -> None:
    """Turns of 179 and 181 degrees are two degrees apart, though their quaternions point apart."""
    both = np.stack([turned(179.0), turned(181.0)])
    skin = bend(POINTS, np.full((3, 2), 0.5), BONES, both)
    between = turned(180.0)
    np.testing.assert_allclose(skin, POINTS @ between[:, :3].T + between[:, 3], atol=1e-9)


@pytest.mark.skipif(not has_bodies(), reason="python -m samples.render.export_bodies was not run")
@pytest.mark.parametrize("body", ["man", "woman", "slim_man", "slim_woman", "heavy_man"])
def test_a_bent_thigh_is_as_long_as_those_of_people_who_sit(body: str) -> None:
    """Buttock to kneecap: 0.352 statures (men) and 0.361 (women), SD 0.013 (ANSUR II, Gordon et al. 2014)."""
    rig = load_rig(body, 1.75)
    skin = rig.vertices[rig.skin]

    def around(bone: str) -> np.ndarray:
        return skin[(np.abs(skin[:, :2] - rig.head(bone)[:2]) < (0.04, 0.025)).all(axis=1), 2]

    behind = rig.head("LeftUpLeg")[2] - around("LeftUpLeg").min()
    before = around("LeftLeg").max() - rig.head("LeftLeg")[2]
    whole = behind + rig.length("LeftUpLeg", "LeftLeg") + before
    assert whole / 1.75 == pytest.approx(0.356, abs=0.026)
