"""The command line: what it prints, where, and with which exit code. The pipeline is a double."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import pytest
from barbell import make_metric_report
from builders import make_fault, make_rep, make_report
from rich.console import Console
from typer.testing import CliRunner, Result

from formcheck import cli, errors
from formcheck.cli import consent, options, progress, tables
from formcheck.cli.analyze import default_folder
from formcheck.doctor import Check
from formcheck.errors import FormcheckError, ModelMissing, NoReps, UnreadableVideo
from formcheck.models import ModelStatus, networks_of
from formcheck.pipeline import Progress
from formcheck.report import MeasurePart
from formcheck.settings import Backend, Preset, Settings

COMMANDS = (
    ["analyze"],
    ["models"],
    ["models", "pull"],
    ["models", "list"],
    ["models", "verify"],
    ["lifts"],
    ["explain"],
    ["reference"],
    ["reference", "make"],
    ["doctor"],
    ["validate"],
)
HEAVY = {"av", "cv2", "mediapipe", "numpy", "pydantic", "rich", "scipy"}


class Pipeline:
    """Stands in for the pipeline: notes how it was called, gives a known report or raises."""

    def __init__(self) -> None:
        self.report = make_report()
        self.error: BaseException | None = None
        self.calls: list[tuple[str, Any, dict[str, Any]]] = []

    def analyze_video(self, path: Path, **given: Any) -> SimpleNamespace:
        self.calls.append(("video", path, given))
        if self.error:
            raise self.error
        given["progress"](Progress("watching", 30, 60, 12.5))
        return SimpleNamespace(report=self.report)

    def analyze_motion(self, path: Path, **given: Any) -> SimpleNamespace:
        self.calls.append(("motion", path, given))
        return SimpleNamespace(report=self.report)

    def save_analysis(self, analysis: SimpleNamespace, out: Path, **given: Any) -> Path:
        self.calls.append(("save", out, given))
        out.mkdir()
        for name in ("annotated.mp4", "report.html", "motion.npz"):
            (out / name).touch()
        (out / "report.json").write_text(analysis.report.model_dump_json())
        return out

    def ensure_models(self, names: Any, models_dir: Path, **given: Any) -> dict[str, Path]:
        self.calls.append(("pull", models_dir, given))
        given["progress"]("full", 3_000_000, 6_000_000)
        return {name: models_dir / f"{name}.tflite" for name in names}

    def given(self, what: str) -> tuple[Any, dict[str, Any]]:
        """The path and the options of the only call of that kind."""
        [(path, given)] = [(path, given) for kind, path, given in self.calls if kind == what]
        return path, given


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FORMCHECK_MODELS_DIR", str(tmp_path / "cache"))
    for name in ("COLUMNS", "FORCE_COLOR", "FORMCHECK_PRESET", "FORMCHECK_POSE"):
        monkeypatch.delenv(name, raising=False)
    Path("squat.mp4").touch()


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    double = Pipeline()
    homes = {"analyze_video": "pipeline", "analyze_motion": "judgement", "save_analysis": "output"}
    for name, home in homes.items():
        monkeypatch.setattr(f"formcheck.{home}.{name}", getattr(double, name))
    monkeypatch.setattr("formcheck.models.ensure_models", double.ensure_models)
    return double


def run(*arguments: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(cli.app, arguments, input=answer, prog_name="formcheck")


def in_new_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def test_help_names_all_commands_and_gives_examples() -> None:
    shown = run("--help").stdout
    for command in ("analyze", "models", "lifts", "explain", "doctor"):
        assert f"\n  {command}" in shown
    assert "formcheck analyze squat.mp4" in shown


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_and_option_has_help(command: list[str]) -> None:
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) > 4
    assert max(map(len, result.stdout.splitlines())) <= 80
    for line in result.stdout.splitlines():
        assert not line.strip().startswith("--") or len(line.split()) > 1


def test_no_command_shows_the_help_and_fails() -> None:
    result = run()
    assert result.exit_code == 2
    assert "Commands:" in result.output


def test_help_loads_nothing_heavy() -> None:
    loaded = in_new_python(
        "import sys\n"
        "from formcheck.cli import app\n"
        "app(['--help'], standalone_mode=False)\n"
        "print('LOADED', *sys.modules)"
    )
    assert HEAVY & set(loaded.partition("LOADED")[2].split()) == set()


def test_version_is_the_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda name: f"7.8.9 of {name}")
    assert run("--version").stdout == "formcheck 7.8.9 of formcheck\n"


def choices(option: Any) -> tuple[str, ...]:
    """Values that an option takes, out of Annotated[Literal[...] | None, ...]."""
    return get_args(get_args(get_args(option)[0])[0])


def test_choices_are_those_of_the_settings() -> None:
    assert choices(options.Preset) == get_args(Preset)
    assert choices(options.Pose) == get_args(Backend)
    shown = " ".join(run("analyze", "--help").stdout.split())
    for name in ("preset", "pose"):
        assert f"Default: {Settings.model_fields[name].default}." in shown


def test_analyze_prints_a_table_without_color_in_80_columns(pipeline: Pipeline) -> None:
    result = run("analyze", "squat.mp4")
    assert result.exit_code == 0
    assert "\x1b" not in result.output
    assert max(map(len, result.stdout.splitlines())) <= 80
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[0] == "Squat (recognized: 98% of the movements fit), seen from the side, facing right"
    assert "3 reps; the lifter was seen in 99% of their frames" in lines[1]
    assert "2 0.262 ±0.008 104 ±4 97 ±5 41 ±3 1.1-0.1-1.2 fault: Squat cut" in lines
    flat = " ".join(lines)
    focus, [warning] = pipeline.report.practice, pipeline.report.quality.warnings
    assert focus is not None
    assert f"Work on: {focus.title} ({focus.why}) Cue: {focus.cue} Drill: {focus.drill}" in flat
    assert f"formcheck explain {focus.rule_id}" in flat
    assert f"Note: {warning.message} {warning.hint}" in flat
    assert lines[-2:] == [
        "Report: squat.formcheck/report.html",
        "Beside it: annotated.mp4, motion.npz, report.json",
    ]


def test_with_meters_the_table_tells_of_the_bar(pipeline: Pipeline) -> None:
    pipeline.report = make_metric_report()
    result = run("analyze", "squat.mp4")
    assert max(map(len, result.stdout.splitlines())) <= 80
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "rep cm m/s cm ° s verdict" in lines
    assert "1 62.0 ±1.3 0.62 ±0.02 1.9 ±0.7 118 ±4 1.2-0.0-1.0 fine" in lines
    assert "Velocity loss: 38 % (34 to 42)" in lines


def test_nothing_but_results_goes_to_stdout(pipeline: Pipeline) -> None:
    assert run("analyze", "squat.mp4").stderr == ""


def test_json_prints_the_report_as_written(pipeline: Pipeline) -> None:
    result = run("analyze", "squat.mp4", "--json")
    assert result.stdout == Path("squat.formcheck/report.json").read_text()
    assert json.loads(result.stdout)["schema_version"]


def test_quiet_prints_nothing(pipeline: Pipeline) -> None:
    result = run("analyze", "squat.mp4", "--quiet")
    assert (result.exit_code, result.output) == (0, "")
    assert Path("squat.formcheck/report.html").exists()


def test_options_reach_the_pipeline(pipeline: Pipeline) -> None:
    run("analyze", "squat.mp4", "--lift", "deadlift", "--preset", "light", "--no-video", "--out", "x")
    path, given = pipeline.given("video")
    assert (path, given["lift"], given["settings"].preset) == (Path("squat.mp4"), "deadlift", "light")
    out, given = pipeline.given("save")
    assert (out, given["video"]) == (Path("x"), False)


@pytest.mark.parametrize(
    ("option", "text", "name", "value"),
    [
        ("--plate-diameter", "450mm", "plate_diameter_m", 0.45),
        ("--plate-diameter", "45cm", "plate_diameter_m", 0.45),
        ("--plate-diameter", "0,45 m", "plate_diameter_m", 0.45),
        ("--height", "1.80m", "height_m", 1.80),
        ("--height", "71in", "height_m", 1.8034),
        ("--load", "140kg", "load_kg", 140.0),
        ("--load", "315LB", "load_kg", 142.88),
    ],
)
def test_facts_about_the_set_are_settings(
    pipeline: Pipeline, option: str, text: str, name: str, value: float
) -> None:
    assert run("analyze", "squat.mp4", option, text).exit_code == 0
    settings = pipeline.given("video")[1]["settings"]
    assert getattr(settings, name) == pytest.approx(value, abs=0.01)
    assert settings.model_fields_set & {"plate_diameter_m", "height_m", "load_kg"} == {name}


@pytest.mark.parametrize(
    ("option", "text", "words"),
    [
        ("--plate-diameter", "45", "expected a number with its unit, like 450mm, 45cm or 0.45m, found '45'"),
        ("--height", "tall", "found 'tall'"),
        ("--load", "140m", "like 140kg or 315lb, found '140m'"),
        ("--plate-diameter", "2m", "plate_diameter_m: Input should be less than or equal to 0.6"),
        ("--height", "80cm", "height_m"),
        ("--load", "0kg", "load_kg"),
    ],
)
def test_facts_that_cannot_be_are_refused(pipeline: Pipeline, option: str, text: str, words: str) -> None:
    result = run("analyze", "squat.mp4", option, text)
    assert (result.exit_code, pipeline.calls) == (2, [])
    assert words in " ".join(result.stderr.split())


def test_the_plates_usual_size_is_that_of_the_settings() -> None:
    shown = " ".join(run("analyze", "--help").stdout.split())
    assert f"Default: {Settings.model_fields['plate_diameter_m'].default}m" in shown


def test_from_motion_judges_again_without_video_and_weights(pipeline: Pipeline) -> None:
    Path("squat.formcheck").mkdir()
    assert run("analyze", "squat.formcheck", "--from-motion", "--lift", "squat").exit_code == 0
    assert [kind for kind, _, _ in pipeline.calls] == ["motion", "save"]
    assert pipeline.given("motion")[0] == Path("squat.formcheck")
    out, given = pipeline.given("save")
    assert (out, given["video"]) == (Path("squat-again.formcheck"), False)


@pytest.mark.parametrize(
    ("source", "from_motion", "folder"),
    [
        ("clips/My set.1.MOV", False, "My set.1.formcheck"),
        ("frames/", False, "frames.formcheck"),
        ("clips/squat.formcheck/", True, "squat-again.formcheck"),
        ("clips/squat.formcheck/motion.npz", True, "squat-again.formcheck"),
    ],
)
def test_default_folder(source: str, from_motion: bool, folder: str) -> None:
    place = Path(source)
    (place if source.endswith("/") else place.parent).mkdir(parents=True)
    assert default_folder(place, from_motion=from_motion) == Path(folder)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing.mp4"], "nothing.mp4"),
        (["squat.mp4", "--lift", "snatch"], "snatch"),
        (["squat.mp4", "--out", "squat.mp4"], "squat.mp4"),
        (["squat.mp4", "--out", "squat.mp4/results"], "squat.mp4"),
    ],
)
def test_what_must_fail_fails_before_any_work(pipeline: Pipeline, arguments: list[str], words: str) -> None:
    result = run("analyze", *arguments)
    assert (result.exit_code, pipeline.calls) == (2, [])
    assert words in result.stderr


def leaves(kind: type[FormcheckError]) -> list[type[FormcheckError]]:
    below = [leaf for child in kind.__subclasses__() for leaf in leaves(child)]
    return below or [kind]


@pytest.mark.parametrize("kind", leaves(FormcheckError), ids=lambda kind: kind.__name__)
def test_errors_are_two_lines_and_an_exit_code(pipeline: Pipeline, kind: type[FormcheckError]) -> None:
    pipeline.error = kind("expected [this], found that", "do so")
    result = run("analyze", "squat.mp4")
    assert result.stderr == "error: expected [this], found that\nhint: do so\n"
    assert result.stdout == ""
    assert result.exit_code == (3 if issubclass(kind, errors.AnalysisError) else 2)
    assert not Path("squat.formcheck").exists()


def test_an_error_without_hint_is_one_line(pipeline: Pipeline) -> None:
    pipeline.error = NoReps("no rep")
    assert run("analyze", "squat.mp4").stderr == "error: no rep\n"


def test_long_errors_are_not_folded(pipeline: Pipeline) -> None:
    pipeline.error = UnreadableVideo("word " * 60)
    assert len(run("analyze", "squat.mp4").stderr.splitlines()) == 1


def test_ctrl_c_ends_calmly(pipeline: Pipeline) -> None:
    pipeline.error = KeyboardInterrupt()
    result = run("analyze", "squat.mp4")
    assert result.exit_code == 130
    assert result.output == "\nStopped. Nothing half-written is left behind.\n"


def test_bad_settings_are_told(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORMCHECK_THREADS", "none")
    result = run("analyze", "squat.mp4")
    assert result.exit_code == 2
    assert "threads" in result.stderr


def test_our_own_mistakes_keep_their_traceback_and_ask_for_a_report(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.error = ZeroDivisionError("ours")
    monkeypatch.setattr(sys, "argv", ["formcheck", "analyze", "squat.mp4"])
    with pytest.raises(ZeroDivisionError) as caught:
        cli.main()
    assert "a mistake in formcheck" in caught.value.__notes__[0]


def test_main_survives_a_stream_without_unicode(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, "ascii"))
    monkeypatch.setattr(sys, "argv", ["formcheck", "analyze", "squat.mp4"])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    sys.stdout.flush()
    assert stopped.value.code == 0
    assert b"104 ?4" in raw.getvalue()


def test_a_partial_rep_a_missing_angle_and_a_given_lift_are_marked(pipeline: Pipeline) -> None:
    hidden = MeasurePart(value=None, unit="deg", missing="hidden")
    seen = pipeline.report.reps[1]
    measures = {**seen.measures, "knee_flexion_bottom": hidden}
    lift = pipeline.report.lift.model_copy(update={"given": True})
    pipeline.report = pipeline.report.model_copy(
        update={
            "reps": [
                make_rep(1, 110, partial=True, verdict="not_assessed"),
                seen.model_copy(update={"measures": measures}),
            ],
            "faults": [make_fault(1, "not_assessed"), make_fault(2, "not_assessed")],
            "practice": None,
            "lift": lift,
        }
    )
    shown = " ".join(run("analyze", "squat.mp4").stdout.split())
    assert "Squat (as you said)" in shown
    assert " 1* " in shown
    assert "*: only a part was filmed" in shown
    assert " 2 0.262 ±0.008 \N{EN DASH} " in shown
    assert "0 of 1 rules could be judged" in shown
    assert "1.1-0.1-1.2 not assessed" in shown
    assert "No fault was found that this view can show." in shown


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("fault", "No fault came back often enough to be worked on."),
        ("borderline", "No fault was found that this view can show."),
    ],
)
def test_a_set_without_a_focus(pipeline: Pipeline, verdict: str, words: str) -> None:
    changes = {"practice": None, "faults": [make_fault(1, verdict), make_fault(2, "fine")]}
    pipeline.report = pipeline.report.model_copy(update=changes)
    assert words in run("analyze", "squat.mp4").stdout


@pytest.mark.parametrize(
    ("measure", "text"),
    [
        (None, "\N{EN DASH}"),
        (MeasurePart(value=None, unit="deg", missing="hidden"), "\N{EN DASH}"),
        (MeasurePart(value=104.4, unit="deg", low=100.4, high=108.4), "104 ±4"),
        (MeasurePart(value=0.2621, unit="m/s", low=0.2541, high=0.2701), "0.262 ±0.008"),
        (MeasurePart(value=0.2621, unit="m", low=0.2541, high=0.2701), "26.2 ±0.8"),
        (MeasurePart(value=3.14159, unit="s"), "3.14"),
    ],
)
def test_measure_text(measure: MeasurePart | None, text: str) -> None:
    assert tables.measure_text(measure) == text


def test_a_terminal_gets_color(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    terminal = Console(file=screen, force_terminal=True, color_system="standard", width=80)
    monkeypatch.setattr(tables, "console", lambda: terminal)
    run("analyze", "squat.mp4")
    assert "\x1b[1;31mfault\x1b[0m: Squat cut" in screen.getvalue()


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """What a terminal got to see of the bars."""
    file = io.StringIO()
    terminal = Console(file=file, force_terminal=True, width=100)
    monkeypatch.setattr(progress, "console", lambda *, stderr: terminal)
    return file.getvalue


def test_bars_tell_frames_pace_and_bytes(screen: Callable[[], str]) -> None:
    with progress.Bars(quiet=False) as bars:
        bars.pull("heavy.tflite", 3_000_000, 12_000_000)
        bars.pull("unknown", 2_000_000, None)
        bars.stage(Progress("watching", 30, 60, 12.54))
        bars.stage(Progress("writing", 0, None, 0.0))
    shown = screen()
    assert "Fetching heavy.tflite" in shown
    assert "3.0/12.0 MB" in shown
    assert "2.0 MB" in shown
    assert "30/60 frames, 12.5/s" in shown
    assert "Writing the results" in shown


def test_reps_so_far_stand_under_the_bar(screen: Callable[[], str]) -> None:
    with progress.Bars(quiet=False) as bars:
        bars.stage(Progress("watching", 30, 60, 12.54))
        assert bars.so_far is not None
        bars.so_far(make_report())
    bar, _, reps = screen().partition("30/60 frames")
    assert "verdict" in reps
    assert "verdict" not in bar


def test_quiet_bars_show_nothing(screen: Callable[[], str]) -> None:
    with progress.Bars(quiet=True) as bars:
        bars.stage(Progress("watching", 30, 60, 12.54))
    assert screen() == ""
    assert bars.so_far is None


def test_mediapipe_is_told_of_once(pipeline: Pipeline, tmp_path: Path) -> None:
    first = run("analyze", "squat.mp4", "--pose", "mediapipe", "--quiet")
    second = run("analyze", "squat.mp4", "--pose", "mediapipe", "--quiet", "--out", "again")
    assert first.stderr == f"{consent.NOTICE}\n"
    assert (second.exit_code, second.stderr) == (0, "")


def test_direct_needs_no_notice(pipeline: Pipeline) -> None:
    assert "mediapipe" not in run("analyze", "squat.mp4").output


@pytest.mark.parametrize(("answer", "remembered"), [("y\n", True), ("n\n", False), ("\n", False)])
def test_a_terminal_is_asked_for_consent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, remembered: bool
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    if remembered:
        consent.tell_of_metrics(tmp_path / "new", interactive=True)
        monkeypatch.setattr(sys, "stdin", io.StringIO(""))
        consent.tell_of_metrics(tmp_path / "new", interactive=True)
    else:
        with pytest.raises(errors.SettingsError, match="not wanted"):
            consent.tell_of_metrics(tmp_path / "new", interactive=True)
        assert not (tmp_path / "new").exists()


def test_the_notice_returns_where_it_cannot_be_remembered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path / "squat.mp4" / "cache"
    for _ in range(2):
        consent.tell_of_metrics(blocked, interactive=False)
        assert "This notice returns" in capsys.readouterr().err


def test_pull_names_what_it_fetched(pipeline: Pipeline, tmp_path: Path) -> None:
    result = run("models", "pull", "--preset", "light")
    assert result.stdout.splitlines() == [
        f"{name}: {tmp_path / 'cache' / name}.tflite" for name in networks_of("light")
    ]


def test_pull_tells_why_it_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ModelMissing("no source", "plug the cable in")

    monkeypatch.setattr("formcheck.models.ensure_models", fail)
    result = run("models", "pull")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "plug the cable in" in result.stderr


def test_list_shows_every_network_of_an_empty_cache(tmp_path: Path) -> None:
    result = run("models", "list")
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines()[:-1])) <= 80
    for preset in get_args(Preset):
        assert all(name in result.stdout for name in networks_of(preset))
    assert result.stdout.count("missing") == 4
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(
    ("states", "code", "words"),
    [
        (("present", "present"), 0, ""),
        (("present", "missing"), 2, "expected in the cache"),
        (("missing", "corrupt"), 2, "expected the sha256"),
    ],
)
def test_verify(monkeypatch: pytest.MonkeyPatch, states: tuple[Any, Any], code: int, words: str) -> None:
    needed = zip(networks_of("light"), states, strict=True)
    statuses = [ModelStatus(name, Path(name), state, ()) for name, state in needed]
    statuses.append(ModelStatus("pose_landmarks_heavy", Path("other"), "corrupt", ()))
    monkeypatch.setattr("formcheck.models.verify_models", lambda _: statuses)
    result = run("models", "verify", "--preset", "light")
    assert result.exit_code == code
    assert words in result.stderr
    assert bool(words) == ("formcheck models pull --preset light" in result.stderr)
    assert len(result.stdout.splitlines()) == 2


def test_lifts_lists_every_rule_whole() -> None:
    from formcheck.lifts import known_lifts, load_lift

    shown = run("lifts").stdout
    assert max(map(len, shown.splitlines())) <= 80
    for name in known_lifts():
        assert f"--lift {name}" in shown
        assert all(f" {rule.id} " in shown for rule in load_lift(name).every_rule().values())
        assert all(variant in shown for variant in load_lift(name).variants)


def test_explain_tells_all_of_a_rule() -> None:
    from formcheck.lifts import load_lift

    for rule in load_lift("squat").faults:
        shown = " ".join(run("explain", rule.id).stdout.split())
        for text in (
            rule.id,
            rule.title,
            rule.needs or rule.limit,
            *rule.views[:1],
            rule.cue,
            rule.drill,
            rule.source,
        ):
            assert " ".join(text.split()) in shown or text == rule.views[0]


def test_explain_tells_what_a_rule_that_nothing_shows_would_take() -> None:
    shown = " ".join(run("explain", "squat.back_round").stdout.split())
    assert "It would take" in shown
    assert "Limit" not in shown


def test_explain_goes_by_variant_and_rulebook() -> None:
    assert "Weight 2" in " ".join(run("explain", "squat.bar_slip").stdout.split())
    by_rules = run("explain", "squat.bar_slip", "--rules", "competition").stdout
    assert "Weight 3" in " ".join(by_rules.split())
    assert "Elbows at the far wall" in run("explain", "squat.lean_excess", "--variant", "front").stdout
    for wrong in (["--variant", "sumo"], ["--rules", "ipf"]):
        assert run("explain", "squat.lean_excess", *wrong).exit_code == 2


def own_lift(folder: Path, *changes: tuple[str, str]) -> Path:
    text = (Path(cli.__file__).parents[1] / "lifts" / "squat.toml").read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "mine.toml"
    path.write_text(text, "utf-8")
    return path


def test_lifts_check_passes_a_file_that_can_be_used(tmp_path: Path) -> None:
    path = own_lift(tmp_path, ('title = "Squat"', 'title = "Box squat"'))
    result = run("lifts", "check", str(path))
    assert result.exit_code == 0
    assert "Box squat" in result.stdout
    assert "can be used" in " ".join(result.stdout.split())
    assert "Box squat (--lift squat)" in run("lifts", "--lifts", str(tmp_path)).stdout


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('metric = "depth"', 'metric = "dept"', "unknown metric 'dept'; known are"),
        ("at_least = 0.0", "at_leest = 0.0", "at_leest"),
        ("[rep]", "[rep", "expected TOML"),
        ('without = ["bar_slip"]', 'without = ["slip"]', "front: no fault slip"),
    ],
)
def test_lifts_check_says_what_is_wrong(tmp_path: Path, old: str, new: str, told: str) -> None:
    result = run("lifts", "check", str(own_lift(tmp_path, (old, new))))
    assert result.exit_code == 2
    assert "mine.toml" in result.stderr
    assert told in result.stderr


def test_lifts_check_of_nothing(tmp_path: Path) -> None:
    result = run("lifts", "check", str(tmp_path / "none.toml"))
    assert result.exit_code == 2
    assert "expected a lift file" in result.stderr


@pytest.mark.parametrize("rule", ["squat.nonsense", "nonsense", ""])
def test_explain_names_what_there_is(rule: str) -> None:
    result = run("explain", rule)
    assert result.exit_code == 2
    assert "squat" in result.stderr


@pytest.mark.parametrize(
    ("state", "code", "end"),
    [("ok", 0, "Ready."), ("warning", 0, "Ready."), ("failed", 2, "1 of 2 checks failed.")],
)
def test_doctor(monkeypatch: pytest.MonkeyPatch, state: Any, code: int, end: str) -> None:
    checks = [Check("one", "ok", "here"), Check("two", state, "what", "" if state == "ok" else "do")]
    monkeypatch.setattr("formcheck.doctor.examine", lambda _: iter(checks))
    result = run("doctor")
    assert result.exit_code == code
    assert result.stdout.splitlines()[-1] == end
    assert ("\n     do\n" in result.stdout) == (state != "ok")
    as_json = run("doctor", "--json")
    assert as_json.exit_code == code
    told = json.loads(as_json.stdout)
    assert told["ok"] is (code == 0)
    assert told["checks"][1]["state"] == state
