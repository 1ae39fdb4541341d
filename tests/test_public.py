"""The public face: exactly these names, and an import that costs nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import formcheck

PUBLIC = [
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


def test_the_public_names_are_exactly_these() -> None:
    assert formcheck.__all__ == PUBLIC


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_what_it_says(name: str) -> None:
    value = getattr(formcheck, name)
    assert name in dir(formcheck)
    assert name == "__version__" or (value.__name__, value.__doc__ is None) == (name, False)


def test_other_names_are_refused() -> None:
    with pytest.raises(AttributeError, match="'formcheck' has no attribute 'analyse'"):
        formcheck.analyse  # noqa: B018


def test_type_checkers_see_the_same_names() -> None:
    tree = ast.parse(Path(formcheck.__file__).read_text("utf-8"))
    [typed] = [node for node in tree.body if isinstance(node, ast.If)]
    names = [alias.name for node in typed.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    names += [
        node.target.id
        for node in typed.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]
    assert sorted(names) == PUBLIC


def test_the_version_of_a_checkout_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib.metadata import PackageNotFoundError

    def fail(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("importlib.metadata.version", fail)
    assert formcheck.__version__ == "0+checkout"


def test_the_package_is_marked_as_typed() -> None:
    assert Path(formcheck.__file__).with_name("py.typed").exists()


def test_importing_loads_nothing_heavy() -> None:
    code = "import formcheck, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"av", "cv2", "mediapipe", "ai_edge_litert", "numpy", "scipy", "plotly", "pydantic"}
    assert heavy & set(done.stdout.split()) == set()


def test_watching_loads_nothing_that_only_judgement_needs() -> None:
    code = "import sys, formcheck; formcheck.Analyzer; import formcheck.lifts; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    late = {"scipy.signal", "scipy.stats", "plotly", "mediapipe", "formcheck.judgement"}
    late |= {"ai_edge_litert.schema_py_generated"}
    assert late & set(done.stdout.split()) == set()


def test_running_the_module_is_the_command() -> None:
    code = [sys.executable, "-m", "formcheck", "--version"]
    done = subprocess.run(code, capture_output=True, text=True, check=True)
    assert done.stdout == f"formcheck {formcheck.__version__}\n"
