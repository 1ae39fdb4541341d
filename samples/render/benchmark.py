"""The rendered benchmark: clips of `benchmark.toml`, made on demand in the user's cache folder."""

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

from platformdirs import user_cache_path

from samples.render.clip import make_clip
from samples.render.spec import Spec, load_manifest

BENCHMARK_MANIFEST = Path(__file__).with_name("benchmark.toml")
BENCHMARK_FOLDER = user_cache_path("formcheck") / "benchmark"
"""Where the clips go, each with `<name>.truth.json` and `<name>.scene.json`."""


def is_made(spec: Spec, folder: Path) -> bool:
    """Whether a clip is in `folder` as the manifest's line now says."""
    notes = folder / f"{spec.name}.scene.json"
    if not (notes.is_file() and (folder / f"{spec.name}.truth.json").is_file()):
        return False
    made = json.loads(notes.read_text(encoding="utf-8"))["spec"]
    return bool(made == spec.recipe)


def _make(spec: Spec, folder: Path) -> tuple[str, float]:
    """Make one clip; return its name and the seconds it took."""
    start = perf_counter()
    for _ in make_clip(spec, folder, notes=True):
        pass
    return spec.name, perf_counter() - start


def make_clips(specs: Iterable[Spec], folder: Path, jobs: int = 1) -> None:
    """Render the clips that `folder` lacks, `jobs` at a time, and tell each on stderr."""
    folder.mkdir(parents=True, exist_ok=True)
    missing = [spec for spec in specs if not is_made(spec, folder)]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(_make, spec, folder) for spec in missing]
        for number, future in enumerate(as_completed(futures), start=1):
            name, seconds = future.result()
            sys.stderr.write(f"{number}/{len(missing)} {name} {seconds:.0f} s\n")


def main(arguments: Sequence[str]) -> None:
    """Command line: `python -m samples.render benchmark [--small] [--jobs N] [--only NAME ...]`."""
    manifest = load_manifest(BENCHMARK_MANIFEST)
    parser = argparse.ArgumentParser(prog="python -m samples.render benchmark", description=__doc__)
    parser.add_argument("--small", action="store_true", help="only the small set")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="clips at a time")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only clips whose names begin so")
    parser.add_argument("--out", type=Path, default=BENCHMARK_FOLDER, help="folder to write to")
    options = parser.parse_args(arguments)
    chosen = [
        spec
        for spec in manifest.values()
        if (spec.small or not options.small)
        and (options.only is None or spec.name.startswith(tuple(options.only)))
    ]
    if not chosen:
        parser.error("no clip of the manifest is meant")
    make_clips(chosen, options.out, max(1, options.jobs))
    sys.stdout.write(f"{options.out}\n")
