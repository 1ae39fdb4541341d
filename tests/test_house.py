"""The house rules: sizes, docstrings, no shortcuts, and a README whose every command is true."""

import ast
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel
from typer.testing import CliRunner

from api.settings import ServiceSettings
from formcheck.cli import app
from formcheck.settings import Settings

ROOT = Path(__file__).parents[1]
FOLDERS = ("formcheck", "api", "samples")
MODULES = sorted(
    path for name in FOLDERS for path in (ROOT / name).rglob("*.py") if path.parent.name != "versions"
)
LONGEST_FILE = 350
LONGEST_FUNCTION = 60
README = (ROOT / "README.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = Function | ast.ClassDef


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.fixture(params=MODULES, ids=name_of)
def module(request: pytest.FixtureRequest) -> ast.Module:
    path: Path = request.param
    return ast.parse(path.read_text("utf-8"), name_of(path))


def public(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, Documented]]:
    """Public functions and classes of a module, and the public methods of those classes."""
    for node in body:
        if isinstance(node, Documented) and not node.name.startswith("_"):
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body, f"{node.name}.")


def length(function: Function) -> int:
    """Lines of a function without its docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is None:
        return lines
    return lines - ((first.end_lineno or first.lineno) - first.lineno + 1)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_files_are_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST_FILE


def test_functions_are_short(module: ast.Module) -> None:
    functions = [node for node in ast.walk(module) if isinstance(node, Function)]
    assert {node.name: length(node) for node in functions if length(node) > LONGEST_FUNCTION} == {}


def test_public_names_have_docstrings(module: ast.Module) -> None:
    assert ast.get_docstring(module)
    assert [name for name, node in public(module.body) if not ast.get_docstring(node)] == []


def test_no_exception_is_swallowed_unseen(module: ast.Module) -> None:
    handlers = [node for node in ast.walk(module) if isinstance(node, ast.ExceptHandler)]
    assert [node.lineno for node in handlers if node.type is None] == []


def test_no_star_imports(module: ast.Module) -> None:
    imports = [node for node in ast.walk(module) if isinstance(node, ast.ImportFrom)]
    assert [node.lineno for node in imports if node.names[0].name == "*"] == []


@pytest.mark.parametrize("path", sorted(ROOT.glob("formcheck/**/*.py")), ids=name_of)
def test_the_library_prints_nothing(path: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    names = [call.func.id for call in calls if isinstance(call.func, ast.Name)]
    assert {"print", "breakpoint", "eval", "exec"}.isdisjoint(names)


@pytest.mark.parametrize("path", [*MODULES, *sorted(ROOT.glob("tests/*.py"))], ids=name_of)
def test_nothing_is_left_to_do(path: Path) -> None:
    marks = "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"))
    assert re.findall(rf"\b({marks})\b", path.read_text("utf-8")) == []


def test_vague_names_are_not_used() -> None:
    vague = {"utils", "util", "common", "helpers", "misc", "core", "types", "base"}
    assert {path.stem for path in MODULES} & vague == set()


def readme_commands() -> list[str]:
    """Lines of the README's shell blocks, without their comments."""
    blocks = re.findall(r"^```sh\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    lines = [line.partition("  #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line]


def test_ci_runs_the_readmes_commands() -> None:
    first, tests, *_ = readme_commands()
    ran = (ROOT / ".ci" / "run").read_text("utf-8")
    assert tests in ran
    assert first.endswith("&& formcheck analyze samples/squat_side.mp4")
    assert "\nformcheck analyze samples/squat_side.mp4" in ran


def mentioned_commands() -> list[str]:
    """Every `formcheck ...` in the README, in blocks and in the text."""
    in_text = re.findall(r"`(formcheck [a-z][^`]*)`", README)
    in_blocks = [part.strip() for line in readme_commands() for part in line.split("&&")]
    return [line for line in (*in_blocks, *in_text) if line.startswith("formcheck ")]


@pytest.mark.parametrize("command", mentioned_commands())
def test_every_command_in_the_readme_exists(command: str) -> None:
    _, *words = shlex.split(command)
    names = [word for word in words if word.isalpha() and word.islower()]
    commands = names[: 2 if names[0] == "models" else 1]
    shown = CliRunner().invoke(app, [*commands, "--help"])
    assert shown.exit_code == 0
    options = [word for word in words if word.startswith("--")]
    assert [option for option in options if option not in shown.stdout] == []


def setting_rows(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, object]]:
    """Variable and default of every setting."""
    for name, field in model.model_fields.items():
        variable = f"{prefix}{name.upper()}"
        if isinstance(field.default, BaseModel):
            yield from setting_rows(type(field.default), f"{variable}__")
        else:
            yield variable, field.default


def all_settings() -> list[tuple[str, object]]:
    return [*setting_rows(Settings, "FORMCHECK_"), *setting_rows(ServiceSettings, "FORMCHECK_SERVICE_")]


@pytest.mark.parametrize(("variable", "default"), all_settings())
def test_the_readme_lists_every_setting(variable: str, default: object) -> None:
    shown = f"`{default:g}`" if isinstance(default, float) else f"`{default}`"
    if variable.endswith("_DIR"):
        shown = "the user's data folder" if "SERVICE" in variable else "the user's cache folder"
    assert f"| `{variable}` | {shown} |" in README


def test_the_readme_lists_no_other_setting() -> None:
    known = {variable for variable, _ in all_settings()}
    assert set(re.findall(r"FORMCHECK_[A-Z_]+[A-Z]", README)) == known


@pytest.mark.parametrize("target", re.findall(r"\]\((?!https?://|#)([^)]+)\)", README))
def test_the_readme_points_to_files_that_exist(target: str) -> None:
    assert (ROOT / target).is_file()


def test_constraints_pin_every_dependency_exactly() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.!+]+", pin)] == []
    pinned = {normal(pin.partition("==")[0]) for pin in pins}
    extras = PROJECT["optional-dependencies"]
    asked = [*PROJECT["dependencies"], *extras["serve"], *extras["test"]]
    assert {normal(re.split(r"[<>=!~ \[;]", line)[0]) for line in asked} - {"formcheck"} <= pinned


def normal(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_the_licence_is_the_one_that_is_declared() -> None:
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert PROJECT["license"] == "Apache-2.0"
    assert "Apache License\n                           Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
