"""What the job runtime costs: before the script starts, for each line it prints, for each file it reads."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import WORK, Row, median, table, timed
from tests.base_image import Unavailable
from tests.foreign import Foreign
from tests.services import Machine

from skylift_runtime.contract import FIGURES_VARIABLE, RUNTIME_START

BUDGET_MS = 60
"""What the runtime may add to ``python train.py``."""
LOG_BYTES, LINE_BYTES = 200_000_000, 100
LOG_RUNS = 3
FILES = 10_000

RUNTIME = Path(__file__).parents[1] / "src"
*OPTIONS, START = RUNTIME_START
_RUN = (str(Path(sys.executable).with_name("skylift")), "run", "--python", sys.executable)
NOTHING = "pass\n"
# Written as a script writes without a buffer, which is what a job has: one call for each line.
LINES = f"""\
import sys

line = "x" * {LINE_BYTES - 1} + "\\n"
for _ in range({LOG_BYTES // LINE_BYTES}):
    sys.{{stream}}.write(line)
"""
# What passes through when the script is not the slowest part: many lines in one call.
BLOCKS = f"""\
import os

block = (b"x" * {LINE_BYTES - 1} + b"\\n") * 500
for _ in range({LOG_BYTES // LINE_BYTES // 500}):
    at = 0
    while at < len(block):
        at += os.write({{descriptor}}, block[at:])
"""
LOGS = {
    "stdout, line by line": LINES.format(stream="stdout"),
    "stderr, line by line": LINES.format(stream="stderr"),
    "stdout, in blocks": BLOCKS.format(descriptor=1),
    "stderr, in blocks": BLOCKS.format(descriptor=2),
}
BARE, OURS, OFFICIAL, CLIENT = "python train.py", "skylift_runtime", "sagemaker-training", "skylift run"


@dataclass(frozen=True)
class Way:
    """One way to run the script; ``lay`` makes what it starts from, outside of what is timed."""

    command: Sequence[str]
    environment: Mapping[str, str]
    cwd: Path
    lay: Callable[[str], None]


def report(runs: int) -> str:
    """All three, each with the ways in turns, so that a busy moment hits all of them."""
    WORK.mkdir(parents=True, exist_ok=True)
    toolkit, missing = _toolkit()
    with tempfile.TemporaryDirectory(dir=WORK) as scratch:
        ways = _ways(Path(scratch), toolkit)
        logged = {**ways, CLIENT: _client(Path(scratch))}
        parts = [_overhead(ways, max(runs, 7)), _throughput(logged), _many_files(Path(scratch))]
    return "\n".join(parts) + missing


def _overhead(ways: Mapping[str, Way], runs: int) -> str:
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(runs + 1):
        for name, way in ways.items():
            way.lay(NOTHING)
            seconds = timed(way.command, env=way.environment, cwd=way.cwd)
            # The first turn fills the disk's cache and writes byte-code.
            if turn:
                taken[name].append(seconds * 1000)
    rows = [
        Row(f"beside {name}", "ms", median(taken[OURS]), median(taken[name])) for name in ways if name != OURS
    ]
    lines = [table(f"a script that does nothing, median of {runs}", OURS, "the other", rows)]
    for name in ways:
        if name != BARE:
            added, least = median(taken[name]) - median(taken[BARE]), min(taken[name]) - min(taken[BARE])
            budget = f"; the budget is {BUDGET_MS} ms" if name == OURS else ""
            lines.append(f"{name} adds {added:.1f} ms to {BARE} (fastest to fastest: {least:.1f} ms){budget}")
    return "\n".join(lines)


def _throughput(ways: Mapping[str, Way]) -> str:
    size = f"{LOG_BYTES // 1_000_000} MB in lines of {LINE_BYTES} bytes"
    lines = []
    for log, script in LOGS.items():
        speeds: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(LOG_RUNS):
            for name, way in ways.items():
                way.lay(script)
                speeds[name].append(_speed(way))
        rows = [
            Row(f"beside {name}", "MB/s", median(speeds[OURS]), median(speeds[name]))
            for name in ways
            if name != OURS
        ]
        title = f"{size} to {log}, both streams into one pipe, median of {LOG_RUNS}"
        lines.append(table(title, OURS, "the other", rows))
        spread = (f"{name} {min(found):.0f} to {max(found):.0f}" for name, found in speeds.items())
        lines.append(f"slowest to fastest, MB/s: {', '.join(spread)}")
    return "\n".join(lines)


def _speed(way: Way) -> float:
    """Megabytes in a second, from the first line of the log that arrives to the last."""
    environment = {**way.environment, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        list(way.command),
        env=environment,
        cwd=way.cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        bufsize=0,
    ) as process:
        assert process.stdout is not None
        end = deque([b""], maxlen=50)
        # What comes before the script's own first line is said by whoever starts it.
        while b"x" * 50 not in end[-1] and (data := process.stdout.read(1 << 16)):
            end.append(data)
        arrived, start = len(end[-1]), time.perf_counter()
        while data := process.stdout.read(1 << 16):
            arrived += len(data)
            end.append(data)
        seconds = time.perf_counter() - start
    if process.returncode != 0 or arrived < LOG_BYTES - (1 << 16):
        said = b"".join(end)[-2000:].decode(errors="replace")
        raise SystemExit(
            f"`{' '.join(way.command)}` ended with {process.returncode} after {arrived} bytes:\n{said}"
        )
    return arrived / 1_000_000 / seconds


def _many_files(scratch: Path) -> str:
    """A whole ``skylift run``, start of the client and record of the run included."""
    projects = {count: _project(scratch / f"files-{count}", count) for count in (FILES, 1)}
    environment = {**_environment(), "SKYLIFT_CACHE_DIR": str(scratch / "cache")}
    seconds: dict[int, list[float]] = {count: [] for count in projects}
    for _ in range(6):
        for count, project in projects.items():
            seconds[count].append(timed([*_RUN, "--quiet"], env=environment, cwd=project))
    rows = [
        Row("the first run", "s", seconds[FILES][0], seconds[1][0]),
        Row("later runs, median of 5", "s", median(seconds[FILES][1:]), median(seconds[1][1:])),
    ]
    lines = [table("skylift run by the number of files in a channel", f"{FILES} files", "1 file", rows)]
    lines += [f"{row.name}: {FILES} files take {row.ours - row.theirs:.3f} s more than one" for row in rows]
    return "\n".join(lines)


def _project(folder: Path, files: int) -> Path:
    data = folder / "data" / "train"
    data.mkdir(parents=True)
    for number in range(files):
        (data / f"{number:05d}.txt").write_text(f"{number}\n")
    script = 'import os\n\nassert len(os.listdir(os.environ["SM_CHANNEL_TRAIN"])) == ' + f"{files}\n"
    (folder / "train.py").write_text(script)
    (folder / "skylift.toml").write_text(
        f'name = "files-{files}"\nentry-point = "train.py"\n\n[channels]\ntrain = "data/train"\n'
    )
    return folder


def _ways(scratch: Path, toolkit: Path | None) -> dict[str, Way]:
    plain = scratch / "plain"
    description = scratch / "description"
    ours, theirs = scratch / "ours", scratch / "theirs"
    for folder in (plain, description, ours, theirs):
        folder.mkdir()
    job = {"schema": 1, "jobs": {"train": {"entry_point": "train.py"}}}
    (description / "project.json").write_text(json.dumps(job))
    base = _environment()

    def lay_plain(script: str) -> None:
        (plain / "train.py").write_text(script)

    def lay_ours(script: str) -> None:
        _lay_tree(ours)
        _lay_code(description / "code", script)

    def lay_theirs(script: str) -> None:
        _lay_tree(theirs)
        _lay_code(theirs / "code", script)

    ways = {
        BARE: Way([sys.executable, "train.py"], base, plain, lay_plain),
        OURS: Way(
            [sys.executable, *OPTIONS, str(RUNTIME / START), "train"],
            # With system figures, as a client asks for them.
            {
                **base,
                "SAGEMAKER_BASE_DIR": str(ours),
                "SKYLIFT_PROJECT": str(description),
                FIGURES_VARIABLE: "30",
            },
            scratch,
            lay_ours,
        ),
    }
    if toolkit is not None:
        told = {
            "SAGEMAKER_BASE_DIR": str(theirs),
            "SAGEMAKER_PROGRAM": "train.py",
            # Else it waits for the names of the job's hosts, which only the service knows.
            "SM_STUDIO_LOCAL_MODE": "True",
        }
        ways[OFFICIAL] = Way([str(toolkit)], {**base, **told}, scratch, lay_theirs)
    return ways


def _client(scratch: Path) -> Way:
    """The whole way of a log, shown at its end: the job itself waits for the run's folder only."""
    project = scratch / "client"
    project.mkdir()
    (project / "skylift.toml").write_text('name = "log"\nentry-point = "train.py"\n')

    def lay(script: str) -> None:
        # Each run keeps its log.
        shutil.rmtree(project / ".skylift", ignore_errors=True)
        (project / "train.py").write_text(script)

    return Way(_RUN, {**_environment(), "SKYLIFT_CACHE_DIR": str(scratch / "cache")}, project, lay)


def _lay_tree(root: Path) -> None:
    """What the platform makes before it starts a container, anew."""
    shutil.rmtree(root)
    for folder in ("input/config", "input/data", "model", "output/data", "checkpoints"):
        (root / folder).mkdir(parents=True)
    hosts = {"current_host": "algo-1", "hosts": ["algo-1"], "network_interface_name": "eth0"}
    files = {"hyperparameters": {}, "inputdataconfig": {}, "resourceconfig": hosts}
    for name, content in files.items():
        (root / "input" / "config" / f"{name}.json").write_text(json.dumps(content))


def _lay_code(folder: Path, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "train.py").write_text(script)


def _environment() -> dict[str, str]:
    """Ours, without what would change how any of them behaves."""
    ours = ("PYTHON", "SM_", "SAGEMAKER_", "SKYLIFT_", "TRAINING_JOB_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _toolkit() -> tuple[Path | None, str]:
    """Its program, in the environment that the tests have too, or why there is none."""
    machine = Machine({**os.environ, "SKYLIFT_TEST_INSTALL": "1"})
    try:
        return Foreign(machine, sys.executable).toolkit() / "bin" / "train", ""
    except Unavailable as reason:
        return None, f"\nsagemaker-training is left out: {reason}"
