"""Running a command and knowing how long it took; medians, and tables of them."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

WORK = Path(__file__).parents[1] / ".work" / "bench"


@dataclass(frozen=True)
class Row:
    """One thing that was measured: ours, theirs, and what it is a number of."""

    name: str
    unit: str
    ours: float
    theirs: float


def timed(command: Sequence[str], *, env: Mapping[str, str], cwd: Path | None = None) -> float:
    """Run a command that has to succeed; wall seconds."""
    start = time.perf_counter()
    done = subprocess.run(
        list(command),
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        said = f"{done.stdout[-1000:]}\n{done.stderr[-2000:]}".strip()
        raise SystemExit(f"`{' '.join(command)}` ended with {done.returncode}:\n{said}")
    return seconds


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def folder_size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def table(title: str, ours: str, theirs: str, rows: Sequence[Row]) -> str:
    """Numbers beside each other; the ratio says how many times theirs is ours."""
    lines = [f"\n{title}", f"{'':<38}{ours:>16}{theirs:>24}{'ratio':>9}"]
    for row in rows:
        name = f"{row.name}, {row.unit}"
        ratio = f"{row.theirs / row.ours:.1f}x" if row.ours else "-"
        lines.append(f"{name:<38}{row.ours:>16.3f}{row.theirs:>24.3f}{ratio:>9}")
    return "\n".join(lines)
