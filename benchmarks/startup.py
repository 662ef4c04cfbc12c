"""How long the first sign of life takes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import uv
from benchmarks.measure import WORK, Row, median, table, timed

SAGIFY = "sagify==0.25.4"


def report(runs: int) -> str:
    """``skylift --help`` beside Python, click and sagify, in turns, so that a busy moment hits all of them."""
    commands: dict[str, Sequence[str]] = {
        "skylift --help": [str(Path(sys.executable).with_name("skylift")), "--help"],
        "python -c pass": [sys.executable, "-c", "pass"],
        "python -c 'import click'": [sys.executable, "-c", "import click"],
    }
    sagify, missing = sagify_program()
    if sagify is not None:
        commands["sagify --help"] = [str(sagify), "--help"]
    seconds = _in_turns(commands, runs)
    ours = seconds.pop("skylift --help")
    rows = [Row(f"beside {name}", "s", ours, theirs) for name, theirs in seconds.items()]
    return table("start-up", "skylift --help", "the other", rows) + missing


def _in_turns(commands: Mapping[str, Sequence[str]], runs: int) -> dict[str, float]:
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(runs + 1):
        for name, command in commands.items():
            taken = timed(command, env=os.environ)
            # The first turn fills the disk's cache and writes byte-code.
            if turn:
                seconds[name].append(taken)
    return {name: median(values) for name, values in seconds.items()}


def sagify_program() -> tuple[Path | None, str]:
    """Its program, in an environment made once, or why there is none."""
    folder = WORK / "sagify"
    program = folder / "bin" / "sagify"
    if program.exists():
        return program, ""
    find = uv.find_uv_bin()
    for command in (
        [find, "venv", "--quiet", "--clear", "--python", "3.11", str(folder)],
        [find, "pip", "install", "--quiet", "--python", str(folder), SAGIFY, "setuptools<81"],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return None, f"\nsagify is left out: {done.stderr.strip()[-300:]}"
    return program, ""
