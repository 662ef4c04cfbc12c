"""Every benchmark, one command: ``make bench``."""

from __future__ import annotations

import argparse

from benchmarks import figures, images, reading, runs, runtime, startup, understanding
from tests.base_image import Unavailable


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="how often images are built (default: 3)")
    parser.add_argument(
        "only",
        nargs="?",
        choices=["startup", "runs", "reading", "understanding", "runtime", "figures", "images"],
        help="one of them (default: all)",
    )
    wanted = parser.parse_args()
    if wanted.only in (None, "startup"):
        print(startup.report(runs=10), flush=True)
    if wanted.only in (None, "runs"):
        print(runs.report(runs=5), flush=True)
    if wanted.only in (None, "reading"):
        print(reading.report(runs=5), flush=True)
    if wanted.only in (None, "understanding"):
        print(understanding.report(runs=5), flush=True)
    if wanted.only in (None, "runtime"):
        print(runtime.report(runs=11), flush=True)
    if wanted.only in (None, "figures"):
        print(figures.report(seconds=60), flush=True)
    if wanted.only in (None, "images"):
        try:
            print(images.report(wanted.runs))
        except Unavailable as reason:
            print(f"\nimages are left out: {reason}")


if __name__ == "__main__":
    main()
