"""Command line: `python -m samples.render [NAME ...] [--out samples]`, or `... benchmark --help`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from samples.render import benchmark
from samples.render.clip import make_clip
from samples.render.spec import load_manifest


def main(arguments: Sequence[str]) -> None:
    """Render the named clips of the manifest, or all of them; `benchmark` renders the benchmark."""
    if arguments[:1] == ["benchmark"]:
        return benchmark.main(arguments[1:])
    manifest = load_manifest()
    parser = argparse.ArgumentParser(prog="python -m samples.render", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(manifest)}")
    parser.add_argument("--out", type=Path, default=Path("samples"), help="folder to write to")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.names) - set(manifest))
    if unknown:
        parser.error(f"not in the manifest: {', '.join(unknown)}")
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.names or manifest:
        for share in make_clip(manifest[name], options.out):
            sys.stderr.write(f"\r{name} {share:4.0%}")
        sys.stderr.write("\n")
    return None


if __name__ == "__main__":
    main(sys.argv[1:])
