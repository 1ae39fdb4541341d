"""The stress table: each thing that is made wrong is wrong in the fit, and is scored."""

from pathlib import Path

import numpy as np
import pytest
from truths import filmed, outcome_of, refused
from typer.testing import CliRunner

from formcheck.cli import app
from formcheck.cli.scores import table_parts
from formcheck.validate import stress as package
from formcheck.validate.stress import STRESS, stress, stress_samples
from formcheck.view import view_from_azimuth

WRONG = ["nothing", "bar withheld", "view +12°", "view -12°", "plate +10%", "plate -10%", "no lockout"]


@pytest.mark.parametrize("lift", ["squat", "deadlift", "bench_press"])
def test_every_variant_is_scored(lift: str, tmp_path: Path) -> None:
    samples = {one.item: one.values for one in stress_samples(outcome_of(filmed(lift), tmp_path))}
    assert list(samples) == WRONG
    joints = {"elbow", "trunk"} if lift == "bench_press" else {"knee", "hip", "trunk"}
    for values in samples.values():
        assert values.keys() == {*joints, "inside", "trusted"}
        assert len(values["inside"]) == sum(len(values[joint]) for joint in joints)
    frames = {name: len(values["trunk"]) for name, values in samples.items()}
    assert frames["bar withheld"] == frames["nothing"]
    assert 0.2 * frames["nothing"] < frames["no lockout"] < 0.9 * frames["nothing"]


def test_what_is_wrong_is_wrong_in_the_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[float, float, bool, int]] = []
    fit = package.fit_body

    def spy(motion, *, lift, view, reps, plate_diameter_m, preset):
        azimuth = 90 - view.yaw_deg if view.from_front else 90 + view.yaw_deg
        told.append((azimuth, plate_diameter_m, motion.bar_kind == "plate", len(motion.time_s)))
        return fit(motion, lift=lift, view=view, reps=reps, plate_diameter_m=plate_diameter_m, preset=preset)

    monkeypatch.setattr(package, "fit_body", spy)
    list(stress_samples(outcome_of(filmed(), tmp_path)))
    (azimuth, plate_m, _, frames), *rest = told
    assert [one[0] for one in rest] == pytest.approx([azimuth, azimuth - 12, azimuth + 12, *[azimuth] * 3])
    assert [one[1] for one in rest] == pytest.approx([plate_m] * 3 + [1.1 * plate_m, 0.9 * plate_m, plate_m])
    assert not rest[0][2]
    assert rest[-1][3] < 0.9 * frames


@pytest.mark.parametrize("azimuth", [85.0, 95.0, -95.0, -85.0, -40.0, 140.0])
@pytest.mark.parametrize("by", [12.0, -12.0])
def test_a_turned_view_is_turned_toward_the_front(azimuth: float, by: float) -> None:
    turned = package._turned(view_from_azimuth(azimuth, 1.0), by)
    expected = view_from_azimuth(np.sign(azimuth) * (abs(azimuth) - by), 1.0)
    assert (turned.name, turned.facing, turned.from_front) == (
        expected.name,
        expected.facing,
        expected.from_front,
    )
    assert turned.yaw_deg == pytest.approx(expected.yaw_deg)


def test_a_refused_clip_adds_nothing() -> None:
    assert list(stress_samples(refused(filmed()))) == []


def test_the_table_is_laid_out(tmp_path: Path) -> None:
    rows = stress([outcome_of(filmed(lift), tmp_path) for lift in ("squat", "deadlift")])
    assert {row.item for row in rows} == set(WRONG)
    (grid, note) = table_parts(STRESS, rows)
    assert "one thing wrong" in str(grid.title)
    assert "no lockout" in str(note)


def test_it_goes_with_no_other_table(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        app, ["validate", str(tmp_path), "--stress", "--fit", str(tmp_path / "x.toml")]
    )
    assert result.exit_code == 2
